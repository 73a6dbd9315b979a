// The live feed: server-sent events over fetch, as an EventSource cannot carry a login. A feed that breaks or falls silent is
// connected again, with growing pauses; when the page becomes visible or the network comes back, at once.
import { pauseAfter } from '../../lib/kit/backoff.ts'
import { type Api, ApiError } from './api.ts'
import { EventParser, type ServerEvent } from './event-parser.ts'

/** the gateway says something at least every 10 s */
const longestSilence = 25_000
const pauses = { first: 1_000, longest: 20_000 }

export interface LiveListener {
  connected(): void
  event(event: ServerEvent): void
  /** @param retryAt ms since 1970 */
  lost(error: ApiError, retryAt: number): void
}

export class Live {
  readonly #api: Api
  readonly #listener: LiveListener
  #failures = 0
  #attempt = new AbortController()
  #pause: ReturnType<typeof setTimeout> | undefined
  #silence: ReturnType<typeof setTimeout> | undefined
  #stopped = true

  constructor(api: Api, listener: LiveListener) {
    this.#api = api
    this.#listener = listener
    addEventListener('online', () => this.hurry())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.hurry()
    })
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#failures = 0
    void this.#run()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#pause)
    clearTimeout(this.#silence)
    this.#attempt.abort()
  }

  /** Ends a pause between two attempts. */
  hurry(): void {
    if (this.#stopped || this.#pause === undefined) return
    clearTimeout(this.#pause)
    this.#pause = undefined
    void this.#run()
  }

  async #run(): Promise<void> {
    const attempt = new AbortController()
    this.#attempt = attempt
    try {
      this.#watch()
      const answer = await this.#api.events(attempt.signal)
      this.#listener.connected()
      await this.#read(answer)
      throw new ApiError('unreachable', 'The gateway ended the connection.')
    } catch (error) {
      if (!this.#stopped) this.#retry(error)
    } finally {
      clearTimeout(this.#silence)
    }
  }

  async #read(answer: Response): Promise<void> {
    const parser = new EventParser()
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      this.#failures = 0
      this.#watch()
      for (const event of parser.push(value)) this.#listener.event(event)
    }
  }

  /** Breaks the attempt off when nothing comes for too long: a phone that changes its network is not told that a connection is dead. */
  #watch(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#attempt.abort(), longestSilence)
  }

  #retry(error: unknown): void {
    this.#failures++
    const pause = pauseAfter(this.#failures, Math.random(), pauses)
    const trouble =
      error instanceof ApiError ? error : new ApiError('unreachable', 'The gateway does not answer.')
    this.#pause = setTimeout(() => this.hurry(), pause)
    this.#listener.lost(trouble, Date.now() + pause)
  }
}

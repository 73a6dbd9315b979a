// Keeps one source connected: it retries with backoff and jitter, and reports each change of state once.

import { ageText } from '../kit/age.ts'
import { pauseAfter } from '../kit/backoff.ts'
import type { Clock } from '../kit/clock.ts'
import { asError, withCode } from '../kit/errors.ts'
import { type LineSource, type Link, SourceError } from './source/source.ts'

/** a connection that lasts this long (ms) was a good one: the pauses start small again */
export const stableAfter = 10_000

export type SourceState =
  | { state: 'closed' }
  | { state: 'opening' }
  | { state: 'open' }
  /** `retryIn` in ms */
  | { state: 'waiting'; reason: SourceError; retryIn: number }

export interface SupervisorEvents {
  data(chunk: Buffer, received: number): void
  /** a connection ended, by `stop` where it is on purpose: the line that is incomplete will never be completed */
  disconnected(isOnPurpose: boolean): void
  state(state: SourceState): void
  /** a sentence for the log, once for each change of state */
  report(level: 'info' | 'warn', text: string): void
}

export class Supervisor {
  readonly #source: LineSource
  readonly #clock: Clock
  readonly #random: () => number
  readonly #events: SupervisorEvents
  #state: SourceState = { state: 'closed' }
  #link: Link | undefined
  #attempt: Promise<void> | undefined
  #abort = new AbortController()
  #running = false
  #paused = false
  #failures = 0
  #reported: string | undefined
  /** monotonic, ms; undefined while it is connected, and before the first failure */
  #awaySince: number | undefined
  #cancelTimer: () => void = () => undefined

  /** @param random 0 ≤ x < 1: spreads the pauses between attempts */
  constructor(source: LineSource, clock: Clock, random: () => number, events: SupervisorEvents) {
    this.#source = source
    this.#clock = clock
    this.#random = random
    this.#events = events
  }

  get state(): SourceState {
    return this.#state
  }

  /** Starts connecting; without effect while it runs. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#abort = new AbortController()
    this.#failures = 0
    this.#reported = undefined
    this.#awaySince = undefined
    this.#try()
  }

  /**
   * Ends the connection; all that had been read went to `data` when it resolves. Under a second.
   * @param isOnPurpose false where it goes on soon: what is incomplete is cut off, as where a connection is lost
   */
  async stop(isOnPurpose = true): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#cancelTimer()
    this.#abort.abort(new SourceError(`${this.#source.text}: the port was closed`, 'closed'))
    await this.#attempt
    await this.#dropLink(isOnPurpose)
    this.#set({ state: 'closed' })
  }

  /** Ends the connection and makes it anew, where there is one. */
  reopen(): void {
    if (!this.#running || !this.#link) return
    this.#cancelTimer()
    this.#set({ state: 'opening' })
    this.#attempt = this.#dropLink(false)
      .then(() => (this.#running ? this.#connect() : undefined))
      .catch((error) => this.#failed(asError(error)))
  }

  /** Restarts the device. Rejects with a SourceError where it is not connected, or cannot be reset from here. */
  async reset(): Promise<void> {
    const { text } = this.#source
    if (!this.#link) throw new SourceError(`${text} is not connected`, 'not connected')
    if (!this.#link.reset)
      throw new SourceError(`${text} has no line by which it could be reset`, 'cannot be reset')
    await this.#link.reset()
  }

  pause(): void {
    this.#paused = true
    this.#link?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#link?.resume()
  }

  /** Sends bytes to the device. Rejects with a SourceError; its code is PORT_NOT_OPEN where it is not connected. */
  write(data: Buffer): Promise<void> {
    if (this.#link) return this.#link.write(data)
    const error = new SourceError(`${this.#source.text} is not connected`, 'not connected')
    return Promise.reject(withCode('PORT_NOT_OPEN', error))
  }

  #try(): void {
    this.#set({ state: 'opening' })
    this.#attempt = this.#connect().catch((error) => this.#failed(asError(error)))
  }

  async #connect(): Promise<void> {
    const link = await this.#source.connect(
      {
        data: (chunk, received) => this.#events.data(chunk, received),
        closed: (reason) => this.#lost(reason),
        report: (level, text) => this.#events.report(level, text),
      },
      this.#abort.signal,
    )
    this.#link = link
    if (!this.#running) return
    if (this.#paused) link.pause()
    this.#set({ state: 'open' })
    this.#report('info', `connected to ${this.#source.text}${this.#afterOutage()}`)
    this.#cancelTimer = this.#clock.after(stableAfter, () => {
      this.#failures = 0
    })
  }

  /** How long it was away; nothing where it was not. */
  #afterOutage(): string {
    const since = this.#awaySince
    this.#awaySince = undefined
    return since === undefined ? '' : ` again after ${ageText(this.#clock.monotonic() - since)}`
  }

  #lost(reason: SourceError): void {
    this.#link = undefined
    this.#events.disconnected(false)
    this.#failed(reason)
  }

  #failed(error: Error): void {
    this.#cancelTimer()
    if (!this.#running) return
    const reason =
      error instanceof SourceError
        ? error
        : new SourceError(`${this.#source.text}: ${error.message}`, 'error')
    this.#failures++
    this.#awaySince ??= this.#clock.monotonic()
    const retryIn = pauseAfter(this.#failures, this.#random())
    this.#set({ state: 'waiting', reason, retryIn })
    this.#report(
      'warn',
      `${reason.message}${/[.?!]$/.test(reason.message) ? '' : '.'} Trying again by itself.`,
    )
    this.#cancelTimer = this.#clock.after(retryIn, () => this.#try())
  }

  async #dropLink(isOnPurpose: boolean): Promise<void> {
    const link = this.#link
    if (!link) return
    this.#link = undefined
    try {
      await link.close()
    } catch (error) {
      this.#events.report('warn', `${this.#source.text} did not close: ${asError(error).message}`)
    }
    this.#events.disconnected(isOnPurpose)
  }

  #set(state: SourceState): void {
    this.#state = state
    this.#events.state(state)
  }

  #report(level: 'info' | 'warn', text: string): void {
    if (text === this.#reported) return
    this.#reported = text
    this.#events.report(level, text)
  }
}

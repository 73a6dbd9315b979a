// Listens to a stream of server-sent events as a page does, or as one that is slow.
import { type IncomingMessage, request } from 'node:http'

export interface ToldEvent {
  event: string
  data: unknown
  /** of the monotonic clock, ms */
  at: number
}

export class Listener {
  readonly response: IncomingMessage
  readonly events: ToldEvent[] = []
  bytes = 0
  isOver = false
  #rest = ''
  #waiting: Array<() => void> = []

  private constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (part: string) => this.#take(part))
    for (const end of ['end', 'error', 'close'] as const) {
      response.on(end, () => {
        this.isOver = true
        this.#wake()
      })
    }
  }

  /** Resolves with the head of the answer, whatever its status is. */
  static open(url: string, headers: Record<string, string> = {}): Promise<Listener> {
    return new Promise((resolve, reject) => {
      // a connection of its own, as a browser's tab has
      const asking = request(url, { agent: false, headers }, (response) => resolve(new Listener(response)))
      asking.on('error', reject)
      asking.end()
    })
  }

  get status(): number | undefined {
    return this.response.statusCode
  }

  /** The first event, so far or from now on, of this name that fits. */
  async event(name: string, fits: (data: unknown) => boolean = () => true): Promise<ToldEvent> {
    for (;;) {
      const found = this.events.find(({ event, data }) => event === name && fits(data))
      if (found) return found
      if (this.isOver)
        throw new Error(`the stream ended without ${name}: ${JSON.stringify(this.events).slice(0, 500)}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** It vanishes without a word. */
  close(): void {
    this.response.destroy()
  }

  #take(part: string): void {
    this.bytes += part.length
    const blocks = (this.#rest + part).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
      if (event !== undefined && data !== undefined)
        this.events.push({ event, data: JSON.parse(data) as unknown, at: performance.now() })
    }
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

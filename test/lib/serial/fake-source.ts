// A source that a test opens, feeds and breaks by hand.
import type { LineSource, Link, LinkEvents, SourceError } from '../../../lib/serial/source/source.ts'

export class FakeSource implements LineSource {
  readonly name: string = 'fake'
  readonly text: string = '/dev/fake'
  readonly holdsBack: boolean
  settlesAfter = 0
  losesUnread = false
  /** what the next tries to connect throw; undefined connects */
  failures: SourceError[] = []
  connects = 0
  closes = 0
  resets = 0
  /** what a reset throws */
  resetFailure: SourceError | undefined
  paused = false
  written = ''
  /** bytes that had been read, but are given out only in the close */
  unread = ''
  #events: LinkEvents | undefined

  constructor(holdsBack = false) {
    this.holdsBack = holdsBack
  }

  get isOpen(): boolean {
    return this.#events !== undefined
  }

  async connect(events: LinkEvents): Promise<Link> {
    this.connects++
    const failure = this.failures.shift()
    if (failure) throw failure
    this.#events = events
    this.paused = false
    return {
      write: async (data) => {
        this.written += data.toString()
      },
      pause: () => {
        this.paused = true
      },
      resume: () => {
        this.paused = false
      },
      reset: async () => {
        if (this.resetFailure) throw this.resetFailure
        this.resets++
      },
      close: async () => {
        this.closes++
        if (this.unread) events.data(Buffer.from(this.unread), 0)
        this.#events = undefined
      },
    }
  }

  /** Bytes arrive. */
  feed(text: string, received = 1): void {
    this.feedBytes(Buffer.from(text), received)
  }

  feedBytes(bytes: Buffer, received = 1): void {
    if (!this.#events) throw new Error('the source is not open')
    this.#events.data(bytes, received)
  }

  /** The connection breaks. */
  lose(reason: SourceError): void {
    const events = this.#events
    this.#events = undefined
    events?.closed(reason)
  }
}

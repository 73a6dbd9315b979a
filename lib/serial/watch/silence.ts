import type { Clock } from '../../kit/clock.ts'

/**
 * Tells when an open port gives no byte for a time, and again each time that it goes on for as long. While nothing is
 * connected, or nothing is read on purpose, no time passes.
 */
export class SilenceWatch {
  readonly #after: number
  readonly #clock: Clock
  readonly #silent: (seconds: number) => void
  /** of the last byte; of the first opening, before any */
  #since = 0
  #isSilent = false
  #stopTimer: (() => void) | undefined

  /**
   * @param after ms; 0: it never tells
   * @param silent called with the seconds since the last byte
   */
  constructor(after: number, clock: Clock, silent: (seconds: number) => void) {
    this.#after = after
    this.#clock = clock
    this.#silent = silent
  }

  /** Whole seconds without a byte; undefined while bytes come. */
  get seconds(): number | undefined {
    if (!this.#isSilent) return undefined
    return Math.round((this.#clock.monotonic() - this.#since) / 1000)
  }

  /** Bytes can come from now on. An opening anew ends no silence. */
  opened(): void {
    if (this.#after === 0 || this.#stopTimer) return
    if (!this.#isSilent) this.#since = this.#clock.monotonic()
    this.#wait(this.#after)
  }

  /** Bytes came. */
  heard(): void {
    this.#since = this.#clock.monotonic()
    this.#isSilent = false
  }

  /** No bytes can come: the connection has ended, or reading pauses. */
  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #wait(ms: number): void {
    this.#stopTimer = this.#clock.after(ms, () => this.#look())
  }

  #look(): void {
    const left = this.#since + this.#after - this.#clock.monotonic()
    // each byte only notes the time: setting the timer anew for each would cost more than all else here
    if (!this.#isSilent && left > 0) {
      this.#wait(left)
      return
    }
    this.#isSilent = true
    this.#wait(this.#after)
    this.#silent(this.seconds ?? 0)
  }
}

import type { Clock } from '../../kit/clock.ts'

/** ms from the first lost line to the first word about it, and from one word to the next */
const first = 1_000
const pause = 60_000

/** Counts what a flood makes a port drop, and tells it once a minute at most. */
export class Flood {
  readonly #clock: Clock
  readonly #tell: (count: number) => void
  #count = 0
  #stopTimer: (() => void) | undefined

  /** @param tell called with the number of lines that were dropped since the last time */
  constructor(clock: Clock, tell: (count: number) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  dropped(): void {
    this.#count++
    if (!this.#stopTimer) this.#wait(first)
  }

  /** Tells the rest. */
  end(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#say()
  }

  #wait(ms: number): void {
    this.#stopTimer = this.#clock.after(ms, () => {
      this.#stopTimer = undefined
      if (this.#say()) this.#wait(pause)
    })
  }

  #say(): boolean {
    const count = this.#count
    this.#count = 0
    if (count > 0) this.#tell(count)
    return count > 0
  }
}

// A token bucket that limits how fast the backlog is sent, so that it does not flood the broker and its subscribers.
import type { Timers } from '../../kit/timers.ts'

/** ms of the pace that may go at once */
const burst = 100

/** A bucket of permits that fills at a set pace. */
export class Pace {
  readonly #perSecond: number
  readonly #now: () => number
  readonly #timers: Timers
  readonly #onReady: () => void
  #permits = 1
  #filled: number
  #stopTimer: (() => void) | undefined

  /**
   * @param perSecond 0: no limit
   * @param now monotonic, ms
   * @param onReady called when there is a permit again after isReady said no
   */
  constructor(perSecond: number, now: () => number, timers: Timers, onReady: () => void) {
    this.#perSecond = perSecond
    this.#now = now
    this.#timers = timers
    this.#onReady = onReady
    this.#filled = now()
  }

  /** Whether one may go now. */
  get isReady(): boolean {
    if (this.#perSecond === 0) return true
    this.#fill()
    if (this.#permits >= 1) return true
    const wait = Math.ceil(((1 - this.#permits) * 1000) / this.#perSecond)
    this.#stopTimer ??= this.#timers.after(Math.max(wait, Math.min(burst, 1000 / this.#perSecond)), () => {
      this.#stopTimer = undefined
      this.#onReady()
    })
    return false
  }

  /** One goes. */
  use(): void {
    this.#permits--
  }

  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #fill(): void {
    const now = this.#now()
    const most = Math.max(1, (this.#perSecond * burst) / 1000)
    this.#permits = Math.min(most, this.#permits + ((now - this.#filled) * this.#perSecond) / 1000)
    this.#filled = now
  }
}

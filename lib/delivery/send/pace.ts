import type { Timers } from '../../kit/timers.ts'

/** The bucket holds a tenth of a second's worth of sends, and is looked at this often; ms. */
const look = 100

/** A token bucket: limits how many events are sent in a second. */
export class Pace {
  readonly #perMs: number
  readonly #timers: Timers
  readonly #now: () => number
  readonly #onRoom: () => void
  #credit: number
  #since: number
  #stopTimer: (() => void) | undefined

  /** @param now monotonic, ms; @param onRoom called after a `hasRoom` that was false, when there may be room again */
  constructor(perSecond: number, timers: Timers, now: () => number, onRoom: () => void) {
    this.#perMs = perSecond / 1000
    this.#timers = timers
    this.#now = now
    this.#onRoom = onRoom
    this.#credit = Math.max(1, this.#perMs * look)
    this.#since = now()
  }

  /** True where one may pass now; `pass` says that it did. */
  hasRoom(): boolean {
    const now = this.#now()
    const most = Math.max(1, this.#perMs * look)
    this.#credit = Math.min(most, this.#credit + (now - this.#since) * this.#perMs)
    this.#since = now
    if (this.#credit >= 1) return true
    this.#stopTimer ??= this.#timers.after(Math.max(look, 1 / this.#perMs), () => {
      this.#stopTimer = undefined
      this.#onRoom()
    })
    return false
  }

  pass(): void {
    this.#credit--
  }

  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }
}

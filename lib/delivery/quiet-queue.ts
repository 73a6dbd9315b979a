// Events with no open delivery, until their quiet time is over.
import type { Timers } from '../timers.ts'
import type { Tracked } from './tracker.ts'

/** One look at the queue takes all that is due; looks are this far apart at most, ms. */
const longestLook = 100

/** Calls back for each event whose deliveries have all been closed for the quiet time. */
export class QuietQueue {
  readonly #quiet: number
  readonly #timers: Timers
  readonly #now: () => number
  readonly #onQuiet: (event: Tracked) => void
  /** when each event's last delivery was closed */
  readonly #since = new Map<Tracked, number>()
  #stopTimer: (() => void) | undefined

  /** @param quiet ms; @param now a monotonic clock, ms */
  constructor(quiet: number, timers: Timers, now: () => number, onQuiet: (event: Tracked) => void) {
    this.#quiet = quiet
    this.#timers = timers
    this.#now = now
    this.#onQuiet = onQuiet
  }

  /** Its last open delivery was closed: the quiet time starts (again). */
  add(event: Tracked): void {
    this.#since.delete(event)
    this.#since.set(event, this.#now())
    this.#stopTimer ??= this.#timers.after(Math.min(this.#quiet, longestLook), () => this.#look())
  }

  /** It has an open delivery again. */
  remove(event: Tracked): void {
    this.#since.delete(event)
  }

  clear(): void {
    this.#since.clear()
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  get size(): number {
    return this.#since.size
  }

  /** A Map keeps the order of insertion, so the longest quiet come first. */
  #look(): void {
    this.#stopTimer = undefined
    const due = this.#now() - this.#quiet
    for (const [event, since] of this.#since) {
      if (since > due) break
      this.#since.delete(event)
      this.#onQuiet(event)
    }
    if (this.#since.size > 0) {
      this.#stopTimer ??= this.#timers.after(Math.min(this.#quiet, longestLook), () => this.#look())
    }
  }
}

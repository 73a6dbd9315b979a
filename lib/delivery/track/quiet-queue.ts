// Events without an open delivery, each until its quiet time is over. One timer serves all of them.
import { LinkedList } from '../../kit/linked-list.ts'
import type { Timers } from '../../kit/timers.ts'
import type { Tracked } from './tracker.ts'

/** One look at the queue takes all that is due; looks are this far apart at most, ms. */
const longestLook = 100

/** Calls back for each event whose deliveries have all been closed for the quiet time. */
export class QuietQueue {
  readonly #quiet: number
  readonly #timers: Timers
  readonly #now: () => number
  readonly #onQuiet: (event: Tracked) => void
  /** in the order in which their last deliveries were closed */
  readonly #events = new LinkedList<Tracked>()
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
    this.remove(event)
    event.quietSince = this.#now()
    event.quietPlace = this.#events.push(event)
    this.#stopTimer ??= this.#timers.after(Math.min(this.#quiet, longestLook), () => this.#look())
  }

  /** It has an open delivery again. */
  remove(event: Tracked): void {
    if (event.quietPlace) this.#events.remove(event.quietPlace)
  }

  clear(): void {
    this.#events.clear()
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  get size(): number {
    return this.#events.size
  }

  #look(): void {
    this.#stopTimer = undefined
    const due = this.#now() - this.#quiet
    for (let event = this.#events.first; event && event.quietSince <= due; event = this.#events.first) {
      this.remove(event)
      this.#onQuiet(event)
    }
    if (this.#events.size > 0) {
      this.#stopTimer ??= this.#timers.after(Math.min(this.#quiet, longestLook), () => this.#look())
    }
  }
}

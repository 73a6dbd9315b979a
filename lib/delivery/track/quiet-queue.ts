// Events with no open delivery, until their quiet time is over.
import type { Clock } from '../../kit/clock.ts'
import { LinkedList } from '../../kit/linked-list.ts'
import type { Tracked } from './tracker.ts'

/** One look at the queue takes all that is due; looks are this far apart at most, ms. */
const longestLook = 100

/** Calls back for each event whose deliveries have all been closed for the quiet time. */
export class QuietQueue {
  readonly #quiet: number
  readonly #clock: Clock
  readonly #onQuiet: (event: Tracked) => void
  /** in the order in which their last deliveries were closed */
  readonly #events = new LinkedList<Tracked>()
  #stopTimer: (() => void) | undefined

  /** @param quiet ms */
  constructor(quiet: number, clock: Clock, onQuiet: (event: Tracked) => void) {
    this.#quiet = quiet
    this.#clock = clock
    this.#onQuiet = onQuiet
  }

  /** Its last open delivery was closed: the quiet time starts (again). */
  add(event: Tracked): void {
    this.remove(event)
    event.quietSince = this.#clock.monotonic()
    event.quietPlace = this.#events.push(event)
    this.#stopTimer ??= this.#clock.after(Math.min(this.#quiet, longestLook), () => this.#look())
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
    const due = this.#clock.monotonic() - this.#quiet
    for (let event = this.#events.first; event && event.quietSince <= due; event = this.#events.first) {
      this.remove(event)
      this.#onQuiet(event)
    }
    if (this.#events.size > 0) {
      this.#stopTimer ??= this.#clock.after(Math.min(this.#quiet, longestLook), () => this.#look())
    }
  }
}

// How long the last line is ago, and whether that is unusual for this device.
import type { Clock } from '../../kit/clock.ts'

/** The age of a line is told from here on, and again each time that it has grown by as much (ms). */
const quietFrom = 60_000
/** Lines closer than this (ms) to each other belong together, as those of a telegram do. */
const burst = 1_000
/** So many lines over a minute show what is usual. */
const enoughLines = 8
/** An interval is late after so many times the usual one. */
const lateAfter = 3
/** The weight of the newest interval in the usual one. */
const newest = 1 / 8

/** The last line is more than a minute ago. */
export interface Quiet {
  /** ms since the last line */
  age: number
  /** it is more than three times the usual interval; false where that is not known yet */
  isLate: boolean
}

/** A device that is away, or paused, counts as quiet all the same: when its last line came is what is asked for. */
export class LineRhythm {
  readonly #clock: Clock
  readonly #changed: () => void
  #first = 0
  #last: number | undefined
  #lines = 0
  /** ms; undefined before the first interval that is longer than a burst */
  #usual: number | undefined
  #stopTimer: (() => void) | undefined

  /** @param changed called when `quiet` begins, each minute while it goes on, and when it ends */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** Undefined while lines come, and before the first one. */
  get quiet(): Quiet | undefined {
    if (this.#last === undefined) return undefined
    const age = this.#clock.monotonic() - this.#last
    if (age < quietFrom) return undefined
    const isKnown = this.#lines >= enoughLines && this.#last - this.#first >= quietFrom
    return { age, isLate: isKnown && age > lateAfter * (this.#usual ?? 0) }
  }

  /** Lines came. */
  heard(lines = 1): void {
    const now = this.#clock.monotonic()
    const wasQuiet = this.quiet !== undefined
    if (this.#last === undefined) this.#first = now
    else this.#learn(now - this.#last)
    this.#last = now
    this.#lines += lines
    // each line only notes the time: the timer looks at it
    this.#stopTimer ??= this.#clock.after(quietFrom, () => this.#look())
    if (wasQuiet) this.#changed()
  }

  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  /** One long outage must not pass for the rhythm of the device. */
  #learn(interval: number): void {
    if (interval < burst) return
    const usual = this.#usual ?? interval
    const counted = Math.min(interval, lateAfter * usual)
    this.#usual = usual + newest * (counted - usual)
  }

  #look(): void {
    const age = this.#clock.monotonic() - this.#last!
    this.#stopTimer = this.#clock.after(quietFrom - (age % quietFrom), () => this.#look())
    if (age >= quietFrom) this.#changed()
  }
}

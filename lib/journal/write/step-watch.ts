// Notices when the wall clock was stepped: when it moved otherwise than the monotonic clock did.
import type { Clock } from '../../kit/clock.ts'

/** What a `step` notice says: where the wall clock would have been, and where it is, ms since 1970. */
export interface ClockStep {
  expected: number
  now: number
}

/** A difference up to this is drift or a slewed correction, not a step; ms. */
const tolerance = 1_000

export class StepWatch {
  readonly #clock: Clock
  readonly #onStep: (step: ClockStep) => void
  #wall: number
  #monotonic: number
  /** wall clock of all that happens in one go; undefined: not looked at yet */
  #now: number | undefined
  readonly #forget = () => {
    this.#now = undefined
  }

  constructor(clock: Clock, onStep: (step: ClockStep) => void) {
    this.#clock = clock
    this.#onStep = onStep
    this.#wall = clock.wall()
    this.#monotonic = clock.monotonic()
  }

  /**
   * Wall clock, ms since 1970. It is looked at once for all that happens in one go, until what is awaited goes on: to
   * look takes as long as to encode a line. Where it says that the last look at both clocks is a second ago, or that it
   * was stepped, both are looked at.
   */
  now(): number {
    if (this.#now !== undefined) return this.#now
    const now = this.#clock.wall()
    this.#now = now
    queueMicrotask(this.#forget)
    if (Math.abs(now - this.#wall) >= tolerance) this.check()
    return now
  }

  /** Looks at both clocks. */
  check(): void {
    const now = this.#clock.wall()
    const monotonic = this.#clock.monotonic()
    const expected = Math.round(this.#wall + monotonic - this.#monotonic)
    this.#wall = now
    this.#monotonic = monotonic
    if (Math.abs(now - expected) > tolerance) this.#onStep({ expected, now })
  }
}

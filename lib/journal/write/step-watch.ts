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

  constructor(clock: Clock, onStep: (step: ClockStep) => void) {
    this.#clock = clock
    this.#onStep = onStep
    this.#wall = clock.wall()
    this.#monotonic = clock.monotonic()
  }

  /** Looks at both clocks where the wall clock says that it is a second since the last look, or that it was stepped. */
  checkAt(wall: number): void {
    if (Math.abs(wall - this.#wall) >= tolerance) this.check()
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

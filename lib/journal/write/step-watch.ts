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

  /** Wall clock at the last look, ms since 1970. */
  get wall(): number {
    return this.#wall
  }

  /** Looks at the clocks unless what came just now says that it is about the time of the last look. */
  checkAt(received: number): void {
    if (Math.abs(received - this.#wall) >= tolerance) this.check()
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

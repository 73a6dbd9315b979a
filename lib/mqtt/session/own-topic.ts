// A topic of the session's own, status or health. A broker that does not take it is asked again, at a growing distance, for
// as long as the session lives; events are published meanwhile.
import { type Pauses, pauseAfter } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'

/** ms between attempts */
const pauses: Pauses = { first: 10_000, longest: 3_600_000 }
/** connections in a row that end with a message on it in flight: until then something else may be the reason */
const mostEnds = 3

export class OwnTopic {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #random: () => number
  readonly #refused: (why: string) => void
  #failures = 0
  #ends = 0
  #due = Number.NEGATIVE_INFINITY

  /** @param refused is told once, until the broker takes it */
  constructor(clock: Pick<Clock, 'monotonic'>, random: () => number, refused: (why: string) => void) {
    this.#clock = clock
    this.#random = random
    this.#refused = refused
  }

  get mayTry(): boolean {
    return this.#clock.monotonic() >= this.#due
  }

  taken(): void {
    this.#failures = 0
    this.#ends = 0
  }

  refused(why: string): void {
    if (++this.#failures === 1) this.#refused(why)
    this.#due = this.#clock.monotonic() + pauseAfter(this.#failures, this.#random(), pauses)
  }

  /** The connection ended while a message on it was in flight. @param why in words, if it may be because of that */
  ended(why: string | undefined): void {
    if (why !== undefined && ++this.#ends >= mostEnds) this.refused(`${why} three times in a row`)
  }
}

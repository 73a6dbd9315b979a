import type { Clock } from './clock.ts'
import { TokenBucket } from './token-bucket.ts'

/** Lets each kind of thing through once in an interval: warnings that would come by the thousands, for example. */
export class RateLimit {
  readonly #interval: number
  readonly #clock: Clock
  readonly #buckets = new Map<string, TokenBucket>()

  /** @param interval ms */
  constructor(interval: number, clock: Clock) {
    this.#interval = interval
    this.#clock = clock
  }

  /** Whether one of this kind may pass now; if so, the next may when the interval is over. */
  allows(kind = ''): boolean {
    let bucket = this.#buckets.get(kind)
    if (!bucket) {
      bucket = new TokenBucket({ interval: this.#interval }, this.#clock)
      this.#buckets.set(kind, bucket)
    }
    return bucket.tryTake()
  }
}

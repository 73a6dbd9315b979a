import type { Clock } from './clock.ts'

export interface BucketOptions {
  /** ms in which one token comes */
  interval: number
  /** tokens that are saved up at most, 1 at least; default 1 */
  burst?: number
  /** tokens at the beginning; default: as many as are saved up at most */
  first?: number
  /** ms from an `isEmpty` that was true to `onToken`, at least: what is let through in groups costs fewer turns; default 0 */
  pause?: number
}

/** The options for so many tokens a second, of which `ms` worth are saved up. */
export function perSecond(rate: number, ms: number): { interval: number; burst: number } {
  const interval = 1000 / rate
  return { interval, burst: Math.max(1, ms / interval) }
}

/** A token bucket: tokens come at an even pace, and each thing that is let through takes one. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #interval: number
  readonly #pause: number
  /** the most that is saved up, as the ms in which it comes; whole ms add up without rounding, parts of tokens do not */
  readonly #most: number
  readonly #onToken: () => void
  #saved: number
  #since: number
  #stopTimer: (() => void) | undefined

  /** @param onToken called once there is a token again, after an `isEmpty` that was true */
  constructor(
    { interval, burst = 1, first = burst, pause = 0 }: BucketOptions,
    clock: Clock,
    onToken = () => {},
  ) {
    this.#clock = clock
    this.#interval = interval
    this.#pause = pause
    this.#most = interval * burst
    this.#onToken = onToken
    this.#saved = interval * first
    this.#since = clock.monotonic()
  }

  /** Takes a token; false where there is none. Calls nobody back. */
  tryTake(): boolean {
    this.#fill()
    if (this.#saved < this.#interval) return false
    this.take()
    return true
  }

  /** Whether there is no token now; `onToken` tells when there is one again. */
  get isEmpty(): boolean {
    this.#fill()
    if (this.#saved >= this.#interval) return false
    const wait = Math.ceil(this.#interval - this.#saved)
    this.#stopTimer ??= this.#clock.after(Math.max(this.#pause, wait), () => {
      this.#stopTimer = undefined
      this.#onToken()
    })
    return true
  }

  /** Takes a token that is there. */
  take(): void {
    this.#saved -= this.#interval
  }

  /** Calls nobody back any more. */
  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #fill(): void {
    const now = this.#clock.monotonic()
    this.#saved = Math.min(this.#most, this.#saved + now - this.#since)
    this.#since = now
  }
}

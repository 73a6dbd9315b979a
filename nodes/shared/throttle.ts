// Shows what changes often, at a pace that the editor's connection and the reader can follow.
import { type Clock, idleClock } from '../../lib/kit/clock.ts'
import { TokenBucket } from '../../lib/kit/token-bucket.ts'

export interface Throttle {
  /** There is something new to show: now, or when the pause since the last time is over. */
  changed(): void
  /** Nothing is shown any more. */
  stop(): void
}

/**
 * Calls `show` at once and then at most once in `pause` milliseconds (default 500: twice a second). `show`
 * reads the current state itself, so what it showed last is always the final one.
 */
export function throttle(show: () => void, pause = 500, clock: Clock = idleClock): Throttle {
  const bucket = new TokenBucket({ interval: pause }, clock, changed)
  let stopped = false

  function changed(): void {
    if (stopped || bucket.isEmpty) return
    bucket.take()
    show()
  }

  return {
    changed,
    stop() {
      stopped = true
      bucket.stop()
    },
  }
}

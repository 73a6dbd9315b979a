// The system forgets an event as it is read, and its sender does not have it any more. So it must not wait for the journal's
// flush interval, which is made for lines, of which there are always more.
import { inBackground } from '../../lib/kit/background.ts'
import { type Clock, systemClock } from '../../lib/kit/clock.ts'

/** ms from an event to the flush: those that come in a burst share one, which wears the disk less */
const pause = 50

export interface DurableSoon {
  /** An event came, and is on its way to the journal. */
  came(): void
  stop(): void
}

/** @param flush resolves when all that the journal has is durable, or never will be */
export function durableSoon(flush: () => Promise<unknown>, clock: Clock = systemClock): DurableSoon {
  let isFlushing = false
  let hasMore = false
  let isStopped = false
  let stopTimer: (() => void) | undefined

  function came(): void {
    if (isStopped) return
    if (isFlushing) hasMore = true
    else stopTimer ??= clock.after(pause, begin)
  }

  function begin(): void {
    stopTimer = undefined
    isFlushing = true
    // where it fails the journal says so itself
    inBackground(flush().finally(ended), () => {})
  }

  function ended(): void {
    isFlushing = false
    if (!hasMore) return
    hasMore = false
    came()
  }

  return {
    came,
    stop() {
      isStopped = true
      stopTimer?.()
    },
  }
}

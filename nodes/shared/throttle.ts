// Limits how often a status is shown, to a rate that the editor's connection and a reader can follow.
import { systemTimers, type Timers } from '../../lib/kit/timers.ts'

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
export function throttle(show: () => void, pause = 500, timers: Timers = systemTimers): Throttle {
  let stopTimer: (() => void) | undefined
  let pending = false
  let stopped = false

  function changed(): void {
    if (stopTimer || stopped) {
      pending = true
      return
    }
    pending = false
    stopTimer = timers.after(pause, () => {
      stopTimer = undefined
      if (pending) changed()
    })
    show()
  }

  return {
    changed,
    stop() {
      stopped = true
      stopTimer?.()
    },
  }
}

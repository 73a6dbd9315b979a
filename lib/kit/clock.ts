import { systemTimers, type Timers } from './timers.ts'

/** Time as the session sees it; tests pass their own. */
export interface Clock extends Timers {
  /** ms, monotonic; only differences mean something */
  now(): number
}

export const systemClock: Clock = { ...systemTimers, now: () => performance.now() }

// The clock, the timers and the chance that this folder uses; passed in, so that tests can drive them.
import { systemTimers, type Timers } from '../../kit/timers.ts'

export interface Timing extends Timers {
  /** integer ms since 1970, UTC */
  now(): number
  /** 0 ≤ x < 1 */
  random(): number
}

export const systemTiming: Timing = { ...systemTimers, now: () => Date.now(), random: () => Math.random() }

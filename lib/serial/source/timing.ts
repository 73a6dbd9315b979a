// The clock, the timers and the random numbers that this folder uses, as one parameter that tests replace.
import { systemTimers, type Timers } from '../../kit/timers.ts'

export interface Timing extends Timers {
  /** integer ms since 1970, UTC */
  now(): number
  /** 0 ≤ x < 1 */
  random(): number
}

export const systemTiming: Timing = { ...systemTimers, now: () => Date.now(), random: () => Math.random() }

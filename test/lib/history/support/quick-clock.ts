// What a store does every ten seconds happens twice a second.
import { type Clock, systemClock } from '../../../../lib/kit/clock.ts'

const haste = 20

/**
 * A store's limit for closing is a real one: where the machine is busy it would end the thread before the file has everything, or while
 * the thread still has the file.
 */
const closeLimit = 5_000

export const quickClock: Clock = {
  wall: systemClock.wall,
  monotonic: () => systemClock.monotonic() * haste,
  after: (ms, callback) => systemClock.after(ms === closeLimit ? ms : ms / haste, callback),
}

/**
 * Time as a parameter, so that tests can move it by hand. The wall clock and the monotonic clock are two things: the
 * first says when something happened and may be stepped at any moment, the second measures how long something took.
 */
export interface Clock {
  /** integer ms since 1970, UTC; may be stepped, forward or back */
  wall(): number
  /** ms since some moment, never stepped; only differences mean something */
  monotonic(): number
  /** Calls back once after `ms` of the monotonic clock; the result stops it. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** The system's clock, whose timers do not keep the process alive: for what need not be done any more when all else has ended. */
export const idleClock: Clock = {
  ...systemClock,
  after(ms, callback) {
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
}

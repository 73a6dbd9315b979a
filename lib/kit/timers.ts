/** Timers as a parameter, so that tests can move time by hand. */
export interface Timers {
  /** Calls back once after `ms`; the result stops it. */
  after(ms: number, callback: () => void): () => void
}

export const systemTimers: Timers = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

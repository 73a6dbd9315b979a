// When a report is closed: after its interval, and earlier where it would become too large or hold up the log.

export interface ReportLimits {
  /** events */
  events: number
  /** ms that the first event of a report may wait */
  age: number
}

/** What is known of the log node in front: undefined where nothing is. */
export interface LogLimits {
  /** events under way at most */
  window?: number | undefined
  /** seconds after which it gives up on an event that is held */
  timeLimit?: number | undefined
}

/** Servers of time events have 512 places; half of the window that a log node has by default. */
export const mostEvents = 500
/** Bytes of a report before compression. Brokers in the cloud take messages of 128 kB. */
export const mostBytes = 100_000

/**
 * One report may be under way while the next one is collected, so each has half of the log's window. Half of its time limit is
 * left for the disk and the broker.
 * @param interval seconds
 */
export function reportLimits(interval: number, { window, timeLimit }: LogLimits = {}): ReportLimits {
  return {
    events: Math.max(1, Math.min(mostEvents, Math.floor((window ?? Number.POSITIVE_INFINITY) / 2))),
    age: Math.min(interval, (timeLimit ?? Number.POSITIVE_INFINITY) / 2) * 1000,
  }
}

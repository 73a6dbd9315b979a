// The interval of a device as its last readings show it, and how long it may be quiet before that means something.

/** gaps between so many readings: the last 20 */
export const mostGaps = 19
/** gaps from which on something can be said: 5 readings */
const fewestGaps = 4
/** A device is silent after so many intervals. */
const intervals = 3
/** … and what was learnt says nothing of less: the log flushes once a second, and a flow takes its time. ms */
const shortest = 10_000
/** A device that sends at irregular times may be quiet for so many times its longest pause of late. */
const longestPauses = 1.5

/** How a device is expected to be heard, ms. */
export interface Expectation {
  /** between its readings */
  interval: number
  /** silent when it is quiet for longer */
  limit: number
}

/** Adds one; only the last ones are kept. */
export function addGap(gaps: number[], gap: number): void {
  gaps.push(Math.round(gap))
  if (gaps.length > mostGaps) gaps.shift()
}

/**
 * The median of the last gaps; three times that is the limit, or one and a half times the longest of them if that is
 * more: a motion sensor sends three packets within a second, and then none for an hour. Undefined after too few.
 */
export function learntFrom(gaps: readonly number[]): Expectation | undefined {
  if (gaps.length < fewestGaps) return undefined
  const sorted = gaps.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const interval = ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2
  const longest = sorted.at(-1) as number
  return { interval, limit: Math.max(shortest, intervals * interval, longestPauses * longest) }
}

/** As the user has given it. @param seconds between readings */
export function givenInterval(seconds: number): Expectation {
  return { interval: seconds * 1000, limit: seconds * 1000 * intervals }
}

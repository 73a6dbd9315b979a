import { type Judge, type Levels, number, type StatefulOperator } from './operator.ts'
import { insertSorted, median, removeSorted } from './window.ts'

/** the median is that of so many intervals, the last ones */
const flatIntervals = 100
/** a flat run is followed over at most this many readings */
const longestRun = 10_000

/**
 * QARTOD flat line: the last n = floor(threshold ÷ median interval) + 1 readings span less than the tolerance. The
 * median is that of the last 100 intervals; n is 10,000 at most. A reading without a value is no reading here. The
 * first one, and as long as there are fewer than n, pass.
 */
export const flatLine: StatefulOperator = {
  threshold: 'seconds',
  parameters: [{ name: 'tolerance', kind: 'number', default: 0.01, above: 0, unit: 'value' }],
  numeric: true,
  create: (levels, { tolerance }) => flat(levels, Number(tolerance)) as Judge<unknown>,
}

/**
 * Instead of the last n readings, the longest run of last readings that spans less than the tolerance is followed:
 * they do when n is not more than its length. Its greatest and least values stand first in two queues of
 * [reading's number, value], each of them falling or rising.
 */
interface Memory {
  last: number | null
  /** ms, in order of time, and sorted */
  intervals: number[]
  sorted: number[]
  /** numbers of the next reading and of the run's first one */
  next: number
  from: number
  high: Array<[number, number]>
  low: Array<[number, number]>
}

function flat(levels: Levels, tolerance: number): Judge<Memory> {
  let reason = ''
  return {
    start: () => ({ last: null, intervals: [], sorted: [], next: 0, from: 0, high: [], low: [] }),
    judge({ time, value }, memory) {
      addInterval(memory, time)
      follow(memory, value as number, tolerance)
      if (memory.intervals.length === 0) return 1
      const interval = median(memory.sorted) / 1000
      const run = memory.next - memory.from
      const isFlat = (seconds: number) => run >= Math.min(longestRun, Math.floor(seconds / interval) + 1)
      const { threshold, flag, suspect } = levels
      const found = isFlat(threshold) ? flag : suspect !== undefined && isFlat(suspect) ? 3 : 1
      if (found !== 1) {
        const seconds = number((run - 1) * interval)
        reason = `found ${run} readings in ${seconds} s within less than ${number(tolerance)}, expected more change`
      }
      return found
    },
    reason: () => reason,
    size: (memory) => 2 * memory.intervals.length + 2 * (memory.high.length + memory.low.length),
    // all intervals are between readings that were seen, and so is the reading that ended the run before this one
    settled: ({ next, from }, seen) => seen > flatIntervals && (next - from < seen || seen >= longestRun),
  }
}

function addInterval(memory: Memory, time: number): void {
  const { last, intervals, sorted } = memory
  memory.last = time
  if (last === null) return
  const interval = Math.abs(time - last)
  intervals.push(interval)
  if (intervals.length <= flatIntervals) {
    insertSorted(sorted, interval)
    return
  }
  const oldest = intervals.shift() as number
  // a steady sender's intervals are all alike
  if (oldest === interval) return
  removeSorted(sorted, oldest)
  insertSorted(sorted, interval)
}

function follow(memory: Memory, value: number, tolerance: number): void {
  const { high, low } = memory
  const index = memory.next++
  while (high.length > 0 && (high.at(-1) as [number, number])[1] <= value) high.pop()
  while (low.length > 0 && (low.at(-1) as [number, number])[1] >= value) low.pop()
  high.push([index, value])
  low.push([index, value])
  memory.from = Math.max(memory.from, memory.next - longestRun)
  for (;;) {
    while ((high[0] as [number, number])[0] < memory.from) high.shift()
    while ((low[0] as [number, number])[0] < memory.from) low.shift()
    const [highest] = high as [[number, number]]
    const [lowest] = low as [[number, number]]
    if (memory.from === index || highest[1] - lowest[1] < tolerance) break
    memory.from = Math.min(highest[0], lowest[0]) + 1
  }
}

// Each stateful rule as a plain function of all readings at once: slow, and written from the rule's words alone.
import type { Flag } from '../../../lib/event.ts'

export interface Reading {
  /** seconds */
  time: number
  value: number | null
}

type Batch = (readings: readonly Reading[]) => Flag[]

const missing = (value: number | null): value is null => value === null

function grade(isOver: (threshold: number) => boolean, fail: number, suspect: number): Flag {
  return isOver(fail) ? 4 : isOver(suspect) ? 3 : 1
}

/** Index of the reading before that has a value, or -1. */
function before(readings: readonly Reading[], i: number): number {
  return readings.slice(0, i).findLastIndex(({ value }) => !missing(value))
}

export function batchRate(fail: number, suspect: number): Batch {
  return (readings) =>
    readings.map(({ time, value }, i) => {
      if (missing(value)) return 9
      const previous = readings[i - 1]
      if (!previous || missing(previous.value) || previous.value === value) return 1
      const rate =
        Math.abs(value - previous.value) / (Math.abs(milliseconds(time) - milliseconds(previous.time)) / 1000)
      return grade((threshold) => rate > threshold, fail, suspect)
    })
}

export function batchChange(fail: number, suspect: number): Batch {
  return (readings) =>
    readings.map(({ value }, i) => {
      if (missing(value)) return 9
      const previous = readings[i - 1]?.value ?? null
      if (missing(previous)) return 1
      return grade((threshold) => Math.abs(value - previous) > threshold, fail, suspect)
    })
}

export function batchSpike(method: string, limit: number, fail: number, suspect: number): Batch {
  return (readings) =>
    readings.map(({ time, value }, i) => {
      if (missing(value)) return 9
      const previous = readings[i - 1]
      const next = readings[i + 1]
      if (!previous || !next || missing(previous.value) || missing(next.value)) return 2
      if (time - previous.time > limit || next.time - time > limit) return 2
      const [up, down] = [value - previous.value, next.value - value]
      const mean = (previous.value + next.value) / 2
      const opposite = (up > 0 && down < 0) || (up < 0 && down > 0)
      const measure =
        method === 'average' ? Math.abs(value - mean) : opposite ? Math.min(Math.abs(up), Math.abs(down)) : 0
      return grade((threshold) => measure > threshold, fail, suspect)
    })
}

export function batchFlatLine(tolerance: number, fail: number, suspect: number): Batch {
  return (readings) =>
    readings.map(({ value }, i) => {
      if (missing(value)) return 9
      const points = readings.slice(0, i + 1).filter((each) => !missing(each.value))
      if (points.length < 2) return 1
      const intervals = points
        .slice(1)
        .map(({ time }, j) => Math.abs(milliseconds(time) - milliseconds(points[j]!.time)))
      const interval = middle(intervals.slice(-100)) / 1000
      const isFlat = (seconds: number) => {
        const n = Math.floor(seconds / interval) + 1
        if (n > points.length) return false
        const last = points.slice(-n).map((each) => each.value as number)
        return Math.max(...last) - Math.min(...last) < tolerance
      }
      return grade(isFlat, fail, suspect)
    })
}

export function batchAttenuated(measure: string, period: number, fail: number, suspect: number): Batch {
  return (readings) => {
    const first = readings.find(({ value }) => !missing(value))
    return readings.map(({ time, value }, i) => {
      if (missing(value)) return 9
      const window = readings
        .slice(0, i + 1)
        .filter((each) => !missing(each.value) && each.time > time - period)
        .map((each) => each.value as number)
      if (window.length < 2 || time - (first as Reading).time < period) return 2
      const found = measure === 'range' ? Math.max(...window) - Math.min(...window) : deviation(window)
      return grade((threshold) => found < threshold, fail, suspect)
    })
  }
}

export function batchOutlier(measure: string, size: number, fail: number, suspect: number): Batch {
  return (readings) =>
    readings.map(({ value }, i) => {
      if (missing(value)) return 9
      const window = readings
        .slice(0, i)
        .map((each) => each.value)
        .filter((each) => !missing(each))
        .slice(-size)
      if (window.length < Math.max(3, Math.ceil(size / 2))) return 2
      if (measure === 'median') return grade((r) => Math.abs(value - middle(window)) > r, fail, suspect)
      const mean = sum(window) / window.length
      return grade((k) => Math.abs(value - mean) > k * deviation(window), fail, suspect)
    })
}

export function batchNotIncreasing(mayBeEqual: boolean): Batch {
  return (readings) =>
    readings.map(({ value }, i) => {
      if (missing(value)) return 9
      const index = before(readings, i)
      if (index === -1) return 1
      const last = readings[index]!.value as number
      return value > last || (mayBeEqual && value === last) ? 1 : 4
    })
}

export function batchDuplicate(within: number): Batch {
  return (readings) =>
    readings.map(({ time, value }, i) => {
      if (missing(value)) return 9
      const last = readings[before(readings, i)]
      return last && last.value === value && Math.abs(time - last.time) <= within ? 4 : 1
    })
}

export function batchGap(fail: number, suspect: number): Batch {
  return (readings) =>
    readings.map(({ time, value }, i) => {
      if (missing(value)) return 9
      const last = readings[before(readings, i)]
      return last ? grade((limit) => time - last.time > limit, fail, suspect) : 1
    })
}

/** "At least p of the last n": of those that were judged. */
export function batchVotes(least: number, of: number, flags: readonly Flag[]): Flag[] {
  return flags.map((flag, i) => {
    if (flag !== 3 && flag !== 4) return flag
    const judged = flags.slice(0, i + 1).filter((each) => each !== 2 && each !== 9)
    const broken = judged.slice(-of).filter((each) => each !== 1)
    return broken.length >= least ? flag : 1
  })
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function deviation(values: readonly number[]): number {
  const mean = sum(values) / values.length
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length)
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const high = sorted[sorted.length >> 1] as number
  if (sorted.length % 2 === 1) return high
  const low = sorted[(sorted.length >> 1) - 1] as number
  return low + (high - low) / 2
}

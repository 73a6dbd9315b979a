// From an answer with values to what is drawn: gaps where nothing came, and bad readings apart from the line.
import type { Values } from './wire.ts'

/** a silence of so many usual intervals is a gap in the line */
const gapIntervals = 5

export interface Line {
  /** ms since 1970, rising */
  t: number[]
  v: Array<number | null>
  lo: Array<number | null>
  hi: Array<number | null>
}

/**
 * The line of an answer; null stands where it is broken. Between the beginnings of two buckets a device was silent for at least the
 * time between them less one bucket, so that a bucket which is shorter than the interval of the device makes no gap.
 */
export function lineOf({ level, step, usual, t, v, lo, hi, bad }: Values): Line {
  const isBad = level === 'raw' ? new Set(bad.map((point) => point.t)) : new Set<number>()
  const line: Line = { t: [], v: [], lo: [], hi: [] }
  const silence = gapIntervals * 1000 * (usual ?? usualOf(t))
  for (const [index, time] of t.entries()) {
    const value = v[index] ?? null
    if (value === null || isBad.has(time)) continue
    const before = line.t.at(-1)
    if (before !== undefined && silence > 0 && time - before - (step ?? 0) >= silence) {
      push(line, Math.round((before + time) / 2), null, null, null)
    }
    push(line, time, value, lo?.[index] ?? value, hi?.[index] ?? value)
  }
  return line
}

function push(line: Line, t: number, v: number | null, lo: number | null, hi: number | null): void {
  line.t.push(t)
  line.v.push(v)
  line.lo.push(lo)
  line.hi.push(hi)
}

/** The median of the intervals in seconds; 0 where there are too few to know. */
function usualOf(t: readonly number[]): number {
  if (t.length < 4) return 0
  const intervals = t.slice(1).map((time, index) => time - t[index]!)
  return intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)]! / 1000
}

/** The place in rising times that is nearest to a time; -1 where there is none. */
export function nearest(times: readonly number[], time: number): number {
  let low = 0
  let high = times.length - 1
  if (high < 0) return -1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (times[middle]! < time) low = middle
    else high = middle
  }
  return Math.abs(times[low]! - time) <= Math.abs(times[high]! - time) ? low : high
}

/** The path of a sparkline in a box of this size, broken where there is no value; empty where there are fewer than two values. */
export function sparkPath(values: ReadonlyArray<number | null>, width: number, height: number): string {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return ''
  const least = Math.min(...known)
  const range = Math.max(...known) - least
  const x = (index: number) => round((index / (values.length - 1)) * width)
  const y = (value: number) => round(range === 0 ? height / 2 : height - ((value - least) / range) * height)
  return values
    .map((value, index) => {
      if (value === null) return ''
      const isStart = index === 0 || values[index - 1] === null
      const isAlone = isStart && (values[index + 1] ?? null) === null
      return `${isStart ? 'M' : 'L'}${x(index)} ${y(value)}${isAlone ? 'h.01' : ''}`
    })
    .join('')
}

const round = (number: number) => Math.round(number * 10) / 10

// How long something lasts, as people write it: `10 min`, `2 h`, `1 h 30 min`. Browser-safe.
import { ruleSentence } from './sentences.ts'

/** seconds by every way to write a unit */
const units: ReadonlyMap<string, number> = new Map([
  ['ms', 0.001],
  ...['s', 'sec', 'second', 'seconds'].map((name): [string, number] => [name, 1]),
  ...['min', 'minute', 'minutes'].map((name): [string, number] => [name, 60]),
  ...['h', 'hour', 'hours'].map((name): [string, number] => [name, 3600]),
  ...['d', 'day', 'days'].map((name): [string, number] => [name, 86_400]),
])

export const durationProblem = ruleSentence('duration')

/** Seconds of a duration: a number counts them, a text has units. Undefined for what is none, or negative. */
export function secondsOf(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) && duration >= 0 ? duration : undefined
  if (typeof duration !== 'string') return undefined
  let seconds = 0
  const rest = duration.trim().replace(/(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)\s*/gi, (whole, count, unit) => {
    const each = units.get(String(unit).toLowerCase())
    if (each === undefined) return whole
    seconds += Number(count) * each
    return ''
  })
  return rest === '' && duration.trim() !== '' ? seconds : undefined
}

/** A duration for a reader, and to be typed again: `10 min` of 600. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${round(seconds)} s`
  const parts: string[] = []
  let rest = round(seconds)
  for (const [unit, each] of [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const) {
    const count = Math.floor(rest / each)
    if (count > 0) parts.push(`${count} ${unit}`)
    rest -= count * each
  }
  if (rest > 0) parts.push(`${round(rest)} s`)
  return parts.join(' ')
}

function round(value: number): number {
  return Number(value.toFixed(3))
}

// What may be wrong with the rows of names, in words: for the panel, row by row, and for the deploy. Browser-safe.
import { type DeviceRow, periodOf } from './names.ts'

/** characters of a name, at most: it is a level of a topic, and stands in narrow columns */
const longestName = 60
/** seconds: a year */
const longestInterval = 31_536_000
/** a device for each; the watch has room for no more */
export const mostRows = 1_000

// What a level of a topic must not hold: wildcards, the separator, and characters for which brokers close the connection.
const forbidden = /[+#/\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u

/** A row, completed and with its texts trimmed; what is no row is an empty one. */
export function completeDeviceRow(given: unknown): DeviceRow {
  const row = (typeof given === 'object' && given !== null ? given : {}) as Partial<DeviceRow>
  const text = (value: unknown) => (value === undefined || value === null ? '' : String(value).trim())
  const interval = text(row.interval)
  return {
    source: text(row.source),
    type: text(row.type),
    key: text(row.key),
    name: text(row.name),
    place: text(row.place),
    interval: interval === '' ? '' : Number(interval),
    from: text(row.from),
    to: text(row.to),
  }
}

/** What is wrong with each row: the texts by the row's place; rows that are right are left out. */
export function rowsProblems(rows: readonly DeviceRow[]): Map<number, string> {
  const problems = new Map<number, string>()
  rows.forEach((row, place) => {
    const problem = rowProblem(row) ?? conflict(row, rows.slice(0, place)) ?? overMany(place)
    if (problem !== undefined) problems.set(place, problem)
  })
  return problems
}

/** The rows that can be used, and what is wrong with the others, in words. */
export function soundRows(given: unknown): { rows: DeviceRow[]; problems: string[] } {
  const rows = Array.isArray(given) ? given.map(completeDeviceRow) : []
  const problems = rowsProblems(rows)
  return {
    rows: rows.filter((_, place) => !problems.has(place)),
    problems: [...problems].map(([place, text]) => `row ${place + 1}: ${text}`),
  }
}

function rowProblem(row: DeviceRow): string | undefined {
  const { name, interval } = row
  if (name === '') return 'The name is missing.'
  if (name.length > longestName) return `The name has ${name.length} characters: ${longestName} at most.`
  if (forbidden.test(name)) return 'A name must not contain / + # or control characters: it stands in topics.'
  if (interval !== '' && !(interval >= 1 && interval <= longestInterval)) {
    return `The interval must be a number of seconds from 1 to ${longestInterval}, or empty.`
  }
  return periodProblem(row)
}

function periodProblem(row: DeviceRow): string | undefined {
  const { from, to } = periodOf(row)
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return 'From and to must be a day or a moment in UTC (2026-05-01, 2026-05-01 12:30), or empty.'
  }
  return from < to ? undefined : 'From must be before to.'
}

/** One name for two devices, or two names for one, at the same time. */
function conflict(row: DeviceRow, before: readonly DeviceRow[]): string | undefined {
  for (const other of before) {
    if (!isAtOnce(row, other)) continue
    const isSamePlace = other.source === row.source && other.key === row.key
    // a device may send several types of event, and each of them may have a row
    if (other.name === row.name && !isSamePlace) {
      return `Two devices have the name "${row.name}": the other one is ${placeOf(other)}.`
    }
    if (isSamePlace && other.type === row.type) {
      return `${placeOf(row)} has a name already: "${other.name}".`
    }
  }
  return undefined
}

function isAtOnce(one: DeviceRow, other: DeviceRow): boolean {
  const [a, b] = [periodOf(one), periodOf(other)]
  // a row whose times are wrong is told about those
  return !(a.to <= b.from || b.to <= a.from)
}

function overMany(place: number): string | undefined {
  return place < mostRows ? undefined : `There are more than ${mostRows} rows.`
}

/** Where a device is heard, in words. */
function placeOf({ source, type, key }: DeviceRow): string {
  const parts = [
    source || 'any source',
    ...(type === '' ? [] : [type]),
    ...(key === '' ? [] : [`key ${key}`]),
  ]
  return parts.join(', ')
}

// What may be wrong with the rows of names, in words: for the panel, row by row, and for the deploy. Browser-safe.
import { type Sentence, sentencesOf, verbatim } from '../words/sentence.ts'
import { type DeviceRow, periodOf } from './names.ts'

/** What is said of a row that cannot be used; nodes/devices/locales has it in other languages. */
export const deviceSentences = {
  nameMissing: 'The name is missing.',
  nameLong: 'The name has __length__ characters: __most__ at most.',
  nameSigns: 'A name must not contain / + # or control characters: it stands in topics.',
  nameTwice: 'Two devices have the name "__name__": the other one is __other__.',
  namedAlready: '__place__ has a name already: "__name__".',
  interval: 'The interval must be a number of seconds from 1 to __most__, or empty.',
  period: 'From and to must be a day or a moment in UTC (2026-05-01, 2026-05-01 12:30), or empty.',
  periodOrder: 'From must be before to.',
  inRow: 'row __place__: __problem__',
  tooManyRows: 'There are more than __most__ rows.',
  anySource: 'any source',
  placeOfType: '__place__, __type__',
  placeOfKey: '__place__, key __key__',
} as const

const sentence = sentencesOf(deviceSentences)

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
export function rowsProblems(rows: readonly DeviceRow[]): Map<number, Sentence> {
  const problems = new Map<number, Sentence>()
  rows.forEach((row, place) => {
    const problem = rowProblem(row) ?? conflict(row, rows.slice(0, place)) ?? overMany(place)
    if (problem !== undefined) problems.set(place, problem)
  })
  return problems
}

/** The rows that can be used, and what is wrong with the others, in words. */
export function soundRows(given: unknown): { rows: DeviceRow[]; problems: Sentence[] } {
  const rows = Array.isArray(given) ? given.map(completeDeviceRow) : []
  const problems = rowsProblems(rows)
  return {
    rows: rows.filter((_, place) => !problems.has(place)),
    problems: [...problems].map(([place, problem]) => sentence('inRow', { place: place + 1, problem })),
  }
}

function rowProblem(row: DeviceRow): Sentence | undefined {
  const { name, interval } = row
  if (name === '') return sentence('nameMissing')
  if (name.length > longestName) return sentence('nameLong', { length: name.length, most: longestName })
  if (forbidden.test(name)) return sentence('nameSigns')
  if (interval !== '' && !(interval >= 1 && interval <= longestInterval)) {
    return sentence('interval', { most: String(longestInterval) })
  }
  return periodProblem(row)
}

function periodProblem(row: DeviceRow): Sentence | undefined {
  const { from, to } = periodOf(row)
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return sentence('period')
  }
  return from < to ? undefined : sentence('periodOrder')
}

/** One name for two devices, or two names for one, at the same time. */
function conflict(row: DeviceRow, before: readonly DeviceRow[]): Sentence | undefined {
  for (const other of before) {
    if (!isAtOnce(row, other)) continue
    const isSamePlace = other.source === row.source && other.key === row.key
    // a device may send several types of event, and each of them may have a row
    if (other.name === row.name && !isSamePlace) {
      return sentence('nameTwice', { name: row.name, other: placeOf(other) })
    }
    if (isSamePlace && other.type === row.type) {
      return sentence('namedAlready', { place: placeOf(row), name: other.name })
    }
  }
  return undefined
}

function isAtOnce(one: DeviceRow, other: DeviceRow): boolean {
  const [a, b] = [periodOf(one), periodOf(other)]
  // a row whose times are wrong is told about those
  return !(a.to <= b.from || b.to <= a.from)
}

function overMany(place: number): Sentence | undefined {
  return place < mostRows ? undefined : sentence('tooManyRows', { most: mostRows })
}

/** Where a device is heard. */
function placeOf({ source, type, key }: DeviceRow): Sentence {
  const from = source === '' ? sentence('anySource') : verbatim(source)
  const place = type === '' ? from : sentence('placeOfType', { place: from, type })
  return key === '' ? place : sentence('placeOfKey', { place, key })
}

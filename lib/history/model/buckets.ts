// Rows and minutes on their way into buckets: which bucket a time is in, and the aggregates of rows that were read. Pure, and the same for
// aggregates that are made along with their rows and for those that are made all at once, so that both are equal, bit for bit.
import { type Aggregate, aggregateOf, combined } from './aggregate.ts'
import { levels, verdictCodes } from './schema.ts'

const minute = levels[1]

/** Minutes with one row each that are copied together, at least. */
const worthCopying = 4

/** Verdict, time, and the values of the fields. */
export type ValueRow = Array<number | null>

/** A minute with its rows, in key order. */
export interface Minute {
  start: number
  rows: ValueRow[]
}

/** An aggregate, and where its bucket begins. */
export interface Timed {
  start: number
  aggregate: Aggregate
}

/** The start of the bucket that a time is in; times before 1970, too. */
export function startOf(time: number, length: number): number {
  return Math.floor(time / length) * length
}

/** Buckets with no more than a gap (ms) between them are one run. */
export function runsOf(
  starts: ReadonlySet<number>,
  length: number,
  gap: number,
): Array<{ from: number; to: number }> {
  const runs: Array<{ from: number; to: number }> = []
  for (const start of [...starts].toSorted((one, other) => one - other)) {
    const last = runs.at(-1)
    if (last && start - last.to <= gap) last.to = start + length
    else runs.push({ from: start, to: start + length })
  }
  return runs
}

/** Of the field with this place in the rows; undefined where none of them has it. */
export function ofRows(rows: readonly ValueRow[], place: number): Aggregate | undefined {
  if (rows.length === 1) return ofOne(rows[0]!, place)
  const values: number[] = []
  const isGood: boolean[] = []
  for (const row of rows) {
    const value = row[place + 2]
    if (value === null || value === undefined) continue
    values.push(value)
    isGood.push(row[0] === verdictCodes.good)
  }
  return aggregateOf(values, isGood)
}

/** The same as `aggregateOf`, for most rows of slow devices. */
function ofOne(row: ValueRow, place: number): Aggregate | undefined {
  const value = row[place + 2]
  if (value === null || value === undefined) return undefined
  return [1, row[0] === verdictCodes.good ? 1 : 0, value, value, value, 0]
}

/** The aggregates of a field, minute by minute. */
export function timedOf(minutes: readonly Minute[], place: number): Timed[] {
  const all: Timed[] = []
  for (const { start, rows } of minutes) {
    const aggregate = ofRows(rows, place)
    if (aggregate) all.push({ start, aggregate })
  }
  return all
}

/** Buckets of this length, from all the finer ones in them, which are in order. */
export function coarser(finer: readonly Timed[], length: number): Timed[] {
  const all: Timed[] = []
  for (let at = 0; at < finer.length; ) {
    const start = startOf(finer[at]!.start, length)
    const parts: Aggregate[] = []
    for (; at < finer.length && finer[at]!.start < start + length; at++) parts.push(finer[at]!.aggregate)
    all.push({ start, aggregate: combined(parts)! })
  }
  return all
}

/** Rows that are in the order of time, by their minutes. */
export function minutesWithRows(rows: readonly ValueRow[]): Minute[] {
  const minutes: Minute[] = []
  for (const row of rows) {
    const start = startOf(row[1]!, minute)
    const last = minutes.at(-1)
    if (last?.start === start) last.rows.push(row)
    else minutes.push({ start, rows: [row] })
  }
  return minutes
}

/** Minutes that follow one another with one row each, and the others. */
export function partsOf(minutes: readonly Minute[]): Array<{ isSparse: boolean; minutes: Minute[] }> {
  const parts: Array<{ isSparse: boolean; minutes: Minute[] }> = []
  for (const one of minutes) {
    // the database's remainder of a negative time is negative
    const isSparse = one.rows.length === 1 && one.start >= 0
    const last = parts.at(-1)
    if (last?.isSparse === isSparse) last.minutes.push(one)
    else parts.push({ isSparse, minutes: [one] })
  }
  for (const part of parts) part.isSparse &&= part.minutes.length >= worthCopying
  return parts
}

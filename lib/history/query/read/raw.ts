// Reads single readings of one field.
import { verdictCodes } from '../../model/schema.ts'
import type { BadPoint, VerdictName } from './answers.ts'
import { mostRows } from './limits.ts'
import { reasonsOf, type Stretch, tableOf } from './lookup.ts'
import { evenly } from './lttb.ts'
import { type Row, type Store, tooLong } from './store-file.ts'

/** Readings in the order of time, column by column: an object for each of 100,000 would take longer than reading them. */
export interface Readings {
  /** ms since 1970 */
  t: number[]
  v: number[]
  /** the numbers of their verdicts */
  verdicts: number[]
  bad: BadReading[]
}

interface BadReading {
  t: number
  v: number
  /** JSON */
  reasons: unknown
}

/**
 * The readings in the stretches that have the field, in the order of time; undefined where there are more rows than one
 * question may read. The rows are counted before they are looked at, so
 * that a field that few of them have does not read the whole table.
 */
export function readingsOf(
  store: Store,
  stretches: readonly Stretch[],
  column: string,
): Readings | undefined {
  const readings: Readings = { t: [], v: [], verdicts: [], bad: [] }
  let left = mostRows
  for (const { series, from, to } of stretches) {
    if (from >= to) continue
    const rows = store.all(
      `SELECT time, ${column}, verdict, reasons FROM ${tableOf(series)}
       WHERE series = ? AND time >= ? AND time < ? ORDER BY time, seq, sub LIMIT ?`,
      ...[series.id, from, to, left + 1],
    )
    left -= rows.length
    if (left < 0) return undefined
    for (const row of rows) add(readings, row)
  }
  return stretches.length > 1 ? inOrder(readings) : readings
}

/** By their places: taking a row apart goes through its iterator, which takes longer than all the rest. */
function add({ t, v, verdicts, bad }: Readings, row: Row): void {
  const value = row[1]
  if (typeof value !== 'number' || !Number.isFinite(value)) return
  const time = row[0] as number
  const verdict = row[2] as number
  t.push(time)
  v.push(value)
  verdicts.push(verdict)
  if (verdict === verdictCodes.bad) bad.push({ t: time, v: value, reasons: row[3] })
}

function inOrder(readings: Readings): Readings {
  const { t, bad } = readings
  const order = t.map((_, place) => place).sort((a, b) => (t[a] as number) - (t[b] as number))
  return { ...chosen(readings, order), bad: bad.toSorted((a, b) => a.t - b.t) }
}

function chosen({ t, v, verdicts, bad }: Readings, places: readonly number[]): Readings {
  const of = (column: readonly number[]) => places.map((place) => column[place] as number)
  return { t: of(t), v: of(v), verdicts: of(verdicts), bad }
}

/** The same, where it cannot be done with anything else. */
export function allReadingsOf(store: Store, stretches: readonly Stretch[], column: string): Readings {
  const readings = readingsOf(store, stretches, column)
  if (readings) return readings
  throw tooLong(`there are more than ${mostRows} readings in this range`)
}

export function withVerdict(readings: Readings, verdict: VerdictName | ''): Readings {
  if (verdict === '') return readings
  const code = verdictCodes[verdict]
  const places = [...readings.verdicts.keys()].filter((place) => readings.verdicts[place] === code)
  return { ...chosen(readings, places), bad: verdict === 'bad' ? readings.bad : [] }
}

/** The bad ones, so many at most, from all over the range. */
export function badOf({ bad }: Readings, most: number): BadPoint[] {
  return evenly(bad, most).map(({ t, v, reasons }) => ({ t, v, reasons: reasonsOf(reasons) }))
}

// Reads single readings of one field.
import { verdictCodes } from '../../model/schema.ts'
import type { BadPoint, VerdictName } from './answers.ts'
import { mostRows } from './limits.ts'
import { reasonsOf, type Stretch, tableOf } from './lookup.ts'
import { evenly } from './lttb.ts'
import { type Store, tooLong } from './store-file.ts'

export interface Reading {
  t: number
  v: number
  /** a verdict's number */
  verdict: number
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
): Reading[] | undefined {
  const readings: Reading[] = []
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
    for (const [t, v, verdict, reasons] of rows) {
      if (typeof v === 'number' && Number.isFinite(v)) {
        readings.push({ t: t as number, v, verdict: verdict as number, reasons })
      }
    }
  }
  return stretches.length > 1 ? readings.sort((a, b) => a.t - b.t) : readings
}

/** The same, where it cannot be done with anything else. */
export function allReadingsOf(store: Store, stretches: readonly Stretch[], column: string): Reading[] {
  const readings = readingsOf(store, stretches, column)
  if (readings) return readings
  throw tooLong(`there are more than ${mostRows} readings in this range`)
}

export function withVerdict(readings: Reading[], verdict: VerdictName | ''): Reading[] {
  if (verdict === '') return readings
  const code = verdictCodes[verdict]
  return readings.filter((reading) => reading.verdict === code)
}

/** The bad ones, so many at most, from all over the range. */
export function badOf(readings: readonly Reading[], most: number): BadPoint[] {
  const bad = readings.filter(({ verdict }) => verdict === verdictCodes.bad)
  return evenly(bad, most).map(({ t, v, reasons }) => ({ t, v, reasons: reasonsOf(reasons) }))
}

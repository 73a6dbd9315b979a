// Finds bad readings of a range without reading all of it: the aggregates say which buckets have some that are not good, and
// within those which of the next finer level, down to the rows. One statement for each level, as 200 of them would take longer
// than all the rest of a chart.
import { type Level, levels, verdictCodes } from '../../model/schema.ts'
import type { BadPoint } from './answers.ts'
import type { Bucket } from './levels.ts'
import { reasonsOf, type Stretch, tableOf } from './lookup.ts'
import { evenly } from './lttb.ts'
import type { Row, Store } from './store-file.ts'

/** Rows of a bucket that are looked through rather than those of the next finer level. */
const fewRows = 60

interface Place {
  store: Store
  stretch: Stretch
  field: { id: number; column: string }
}

/** A bucket with readings that are not good. */
interface Suspect {
  t: number
  n: number
}

/**
 * So many at most, from all over the stretches, in the order of time.
 * @param buckets those of the level in the stretches
 */
export function badPointsOf(
  store: Store,
  stretches: readonly Stretch[],
  field: Place['field'],
  level: Level,
  buckets: readonly Bucket[],
  most: number,
): BadPoint[] {
  const suspects = buckets.filter(({ n, good }) => good < n)
  if (suspects.length === 0) return []
  const rows = stretches
    .filter(({ from, to }) => from < to)
    .flatMap((stretch) => badRowsOf({ store, stretch, field }, level, evenly(suspects, most), most))
    .sort((a, b) => (a[0] as number) - (b[0] as number))
  return evenly(rows, most).map(([t, v, reasons]) => ({
    t: t as number,
    v: v as number,
    reasons: reasonsOf(reasons),
  }))
}

function badRowsOf(place: Place, coarsest: Level, chosen: readonly Suspect[], most: number): Row[] {
  let [level, suspects] = [coarsest, chosen]
  while (level > 1 && suspects.some(({ n }) => n > fewRows)) {
    const finer = (level - 1) as Level
    const found = suspectsWithin(place, suspects, level, finer)
    // those may be gone for their age
    if (found.length === 0) break
    suspects = evenly(found, most)
    level = finer
  }
  return rowsWithin(place, suspects, level)
}

function suspectsWithin(
  { store, stretch, field }: Place,
  suspects: readonly Suspect[],
  level: Level,
  finer: Level,
): Suspect[] {
  return store
    .all(
      `SELECT t, n FROM json_each(?) AS bucket CROSS JOIN agg
       WHERE level = ? AND series = ? AND field = ? AND t >= bucket.value AND t < bucket.value + ? AND good < n`,
      ...[startsOf(suspects), finer, stretch.series.id, field.id, levels[level]],
    )
    .map(suspectOf)
}

function rowsWithin({ store, stretch, field }: Place, suspects: readonly Suspect[], level: Level): Row[] {
  const { series, from, to } = stretch
  return store.all(
    `SELECT time, ${field.column}, reasons FROM json_each(?) AS bucket CROSS JOIN ${tableOf(series)}
     WHERE series = ? AND time >= max(bucket.value, ?) AND time < min(bucket.value + ?, ?)
       AND verdict = ${verdictCodes.bad} AND ${field.column} IS NOT NULL`,
    ...[startsOf(suspects), series.id, from, levels[level], to],
  )
}

function startsOf(suspects: readonly Suspect[]): string {
  return JSON.stringify(suspects.map(({ t }) => t))
}

function suspectOf([t, n]: Row): Suspect {
  return { t: t as number, n: n as number }
}

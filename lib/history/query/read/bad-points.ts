// Finds the bad readings of a range without reading it: the aggregates say which buckets have some that are not good, and
// within those which of the next finer level, down to the rows.
import { type Level, levels, verdictCodes } from '../../model/schema.ts'
import type { BadPoint } from './answers.ts'
import { type Bucket, startOf } from './levels.ts'
import { reasonsOf, type Stretch, tableOf } from './lookup.ts'
import { evenly } from './lttb.ts'
import type { Store } from './store-file.ts'

interface Place {
  store: Store
  stretch: Stretch
  field: number
  column: string
}

/** So many at most, from all over the stretches, in the order of time. */
export function badPointsOf(
  store: Store,
  stretches: readonly Stretch[],
  field: { id: number; column: string },
  level: Level,
  most: number,
): BadPoint[] {
  const found = stretches
    .filter(({ from, to }) => from < to)
    .flatMap((stretch) => {
      const place = { store, stretch, field: field.id, column: field.column }
      const { from, to } = stretch
      return suspects(place, level, startOf(from, levels[level]), to).map((t) => ({ place, t }))
    })
  return shared(found, most, ({ place, t }, share) => within(place, level, t, share)).sort(
    (a, b) => a.t - b.t,
  )
}

/** Bad ones of the bucket of this level that begins at `t`. */
function within(place: Place, level: Level, t: number, most: number): BadPoint[] {
  const end = t + levels[level]
  if (level === 1) return badRows(place, t, end, most)
  const finer = (level - 1) as Level
  const found = suspects(place, finer, t, end)
  // the finer ones may be gone for their age
  if (found.length === 0) return badRows(place, t, end, most)
  return shared(found, most, (start, share) => within(place, finer, start, share))
}

/** Shares the number of points among the places, from all over them where there are more. */
function shared<Item>(
  items: readonly Item[],
  most: number,
  find: (item: Item, share: number) => BadPoint[],
): BadPoint[] {
  const points: BadPoint[] = []
  const chosen = evenly(items, most)
  for (const [place, item] of chosen.entries()) {
    points.push(...find(item, Math.ceil((most - points.length) / (chosen.length - place))))
  }
  return points
}

/** The starts of those buckets in [from, to) that have readings which are not good. */
function suspects(
  { store, stretch, field }: Place,
  level: Level,
  from: number,
  to: number,
): Array<Bucket['t']> {
  return store
    .all(
      'SELECT t FROM agg WHERE level = ? AND series = ? AND field = ? AND t >= ? AND t < ? AND good < n ORDER BY t',
      ...[level, stretch.series.id, field, from, to],
    )
    .map(([t]) => t as number)
}

function badRows({ store, stretch, column }: Place, from: number, to: number, most: number): BadPoint[] {
  return store
    .all(
      `SELECT time, ${column}, reasons FROM ${tableOf(stretch.series)}
       WHERE series = ? AND time >= ? AND time < ? AND verdict = ${verdictCodes.bad} AND ${column} IS NOT NULL
       ORDER BY time, seq, sub LIMIT ?`,
      ...[stretch.series.id, Math.max(from, stretch.from), Math.min(to, stretch.to), most],
    )
    .map(([t, v, reasons]) => ({ t: t as number, v: v as number, reasons: reasonsOf(reasons) }))
}

// Reads the aggregates: which level a chart is made of, and its buckets put together so that there are not too many.
import { type Level, levels } from '../../model/schema.ts'
import type { LevelName } from './answers.ts'
import { mostRows } from './limits.ts'
import type { Stretch } from './lookup.ts'
import type { Range } from './parameters.ts'
import { type Store, tooLong } from './store-file.ts'

export interface Bucket {
  /** where it begins, ms since 1970 */
  t: number
  n: number
  good: number
  min: number
  max: number
  /** of the good ones, or of all where none is good; so are the others */
  mean: number
  m2: number
}

export const levelNames: Readonly<Record<Level, LevelName>> = { 1: '1m', 2: '15m', 3: '1h', 4: '1d' }

/** From the coarsest on. */
export const coarsestFirst: readonly Level[] = [4, 3, 2, 1]

/** The coarsest level that has as many buckets in the range as there are to be points; the finest where none has. */
export function levelFor({ from, to }: Range, points: number): Level {
  return coarsestFirst.find((level) => (to - from) / levels[level] >= points) ?? 1
}

/** The buckets of a field in the stretches, in the order of time. The one in which a stretch begins is among them. */
export function bucketsOf(
  store: Store,
  stretches: readonly Stretch[],
  field: number,
  level: Level,
): Bucket[] {
  const found = stretches.flatMap(({ series, from, to }) =>
    from < to ? bucketRows(store, series.id, field, level, startOf(from, levels[level]), to) : [],
  )
  return stretches.length > 1 ? found.sort((a, b) => a.t - b.t) : found
}

/** Those that begin in [from, to). */
export function bucketRows(
  store: Store,
  series: number,
  field: number,
  level: Level,
  from: number,
  to: number,
): Bucket[] {
  const rows = store.all(
    `SELECT t, n, good, min, max, mean, m2 FROM agg
     WHERE level = ? AND series = ? AND field = ? AND t >= ? AND t < ? ORDER BY t LIMIT ${mostRows + 1}`,
    ...[level, series, field, from, to],
  ) as number[][]
  if (rows.length > mostRows) throw tooLong(`there are more than ${mostRows} buckets in this range`)
  return rows.map(bucketOf)
}

/** By their places: taking a row apart goes through its iterator, which takes longer than all the rest. */
function bucketOf(row: number[]): Bucket {
  return {
    t: row[0] as number,
    n: row[1] as number,
    good: row[2] as number,
    min: row[3] as number,
    max: row[4] as number,
    mean: row[5] as number,
    m2: row[6] as number,
  }
}

/** The length of the points, a multiple of the level's buckets, with which there are not more of them than asked for. */
export function stepFor({ from, to }: Range, level: Level, points: number): number {
  const length = levels[level]
  let step = length * Math.max(1, Math.ceil((to - from) / length / points))
  while ((startOf(to - 1, step) - startOf(from, step)) / step >= points) step += length
  return step
}

/** Puts the buckets together that begin in the same step. */
export function merged(buckets: readonly Bucket[], step: number): Bucket[] {
  const points: Bucket[] = []
  for (let at = 0; at < buckets.length; ) {
    const t = startOf((buckets[at] as Bucket).t, step)
    let point = buckets[at++] as Bucket
    for (; at < buckets.length && (buckets[at] as Bucket).t < t + step; at++)
      point = together(point, buckets[at] as Bucket)
    points.push({ ...point, t })
  }
  return points
}

/** Two buckets as one that begins with the first. Chan, Golub and LeVeque: "Algorithms for computing the sample variance", 1983. */
export function together(a: Bucket, b: Bucket): Bucket {
  const n = a.n + b.n
  const good = a.good + b.good
  // what is bad does not count beside good ones
  if (a.good > 0 && b.good === 0) return { ...a, n, good }
  if (b.good > 0 && a.good === 0) return { ...b, t: a.t, n, good }
  const na = counted(a)
  const nb = counted(b)
  const delta = b.mean - a.mean
  return {
    t: a.t,
    n,
    good,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.mean + (delta * nb) / (na + nb),
    m2: a.m2 + b.m2 + (delta * delta * na * nb) / (na + nb),
  }
}

/** Those of its readings that `min` … `m2` are of. */
export function counted({ n, good }: Bucket): number {
  return good > 0 ? good : n
}

/** Where the piece of this length begins that holds the moment. */
export function startOf(time: number, length: number): number {
  return Math.floor(time / length) * length
}

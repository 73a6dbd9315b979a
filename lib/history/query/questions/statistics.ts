// Count, extremes, mean and deviation of a field over a range. What lies within whole buckets is read from the coarsest
// aggregates, the ends from finer ones, and what is left of a minute from its rows: so a year costs no more than a day.
import { type Level, levels, verdictCodes } from '../../model/schema.ts'
import type { StatisticsAnswer } from '../read/answers.ts'
import { type Bucket, bucketRows, counted, startOf, together } from '../read/levels.ts'
import { type Field, numberField, type Stretch, stretchesOf } from '../read/lookup.ts'
import { rangeOf } from '../read/parameters.ts'
import { allReadingsOf, type Readings } from '../read/raw.ts'
import type { Store } from '../read/store-file.ts'
import type { Asked } from './question.ts'

export function statisticsOf(store: Store, { given, now, names }: Asked): StatisticsAnswer {
  const stretches = stretchesOf(store, given, rangeOf(given, now, '-24h'), names)
  const field = numberField(store, given, (stretches[0] as Stretch).series.typeId)
  const [first, ...rest] = stretches.flatMap((stretch) => bucketsWithin(store, stretch, field, 4))
  if (!first) return { n: 0, good: 0, min: null, max: null, mean: null, deviation: null }
  const all = rest.reduce(together, first)
  const count = counted(all)
  const { n, good, min, max, mean } = all
  return {
    n,
    good,
    min,
    max,
    mean,
    deviation: count > 1 ? Math.sqrt(Math.max(0, all.m2) / (count - 1)) : null,
  }
}

/** Buckets that together hold exactly what is in the stretch, in the order of time. */
function bucketsWithin(
  store: Store,
  { series, from, to }: Stretch,
  field: Field & { column: string },
  level: Level | 0,
): Bucket[] {
  if (from >= to) return []
  if (level === 0) return bucketsOfOne(allReadingsOf(store, [{ series, from, to }], field.column))
  const length = levels[level]
  const [begin, end] = [startOf(from + length - 1, length), startOf(to, length)]
  const finer = (level - 1) as Level | 0
  if (begin >= end) return bucketsWithin(store, { series, from, to }, field, finer)
  return [
    ...bucketsWithin(store, { series, from, to: begin }, field, finer),
    ...bucketRows(store, series.id, field.id, level, begin, end),
    ...bucketsWithin(store, { series, from: end, to }, field, finer),
  ]
}

function bucketsOfOne({ t, v, verdicts }: Readings): Bucket[] {
  return t.map((time, place) => {
    const value = v[place] as number
    const good = verdicts[place] === verdictCodes.good ? 1 : 0
    return { t: time, n: 1, good, min: value, max: value, mean: value, m2: 0 }
  })
}

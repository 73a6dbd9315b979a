// One field over time: single readings, thinned where there are many, or buckets of the aggregates.
import type { Level } from '../../model/schema.ts'
import type { LevelName, ValuesAnswer, VerdictName } from '../read/answers.ts'
import { badPointsOf } from '../read/bad-points.ts'
import {
  type Bucket,
  bucketsOf,
  coarsestFirst,
  levelFor,
  levelNames,
  merged,
  stepFor,
} from '../read/levels.ts'
import { fewestPoints, longestRaw, mostRawOfChart, mostRows, usualPoints } from '../read/limits.ts'
import { type Field, nameOf, numberField, type Stretch, stretchesOf } from '../read/lookup.ts'
import { thinned } from '../read/lttb.ts'
import {
  levelOf,
  queryError,
  type Range,
  rangeOf,
  textOf,
  verdictOf,
  wholeNumberOf,
} from '../read/parameters.ts'
import { allReadingsOf, badOf, type Readings, readingsOf, withVerdict } from '../read/raw.ts'
import { type Store, tooLong } from '../read/store-file.ts'
import { usualOf } from '../read/usual.ts'
import type { Asked } from './question.ts'

/** What the points of a chart are made of. */
type Points = Pick<ValuesAnswer, 'level' | 'step' | 'n' | 't' | 'v' | 'lo' | 'hi' | 'bad'>

interface Chart {
  store: Store
  stretches: Stretch[]
  field: Field & { column: string }
  /** the part of the range in which there are readings */
  range: Range
  points: number
  verdict: VerdictName | ''
}

export function valuesOf(store: Store, { given, now, names }: Asked): ValuesAnswer {
  const range = rangeOf(given, now, '-24h')
  const points = wholeNumberOf(given, 'points', fewestPoints, mostRows, usualPoints)
  const [verdict, level] = [verdictOf(given), levelOf(given)]
  const stretches = stretchesOf(store, given, range, names)
  const { series } = stretches.at(-1) as Stretch
  const field = numberField(store, given, series.typeId)
  const chart = { store, stretches, field, range: filledPart(range, stretches), points, verdict }
  const named = textOf(given, 'series').split('/').slice(1).join('/')
  return {
    series: series.id,
    field: field.name,
    name: named || nameOf(series, names),
    type: series.type,
    unit: field.unit,
    decimals: field.decimals,
    kind: field.kind,
    ...range,
    usual: usualOf(store, series, names)?.interval ?? null,
    ...pointsOf(chart, level),
  }
}

function pointsOf(chart: Chart, level: LevelName | 'auto'): Points {
  const isOfAggregates = chart.verdict === '' || chart.verdict === 'good'
  if (level === 'raw' || (level === 'auto' && !isOfAggregates)) return rawPoints(chart, everyReading(chart))
  if (!isOfAggregates) throw queryError('level', `${chart.verdict} readings are found by raw only`)
  const given = coarsestFirst.find((each) => levelNames[each] === level)
  if (given !== undefined)
    return bucketPoints(chart, given, bucketsOf(chart.store, chart.stretches, chart.field.id, given))
  return automaticPoints(chart)
}

function everyReading({ store, stretches, field, range }: Chart): Readings {
  if (range.to - range.from <= longestRaw) return allReadingsOf(store, stretches, field.column)
  throw tooLong(`raw readings are given for ${longestRaw / 86_400_000} days at most`)
}

/** Raw where there are few readings, else the coarsest level with enough points. Levels that are gone for their age are passed. */
function automaticPoints(chart: Chart): Points {
  const { store, stretches, field, range, points } = chart
  let level = levelFor(range, points)
  let buckets = bucketsOf(store, stretches, field.id, level)
  while (buckets.length === 0 && level < 4) {
    level = (level + 1) as Level
    buckets = bucketsOf(store, stretches, field.id, level)
  }
  const count = countOf(buckets)
  const isShort = count < mostRawOfChart && range.to - range.from <= longestRaw
  const readings = isShort ? readingsOf(store, stretches, field.column) : undefined
  // rows are removed before their aggregates; the buckets at the ends may have more than the range
  const isWhole = readings !== undefined && readings.t.length >= count - endsOf(buckets)
  return isWhole ? rawPoints(chart, readings) : bucketPoints(chart, level, buckets)
}

function endsOf(buckets: readonly Bucket[]): number {
  return countOf(buckets.length < 3 ? buckets : [buckets[0] as Bucket, buckets.at(-1) as Bucket])
}

function countOf(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, { n }) => sum + n, 0)
}

function rawPoints({ points, verdict }: Chart, all: Readings): Points {
  const readings = withVerdict(all, verdict)
  const { t, v } = thinned(readings, points)
  const bad = badOf(readings, mostBad(points))
  return { level: 'raw', step: null, n: readings.t.length, t, v, lo: null, hi: null, bad }
}

function bucketPoints(chart: Chart, level: Level, buckets: Bucket[]): Points {
  const { store, stretches, field, range, points, verdict } = chart
  const step = stepFor(range, level, points)
  const wanted = verdict === 'good' ? buckets.filter(({ good }) => good > 0) : buckets
  const found = merged(wanted, step)
  return {
    level: levelNames[level],
    step,
    n: verdict === 'good' ? found.reduce((sum, { good }) => sum + good, 0) : countOf(found),
    t: found.map(({ t }) => t),
    v: found.map(({ mean }) => mean),
    lo: found.map(({ min }) => min),
    hi: found.map(({ max }) => max),
    bad: verdict === 'good' ? [] : badPointsOf(store, stretches, field, level, buckets, mostBad(points)),
  }
}

function mostBad(points: number): number {
  return Math.floor(points / 5)
}

/** The range from the first reading to the last one: a year of which only a day is known is a chart of a day. */
function filledPart({ from, to }: Range, stretches: readonly Stretch[]): Range {
  const first = Math.max(from, Math.min(...stretches.map(({ series }) => series.first)))
  const last = Math.min(to, Math.max(...stretches.map(({ series }) => series.last)) + 1)
  return first < last ? { from: first, to: last } : { from, to: from + 1 }
}

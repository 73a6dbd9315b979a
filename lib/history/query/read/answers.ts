// What the queries of the history answer: the JSON of docs/history.md, "The interface". Times are integer ms since 1970 UTC,
// null stands for "no value". Types only: the pages import them, too.

import type { Reject } from '../../tables/rejects.ts'

export type FieldKind = 'number' | 'boolean' | 'text'
export type VerdictName = 'good' | 'bad' | 'held'
export type LevelName = 'raw' | '1m' | '15m' | '1h' | '1d'

export interface FieldAnswer {
  id: number
  name: string
  kind: FieldKind
  unit: string | null
  decimals: number | null
}

/** A field with the newest value that its series has of it. */
export interface LatestField extends FieldAnswer {
  value: number | boolean | string | null
  /** a battery that says it is low */
  low: boolean
  /** means of the last 48 half hours, oldest first; null for texts */
  spark: Array<number | null> | null
}

export interface LatestSeries {
  id: number
  type: string
  source: string
  /** `''` where there is none */
  key: string
  name: string
  place: string | null
  /** a row of the devices node gives the name */
  named: boolean
  time: number
  verdict: VerdictName
  reasons: string[]
  /** seconds */
  usual: number | null
  silent: boolean
  fields: LatestField[]
}

export interface LatestAnswer {
  now: number
  series: LatestSeries[]
}

export interface SeriesAnswer {
  id: number
  type: string
  source: string
  key: string
  name: string
  first: number
  last: number
  n: number
  fields: FieldAnswer[]
}

export interface BadPoint {
  t: number
  v: number
  reasons: string[]
}

export interface ValuesAnswer {
  series: number
  field: string
  name: string
  type: string
  unit: string | null
  decimals: number | null
  kind: FieldKind
  from: number
  to: number
  level: LevelName
  /** ms that each point stands for; null where level is raw */
  step: number | null
  /** seconds */
  usual: number | null
  /** readings that the points stand for */
  n: number
  t: number[]
  v: Array<number | null>
  lo: Array<number | null> | null
  hi: Array<number | null> | null
  bad: BadPoint[]
}

export interface StatisticsAnswer {
  n: number
  good: number
  min: number | null
  max: number | null
  mean: number | null
  /** of a sample: divided by n - 1; null below two values */
  deviation: number | null
}

export interface RejectAnswer extends Omit<Reject, 'reasons'> {
  reasons: string[]
}

export interface SlowSpan {
  time: number
  /** ms */
  duration: number
  source: string | null
  subject: string | null
  outcome: string | null
}

/** Spans of one category and subject; durations in ms. */
export interface SpansAnswer {
  cat: string
  subject: string | null
  count: number
  /** null: the store knows only spans that have ended */
  open: number | null
  min: number | null
  mean: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  max: number | null
  slowest: SlowSpan[]
}

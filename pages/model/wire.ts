// What the interface answers (docs/history.md, "The interface"). All texts in it come from devices and users: they are shown as text only.

export type Verdict = 'good' | 'bad' | 'held'
export type FieldKind = 'number' | 'boolean' | 'text'
export type Value = number | boolean | string | null

export interface Field {
  id: number
  name: string
  kind: FieldKind
  unit: string | null
  decimals: number | null
}

export interface FieldReading extends Field {
  value: Value
  /** a battery that says that it is low */
  low: boolean
  /** means of the last 48 half hours, oldest first; absent in live updates */
  spark?: Array<number | null> | null
}

/** The newest reading of a series. */
export interface Reading {
  id: number
  type: string
  source: string
  key: string
  name: string
  place: string | null
  named: boolean
  /** ms since 1970 */
  time: number
  verdict: Verdict
  reasons: string[]
  /** seconds between readings */
  usual: number | null
  silent: boolean
  fields: FieldReading[]
}

export interface Latest {
  now: number
  series: Reading[]
}

export interface Series {
  id: number
  type: string
  source: string
  key: string
  name: string
  first: number
  last: number
  n: number
  fields: Field[]
}

export interface BadReading {
  t: number
  v: number
  reasons: string[]
}

/** One field over time. */
export interface Values {
  series: number
  field: string
  name: string
  type: string
  unit: string | null
  decimals: number | null
  kind: FieldKind
  from: number
  to: number
  level: 'raw' | '1m' | '15m' | '1h' | '1d'
  /** ms of a bucket; null where level is raw */
  step: number | null
  /** seconds between readings */
  usual: number | null
  n: number
  t: number[]
  v: Array<number | null>
  lo: Array<number | null> | null
  hi: Array<number | null> | null
  bad: BadReading[]
}

export interface Statistics {
  n: number
  good: number
  min: number | null
  max: number | null
  mean: number | null
  deviation: number | null
}

export interface Reject {
  seq: number
  sub: number
  time: number
  type: string | null
  source: string
  raw: string
  reasons: string[]
}

export interface Box {
  name: string
  count: number
  of: 'lines' | 'events'
  /** it stands beside the box before it, not behind it: clean, rejected and unknown together are what was logged */
  beside?: boolean
}

export interface Account {
  journal: string
  name: string
  boxes: Box[]
  balanced: boolean
  missing: number
  says: string
}

export interface BrokerState {
  id: string
  name: string
  address: string
  connected: boolean
  since: number | null
  waiting: number
  refused: number
  problem: string | null
}

export interface PortState {
  id: string
  name: string
  address: string
  state: string
  lastLine: number | null
  perMinute: number
  problem: string | null
}

export interface DiskState {
  free: number
  total: number
  perDay: number | null
  daysLeft: number | null
}

export interface JournalState {
  id: string
  name: string
  first: number | null
  lastSeq: number
  bytes: number
  verified: { at: number; ok: boolean; says: string } | null
}

export interface StoreState {
  state: 'none' | 'start' | 'ready' | 'rebuilding' | 'not stored' | 'disabled'
  says: string
  upTo: number
  last: number
  rate: number | null
  left: number | null
  oldVerdicts: number
  bytes: number
}

export interface Alarm {
  id: string
  level: 'warning' | 'error'
  since: number | null
  says: string
  link: string | null
}

/** Ids of nodes in the editor, for links into their panels. */
export interface EditorNodes {
  devices: string | null
  store: string | null
  /** the format node of each type */
  formats: Record<string, string>
}

export interface Status {
  now: number
  gateway: { name: string; version: string; started: number }
  accounts: Account[]
  brokers: BrokerState[]
  ports: PortState[]
  disk: DiskState
  journal: JournalState[]
  store: StoreState
  machine: { temperature: number | null; rss: number; load: number }
  alarms: Alarm[]
  nodes: EditorNodes
}

export interface SpanRow {
  cat: string
  subject: string | null
  count: number
  open: number
  /** ms, as are the others */
  min: number | null
  mean: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  max: number | null
  slowest: Array<{ time: number; duration: number; source: string; subject: string | null; outcome: string }>
}

export interface ClusterRun {
  id: string
  name: string
  fields: string[]
  run: number
  time: number | null
  groups: Array<{ label: number; count: number; centre: Record<string, number> }>
  points: Array<[x: number, y: number, label: number]>
}

/** Why there is nothing to read yet. */
export interface Waiting {
  waiting: 'rebuild' | 'start' | 'none'
  /** part that is done, 0 … 1 */
  done: number | null
  /** seconds left */
  left: number | null
}

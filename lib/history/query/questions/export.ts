// Whole rows as text, a page at a time: whoever reads slowly waits for nobody, and holds no lock meanwhile.
import type { DeviceNames } from '../../../devices/names.ts'
import { verdictCodes } from '../../model/schema.ts'
import {
  allSeries,
  type Field,
  fieldsOf,
  jsonOf,
  nameOf,
  reasonsOf,
  type Series,
  type Stretch,
  stretchesOf,
  tableOf,
} from '../read/lookup.ts'
import { queryError, rangeOf, textOf, verdictOf, wordOf } from '../read/parameters.ts'
import { noStore, type Row, type Store } from '../read/store-file.ts'
import { type Cell, csvLine } from './csv.ts'
import type { Asked } from './question.ts'

const pageRows = 2_000

/** Where the next page begins. */
export interface Cursor {
  /** of the store's file */
  identity: string
  format: 'csv' | 'jsonl'
  verdict: number | undefined
  /** names of the fields, the same for all rows of CSV */
  columns: string[]
  /** what is still to be written, the first one from behind `after` on */
  stretches: Stretch[]
  after: [time: number, seq: number, sub: number] | undefined
}

export interface Page {
  text: string
  /** undefined: that was all */
  next: Cursor | undefined
}

/** Columns of every row; those of the fields follow. */
const head = ['time', 'id', 'type', 'source', 'key', 'name', 'verdict', 'reasons']

const verdictNames = new Map<unknown, string>(
  Object.entries(verdictCodes).map(([name, code]) => [code, name]),
)

/** The first page: the header of the columns, where there is one. Series follow each other by type and id, rows by time. */
export function beginExport(store: Store, { given, now, names }: Asked): Page {
  const format = wordOf(given, 'format', ['csv', 'jsonl'])
  const verdict = verdictOf(given)
  const stretches = wantedStretches(store, { given, now, names })
  const columns = fieldNames(store, stretches)
  const next: Cursor = {
    identity: store.identity,
    format,
    verdict: verdict === '' ? undefined : verdictCodes[verdict],
    columns,
    stretches,
    after: undefined,
  }
  return { text: format === 'csv' ? csvLine([...head, ...columns]) : '', next }
}

/** Throws with the code `NO_STORE` where the file was swapped since the page before: its ids are other ones. */
export function continueExport(store: Store, cursor: Cursor, { names }: Pick<Asked, 'names'>): Page {
  if (cursor.identity !== store.identity)
    throw noStore('the store was made anew during the export: export again')
  const write = cursor.format === 'csv' ? csvWriter(cursor.columns) : jsonWriter
  const epochs = epochsOf(store)
  let { after } = cursor
  let text = ''
  let left = pageRows
  const stretches = [...cursor.stretches]
  for (let stretch = stretches[0]; stretch && left > 0; stretch = stretches[0]) {
    const fields = fieldsOf(store, stretch.series.typeId)
    const rows = pageOf(store, stretch, fields, cursor.verdict, after, left)
    for (const row of rows) text += write(entryOf(row, stretch.series, fields, epochs, names))
    left -= rows.length
    const last = rows.at(-1) as number[] | undefined
    if (left === 0 && last) after = [last[0] as number, last[1] as number, last[2] as number]
    else {
      stretches.shift()
      after = undefined
    }
  }
  return { text, next: stretches.length > 0 ? { ...cursor, stretches, after } : undefined }
}

function wantedStretches(store: Store, { given, now, names }: Asked): Stretch[] {
  const range = rangeOf(given, now, '0')
  const type = textOf(given, 'type')
  const all = allSeries(store)
  if (type !== '' && !all.some((series) => series.type === type)) {
    throw queryError('type', `there are no readings of the type ${type}`)
  }
  const stretches =
    textOf(given, 'series') === ''
      ? all.map((series) => ({ series, ...range }))
      : stretchesOf(store, given, range, names)
  return stretches.filter(({ series, from, to }) => from < to && (type === '' || series.type === type))
}

/** One row with what its tables say of it. */
interface Entry {
  time: number
  id: string
  series: Series
  name: string
  verdict: string
  reasons: string[]
  data: Map<string, Cell>
}

function pageOf(
  store: Store,
  { series, from, to }: Stretch,
  fields: readonly Field[],
  verdict: number | undefined,
  after: Cursor['after'],
  limit: number,
): Row[] {
  const columns = fields.map(({ column }, place) => `${column ?? 'NULL'} AS c${place}`)
  const conditions = [
    'series = ? AND time >= ? AND time < ?',
    ...(verdict === undefined ? [] : ['verdict = ?']),
    ...(after ? ['(time, seq, sub) > (?, ?, ?)'] : []),
  ]
  return store.all(
    `SELECT ${['time', 'seq', 'sub', 'verdict', 'reasons', 'extra', ...columns].join(', ')} FROM ${tableOf(series)}
     WHERE ${conditions.join(' AND ')} ORDER BY time, seq, sub LIMIT ?`,
    ...[
      series.id,
      after?.[0] ?? from,
      to,
      ...(verdict === undefined ? [] : [verdict]),
      ...(after ?? []),
      limit,
    ],
  )
}

function entryOf(
  [time, seq, sub, verdict, reasons, extra, ...values]: Row,
  series: Series,
  fields: readonly Field[],
  epochs: readonly Epoch[],
  names: DeviceNames | undefined,
): Entry {
  const texts = new Map(Object.entries(jsonOf(extra) ?? {}))
  const data = new Map<string, Cell>()
  for (const [place, field] of fields.entries()) {
    const value =
      field.column === undefined ? textCell(texts.get(field.name)) : numberCell(values[place], field)
    if (value !== null) data.set(field.name, value)
  }
  return {
    time: time as number,
    id: idOf(epochs, seq as number, sub as number),
    series,
    name: nameOf(series, names, time as number),
    verdict: verdictNames.get(verdict) ?? String(verdict),
    reasons: reasonsOf(reasons),
    data,
  }
}

function textCell(value: unknown): Cell {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function numberCell(value: unknown, { kind }: Field): Cell {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return kind === 'boolean' ? value !== 0 : value
}

interface Epoch {
  epoch: string
  first: number
}

/** The newest first. */
function epochsOf(store: Store): Epoch[] {
  return store
    .all('SELECT epoch, first FROM epoch ORDER BY first DESC')
    .map(([epoch, first]) => ({ epoch: String(epoch), first: Number(first) }))
}

function idOf(epochs: readonly Epoch[], seq: number, sub: number): string {
  const epoch = epochs.find(({ first }) => first <= seq)?.epoch ?? ''
  return `${epoch}-${seq}${sub > 0 ? `.${sub}` : ''}`
}

function fieldNames(store: Store, stretches: readonly Stretch[]): string[] {
  const types = new Set(stretches.map(({ series }) => series.typeId))
  return [...new Set([...types].flatMap((type) => fieldsOf(store, type).map(({ name }) => name)))]
}

function csvWriter(columns: readonly string[]): (entry: Entry) => string {
  return ({ time, id, series: { type, source, key }, name, verdict, reasons, data }) =>
    csvLine([
      new Date(time).toISOString(),
      ...[id, type, source, key, name, verdict, reasons.join('; ')],
      ...columns.map((column) => data.get(column) ?? null),
    ])
}

function jsonWriter({
  time,
  id,
  series: { type, source, key },
  name,
  verdict,
  reasons,
  data,
}: Entry): string {
  const known = { id, time, type, source, key, name, verdict, reasons }
  return `${JSON.stringify({ ...known, data: Object.fromEntries(data) })}\n`
}

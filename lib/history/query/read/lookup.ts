// Finds the series and fields that a question is about. The names of tables and columns come from here, and so from the
// store's own tables, never from a parameter.
import { type DeviceNames, unnamedDevice } from '../../../devices/names.ts'
import type { FieldAnswer, FieldKind } from './answers.ts'
import { type Given, queryError, type Range, textOf } from './parameters.ts'
import type { Row, Store } from './store-file.ts'

export interface Series {
  id: number
  /** of the table `type` */
  typeId: number
  type: string
  source: string
  key: string
  /** as the store has it */
  stored: string
  first: number
  last: number
  n: number
}

export interface Field extends FieldAnswer {
  /** the column of its numbers; undefined for texts */
  column: string | undefined
}

/** A series from a moment to another one, ms since 1970, `to` not included. */
export interface Stretch extends Range {
  series: Series
}

/** Aggregates are at most ten seconds behind the rows. */
const newestRows = 20

const selectSeries = `SELECT series.id, series.type, type.type, source, key, name, first, last, n
  FROM series JOIN type ON type.id = series.type`

/** In the order of type and id. */
export function allSeries(store: Store): Series[] {
  return store.all(`${selectSeries} ORDER BY series.type, series.id`).map(seriesOf)
}

/** All of a type, by its id, in the order in which they came. */
export function fieldsOf(store: Store, typeId: number): Field[] {
  return store
    .all('SELECT id, name, kind, col, unit, decimals FROM field WHERE type = ? ORDER BY id', typeId)
    .map(fieldOf)
}

/**
 * Those fields of its type that a series has values of: another device of the type may send more. Numbers and booleans are known by their
 * aggregates, which last longer than single readings, or by one of the newest readings; texts have none, and are all here.
 */
export function measuredFields(store: Store, series: Series): Field[] {
  const fields = fieldsOf(store, series.typeId)
  const columns = fields.map(({ column }) => (column === undefined ? '1' : `count(${column})`))
  if (columns.length === 0) return []
  const [counts = []] = store.all(
    `SELECT ${columns.join(', ')} FROM
      (SELECT * FROM ${tableOf(series)} WHERE series = ? ORDER BY time DESC, seq DESC, sub DESC LIMIT ${newestRows})`,
    series.id,
  )
  const hasAggregate = (field: number) =>
    store.first(
      'SELECT 1 FROM agg WHERE level = 4 AND series = ? AND field = ? LIMIT 1',
      series.id,
      field,
    ) !== undefined
  return fields.filter(({ id }, place) => counts[place] !== 0 || hasAggregate(id))
}

/** The table with the values of a type. */
export function tableOf({ typeId }: Pick<Series, 'typeId'>): string {
  return `t_${wholeId(typeId)}`
}

/** The name of a series at a moment; default: today. Without names of the gateway it is the one that the store has. */
export function nameOf(series: Series, names: DeviceNames | undefined, time?: number): string {
  if (!names) return series.stored
  const { source, type, key } = series
  return names.find(source, type, key, time)?.name ?? unnamedDevice(source, key)
}

/**
 * What `series` names: an id, or `<type>/<name>`. A name means each series while it had that name.
 * @param range what of them is asked for
 */
export function stretchesOf(
  store: Store,
  given: Given,
  range: Range,
  names: DeviceNames | undefined,
): Stretch[] {
  const text = textOf(given, 'series')
  if (text === '') throw queryError('series', 'is missing: give its id, or <type>/<name>')
  const found = /^\d{1,15}$/.test(text) ? byId(store, Number(text), range) : byName(store, text, range, names)
  if (found.length > 0) return found
  throw queryError('series', `there is none that is ${text}`)
}

/** The field that `field` names, one with numbers, of the type of these stretches. */
export function numberField(store: Store, given: Given, typeId: number): Field & { column: string } {
  const name = textOf(given, 'field')
  if (name === '') throw queryError('field', 'is missing: give its name')
  const field = fieldsOf(store, typeId).find((each) => each.name === name)
  if (!field) throw queryError('field', `the series has none with the name ${name}`)
  if (field.column === undefined)
    throw queryError('field', `${name} is a text, and only numbers can be drawn`)
  return { ...field, column: field.column }
}

export function publicField({ id, name, kind, unit, decimals }: Field): FieldAnswer {
  return { id, name, kind, unit, decimals }
}

/** A JSON array of texts, as the store has the reasons of a verdict. */
export function reasonsOf(json: unknown): string[] {
  const found = jsonOf(json)
  return Array.isArray(found) ? found.map(String) : []
}

/** Null where it is none. */
export function jsonOf(json: unknown): unknown {
  if (typeof json !== 'string') return null
  try {
    return JSON.parse(json)
  } catch {
    // a row that is damaged must not hide the others
    return null
  }
}

function byId(store: Store, id: number, range: Range): Stretch[] {
  return store
    .all(`${selectSeries} WHERE series.id = ?`, id)
    .map((row) => ({ series: seriesOf(row), ...range }))
}

function byName(store: Store, text: string, range: Range, names: DeviceNames | undefined): Stretch[] {
  const [type = '', ...rest] = text.split('/')
  const name = rest.join('/')
  if (name === '') throw queryError('series', 'must be an id, or <type>/<name>')
  return store
    .all(`${selectSeries} WHERE type.type = ? ORDER BY series.id`, type)
    .map(seriesOf)
    .flatMap((series) =>
      names ? named(series, name, range, names) : series.stored === name ? [{ series, ...range }] : [],
    )
}

/** The stretches in which the series had the name; one without length where that was outside of the range. */
function named(series: Series, name: string, range: Range, names: DeviceNames): Stretch[] {
  const { source, type, key } = series
  return names
    .periodsOf(source, type, key)
    .filter(({ row }) => (row?.name ?? unnamedDevice(source, key)) === name)
    .map(({ from, to }) => {
      const begin = Math.max(from, range.from)
      return { series, from: begin, to: Math.max(begin, Math.min(to, range.to)) }
    })
}

function seriesOf([id, typeId, type, source, key, name, first, last, n]: Row): Series {
  return {
    id: Number(id),
    typeId: Number(typeId),
    type: String(type),
    source: String(source),
    key: String(key),
    stored: String(name),
    first: Number(first),
    last: Number(last),
    n: Number(n),
  }
}

function fieldOf([id, name, kind, col, unit, decimals]: Row): Field {
  return {
    id: Number(id),
    name: String(name),
    kind: kind as FieldKind,
    unit: unit === null ? null : String(unit),
    decimals: decimals === null ? null : Number(decimals),
    column: col === null ? undefined : `f${wholeId(col)}`,
  }
}

function wholeId(id: unknown): number {
  if (Number.isSafeInteger(id) && (id as number) >= 0) return id as number
  throw new Error(`the store has the id ${String(id)}, which is none`)
}

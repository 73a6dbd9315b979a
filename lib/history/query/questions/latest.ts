// The newest reading of every series, for people who look how things are.
import type { DeviceNames } from '../../../devices/names.ts'
import { verdictCodes } from '../../model/schema.ts'
import type { LatestAnswer, LatestField, LatestSeries, VerdictName } from '../read/answers.ts'
import { bucketRows, counted, startOf } from '../read/levels.ts'
import {
  allSeries,
  type Field,
  fieldsOf,
  jsonOf,
  nameOf,
  publicField,
  reasonsOf,
  type Series,
  tableOf,
} from '../read/lookup.ts'
import { textOf } from '../read/parameters.ts'
import type { Row, Store } from '../read/store-file.ts'
import { usualFrom } from '../read/usual.ts'
import type { Asked } from './question.ts'

const sparkLength = 48
/** ms */
const sparkStep = 1_800_000
/** Rows in which the newest value of each field is looked for, and by which the usual interval is learnt. */
const newestRows = 20
/** Columns before those of the fields. */
const fixed = 4

const verdictNames = new Map<unknown, VerdictName>(
  Object.entries(verdictCodes).map(([name, code]) => [code, name as VerdictName]),
)

/** A battery's own word that it is low: `lobat`, `lowBattery`, `battery_low`, `batlow` … */
const lowBattery = /lo(?:w)?_?bat|bat(?:t(?:ery)?)?_?low/i
const battery = /batt/i

/** `spark=no` leaves the sparks out: the live stream asks often, and sends none. */
export function latestOf(store: Store, { given, now, names }: Asked): LatestAnswer {
  const withSparks = textOf(given, 'spark') !== 'no'
  const fields = new Map<number, Field[]>()
  const series = allSeries(store).flatMap((each) => {
    const own = fields.get(each.typeId) ?? fieldsOf(store, each.typeId)
    fields.set(each.typeId, own)
    return latest(store, each, own, { now, names, withSparks }) ?? []
  })
  return { now, series }
}

/** Undefined where no reading is left of it. */
function latest(
  store: Store,
  series: Series,
  fields: readonly Field[],
  { now, names, withSparks }: { now: number; names: DeviceNames | undefined; withSparks: boolean },
): LatestSeries | undefined {
  const rows = newest(store, series, fields)
  const [first] = rows
  if (!first) return undefined
  const time = first[0] as number
  const reasons = reasonsOf(first[2])
  const usual = usualFrom(
    rows.map((row) => row[0] as number),
    series,
    names,
  )
  const { id, type, source, key } = series
  const row = names?.find(source, type, key)
  const texts = rows.map((each) => each[3])
  return {
    ...{ id, type, source, key },
    name: nameOf(series, names),
    place: row?.place || null,
    named: names ? row !== undefined : false,
    time,
    verdict: verdictNames.get(first[1]) ?? 'held',
    reasons,
    usual: usual?.interval ?? null,
    silent: usual !== undefined && now - time > usual.limit,
    fields: fields.map((field, place) => {
      const value =
        field.column === undefined ? textIn(texts, field.name) : numberIn(rows, fixed + place, field)
      return latestField(
        field,
        value,
        reasons,
        field.column === undefined || !withSparks ? null : sparkOf(store, id, field.id, now),
      )
    }),
  }
}

function newest(store: Store, series: Series, fields: readonly Field[]): Row[] {
  const columns = fields.map(({ column }, place) => `${column ?? 'NULL'} AS c${place}`)
  return store.all(
    `SELECT ${['time', 'verdict', 'reasons', 'extra', ...columns].join(', ')} FROM ${tableOf(series)}
     WHERE series = ? ORDER BY time DESC, seq DESC, sub DESC LIMIT ${newestRows}`,
    series.id,
  )
}

function latestField(
  field: Field,
  value: LatestField['value'],
  broken: readonly string[],
  spark: LatestField['spark'],
): LatestField {
  const says = lowBattery.test(field.name) && (value === true || value === 1)
  // `<rule>: <field>: <text>`
  const breaks = broken.some((rule) => battery.test(rule) && rule.split(': ').includes(field.name))
  return { ...publicField(field), value, low: says || breaks, spark }
}

/** A field that the newest reading lacks has the value of the one before. */
function numberIn(rows: readonly Row[], place: number, { kind }: Field): number | boolean | null {
  const value = rows.find((row) => row[place] !== null)?.[place]
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return kind === 'boolean' ? value !== 0 : value
}

function textIn(extras: readonly unknown[], field: string): string | null {
  for (const extra of extras) {
    const texts = jsonOf(extra)
    if (typeof texts !== 'object' || texts === null || !Object.hasOwn(texts, field)) continue
    const text = (texts as Record<string, unknown>)[field]
    if (text !== null) return typeof text === 'string' ? text : JSON.stringify(text)
  }
  return null
}

/** Means of the last half hours, the one of now among them. */
function sparkOf(store: Store, series: number, field: number, now: number): Array<number | null> {
  const begin = startOf(now, sparkStep) - (sparkLength - 1) * sparkStep
  const sums = Array.from({ length: sparkLength }, () => ({ sum: 0, count: 0 }))
  for (const bucket of bucketRows(store, series, field, 2, begin, begin + sparkLength * sparkStep)) {
    const slot = sums[Math.floor((bucket.t - begin) / sparkStep)]
    if (!slot) continue
    slot.sum += bucket.mean * counted(bucket)
    slot.count += counted(bucket)
  }
  return sums.map(({ sum, count }) => (count === 0 ? null : sum / count))
}

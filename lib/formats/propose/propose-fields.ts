// Guesses of a field's name and type from the values that lines have for it.
import type { FieldDefinition, FieldType } from '../model/definition.ts'
import { toNumber } from '../steps/numbers.ts'
import { parseTime } from '../steps/time.ts'
import { unitNamed } from '../steps/units.ts'

/** years in which a bare number is taken for a time: 2001 … 2100, as seconds or milliseconds */
const firstSeconds = 978_307_200
const lastSeconds = 4_102_444_800

const nulls = ['nan', 'inf', '-inf', 'ovf', 'n/a', 'null', 'none', '-', '--', '---', 'err', 'error']
const quantity = /^([+-]?\d+(?:[.,]\d+)?)\s?([^\d\s.,+-][^\d\s]{0,5}|m3|m\^3|.?g\/m3)$/u
/** what sensors and their libraries give where they have no value, when it is far from all others */
const sentinels = [85, -127, 65535, 999, 999.9, -999, -999.9, 9999, -9999, 32767, -32768]
/** how far a sentinel is from the other values, at least, as a number and in their range */
const farAway = 10
const farAwayRanges = 1
/** of so many values, this share may be odd ones, which are rejected later, without changing the type */
const manyValues = 10
const mostOdd = 0.05
/** a short word that stands where numbers are otherwise */
const word = /^[A-Za-z#*/.-]{1,10}$/
/** names of numbers that can only be whole */
const wholeName = /(?:^|_)(?:id|node|channel|count|counter|pulses?|seq|msg|n)$/i
const keyName = /(?:^|_)(?:id|node|sensor|channel|addr|address|device|dev|mac|serial|station|model|tag)$/i

/** A field for these values, some of which may be missing; undefined where there is none at all. */
export function guessField(
  name: string,
  from: string | number,
  found: readonly unknown[],
): FieldDefinition | undefined {
  const values = found.filter((value) => isValue(value))
  if (values.length === 0) return undefined
  const unit = unitOf(values)
  const bare = unit === undefined ? values : values.map((value) => bareNumber(value) ?? value)
  const own = fieldName(name)
  const type = typeOf(own, bare)
  const isNumber = type === 'number' || type === 'integer'
  const none = [
    ...new Set([
      ...found.filter(isNull).map(String),
      ...(isNumber ? oddWords(bare) : []),
      ...(isNumber ? sentinelsOf(bare) : []),
    ]),
  ]
  return {
    name: own,
    ...(from === own ? {} : { from }),
    type,
    ...(unit === undefined || !isNumber ? {} : { unit: unitNamed(unit) }),
    ...(none.length > 0 ? { nulls: none } : {}),
  }
}

function isNull(value: unknown): boolean {
  return typeof value === 'string' && nulls.includes(value.trim().toLowerCase())
}

function isValue(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'object') return false
  return typeof value !== 'string' || (value.trim() !== '' && !isNull(value))
}

/** The number of a text such as `21.5C`. */
function bareNumber(value: unknown): string | undefined {
  return quantity.exec(String(value).trim())?.[1]
}

/** The unit that nearly all have behind their number. */
function unitOf(values: readonly unknown[]): string | undefined {
  const units = values.map((value) =>
    typeof value === 'string' ? quantity.exec(value.trim())?.[2] : undefined,
  )
  const unit = units.find((each) => each !== undefined)
  const others = units.filter((each) => each !== unit).length
  return unit !== undefined && others <= oddAllowed(values.length) ? unit : undefined
}

function oddAllowed(count: number): number {
  return count < manyValues ? 0 : Math.max(1, Math.floor(count * mostOdd))
}

function oddWords(values: readonly unknown[]): string[] {
  return values
    .filter((value) => numberOf(value) === undefined && word.test(String(value).trim()))
    .map((value) => String(value).trim())
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : toNumber(value)
}

/** Those of the sentinels that are there, where no other value comes near them. */
function sentinelsOf(values: readonly unknown[]): number[] {
  const numbers = values.map(numberOf).filter((value) => value !== undefined)
  const others = numbers.filter((value) => !sentinels.includes(value))
  if (others.length === 0) return []
  const least = Math.min(...others)
  const most = Math.max(...others)
  const distance = Math.max(farAway, farAwayRanges * (most - least))
  return sentinels.filter(
    (value) => numbers.includes(value) && (value > most + distance || value < least - distance),
  )
}

function typeOf(name: string, values: readonly unknown[]): FieldType {
  if (
    values.every((value) => typeof value === 'boolean' || /^(true|false|on|off|yes|no)$/i.test(String(value)))
  ) {
    return 'boolean'
  }
  // an id: as a number it would lose its zeros
  if (values.some((value) => typeof value === 'string' && /^\s*0\d/.test(value))) return 'string'
  const numbers = values.map(numberOf).filter((value) => value !== undefined)
  if (numbers.length > 0 && values.length - numbers.length <= oddAllowed(values.length)) {
    if (numbers.every((value) => isTimeNumber(value))) return 'time'
    // what has been whole until now may have a fraction tomorrow
    const isWhole = wholeName.test(name) && numbers.every((value) => Number.isInteger(value))
    return isWhole && values.every((value) => !/[.e]/i.test(String(value))) ? 'integer' : 'number'
  }
  const isTime = (value: unknown) => typeof value === 'string' && parseTime(value, 'iso') !== undefined
  return values.every(isTime) ? 'time' : 'string'
}

/** The fields that tell apart the devices of one stream: by their name, or texts that come again and again. */
export function keyOf(
  fields: readonly FieldDefinition[],
  values: ReadonlyMap<string, readonly unknown[]>,
): { key?: string[] } {
  const named = fields.filter(({ name, type }) => keyName.test(name) && type !== 'boolean' && type !== 'time')
  const repeated = fields.filter(({ name, type }) => {
    const found = values.get(name) ?? []
    const different = new Set(found).size
    return type === 'string' && different > 1 && different * 2 <= found.length
  })
  const key = (named.length > 0 ? named : repeated.slice(0, 1)).map(({ name }) => name)
  return key.length > 0 ? { key } : {}
}

function isTimeNumber(value: number): boolean {
  const seconds = value > 1e11 ? value / 1000 : value
  return value > 1e9 && seconds > firstSeconds && seconds < lastSeconds
}

/** A name as fields have them: `UTC Time[0]` becomes `UTC_Time_0`. */
export function fieldName(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  return /^[A-Za-z_]/.test(name) ? name : `v${name}`
}

/** The fields with each name once, and none that is a word of CEL. */
export function withOwnNames(fields: readonly FieldDefinition[]): FieldDefinition[] {
  const used = new Set<string>()
  return fields.map((field) => {
    let name = reserved.has(field.name) ? `${field.name}_` : field.name
    for (let n = 2; used.has(name); n++) name = `${field.name}_${n}`
    used.add(name)
    return name === field.name ? field : { ...field, name, from: field.from ?? field.name }
  })
}

const reserved = new Set(
  'as break const continue else false for function if import in let loop namespace null package return true var void while bool bytes cel double google int list map null_type optional string type uint'.split(
    ' ',
  ),
)

/** A type as topics have them. */
export function typeName(text: string): string {
  return (
    text
      .replace(/[^A-Za-z0-9._-]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 40)
      .toLowerCase() || 'new'
  )
}

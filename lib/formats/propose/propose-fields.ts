// Guesses of a field's name and type from the values that lines have for it.
import type { FieldDefinition, FieldType } from '../model/definition.ts'
import { toNumber } from '../steps/numbers.ts'
import { parseTime } from '../steps/time.ts'

/** years in which a bare number is taken for a time: 2001 … 2100, as seconds or milliseconds */
const firstSeconds = 978_307_200
const lastSeconds = 4_102_444_800

const nulls = ['nan', 'n/a', 'null', 'none', '-']
const quantity = /^([+-]?\d+(?:\.\d+)?)\s?([^\d\s.,+-][^\d\s]{0,5})$/

/** A field for these values, some of which may be missing; undefined where there is none at all. */
export function guessField(
  name: string,
  from: string | number,
  found: readonly unknown[],
): FieldDefinition | undefined {
  const values = found.filter((value) => isValue(value))
  if (values.length === 0) return undefined
  const unit = unitOf(values)
  const bare = unit === undefined ? values : values.map((value) => quantity.exec(String(value).trim())?.[1])
  const type = typeOf(bare)
  const own = fieldName(name)
  return {
    name: own,
    ...(from === own ? {} : { from }),
    type,
    ...(unit === undefined ? {} : { unit }),
    ...(found.some(isNull) ? { nulls: [...new Set(found.filter(isNull).map(String))] } : {}),
  }
}

function isNull(value: unknown): boolean {
  return typeof value === 'string' && nulls.includes(value.trim().toLowerCase())
}

function isValue(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'object') return false
  return typeof value !== 'string' || (value.trim() !== '' && !isNull(value))
}

function unitOf(values: readonly unknown[]): string | undefined {
  const units = values.map((value) =>
    typeof value === 'string' ? quantity.exec(value.trim())?.[2] : undefined,
  )
  return units.every((unit) => unit !== undefined && unit === units[0]) ? units[0] : undefined
}

function typeOf(values: readonly unknown[]): FieldType {
  if (
    values.every((value) => typeof value === 'boolean' || /^(true|false|on|off|yes|no)$/i.test(String(value)))
  ) {
    return 'boolean'
  }
  // an id: as a number it would lose its zeros
  if (values.some((value) => typeof value === 'string' && /^\s*0\d/.test(value))) return 'string'
  const numbers = values.map((value) => (typeof value === 'number' ? value : toNumber(value)))
  if (numbers.every((value) => value !== undefined)) {
    if (numbers.every((value) => isTimeNumber(value))) return 'time'
    return numbers.every((value, i) => Number.isInteger(value) && !/[.e]/i.test(String(values[i])))
      ? 'integer'
      : 'number'
  }
  const isTime = (value: unknown) => typeof value === 'string' && parseTime(value, 'iso') !== undefined
  return values.every(isTime) ? 'time' : 'string'
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

// From what a decoder found to a field's type, in its unit.
import type { Scalar } from '../event.ts'
import type { FieldDefinition } from './definition.ts'
import { Failure } from './failure.ts'
import { show } from './text.ts'
import { parseTime } from './time.ts'

/** Makes a value of the field's type from one that is there; a Failure says found and expected. Never throws. */
export type Convert = (raw: unknown) => NonNullable<Scalar> | Failure

const expected = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  string: 'a text',
  time: 'a time',
} as const

/** What a field of this kind wants, in words. */
export function expectation(field: FieldDefinition): string {
  if (field.type !== 'time') return expected[field.type]
  switch (field.time) {
    case 'iso':
      return 'an ISO 8601 time that exists'
    case 's':
      return 'seconds since 1970'
    case 'ms':
      return 'milliseconds since 1970'
    default:
      return 'a time that exists'
  }
}

export function converter(field: FieldDefinition): Convert {
  switch (field.type) {
    case 'number':
    case 'integer':
      return numberConverter(field)
    case 'boolean':
      return (raw) => toBoolean(raw) ?? wrong(raw, field)
    case 'string':
      return (raw) => toText(raw) ?? wrong(raw, field)
    case 'time':
      return (raw) => parseTime(raw, field.time ?? 'auto') ?? wrong(raw, field)
  }
}

function wrong(raw: unknown, field: FieldDefinition): Failure {
  return new Failure(`found ${show(raw)}, expected ${expectation(field)}`)
}

function numberConverter(field: FieldDefinition): Convert {
  const adjust = adjuster(field)
  const whole = field.type === 'integer'
  // A whole number that is scaled or computed is rounded; one that is read must be whole.
  const rounded = whole && (adjust !== undefined || field.computed !== undefined)
  return (raw) => {
    const read = typeof raw === 'number' ? raw : toNumber(raw)
    if (read === undefined || !Number.isFinite(read)) return wrong(raw, field)
    let value = adjust === undefined ? read : adjust(read)
    if (rounded) value = roundTo(value, 0)
    if (whole && !Number.isSafeInteger(value)) return wrong(raw, field)
    if (!Number.isFinite(value)) return new Failure(`found ${show(raw)}, which is too great when scaled`)
    return value + 0 // never -0
  }
}

/** Scale, offset and decimals as one function; undefined where there are none. */
function adjuster(field: FieldDefinition): ((value: number) => number) | undefined {
  const { multiply, divide } = parseScale(field.scale ?? 1) ?? { multiply: 1, divide: 1 }
  const offset = field.offset ?? 0
  const decimals = field.type === 'number' ? field.decimals : undefined
  const scaled = multiply !== 1 || divide !== 1 || offset !== 0
  if (!scaled) return decimals === undefined ? undefined : (value) => roundTo(value, decimals)
  if (decimals === undefined) return (value) => (value * multiply) / divide + offset
  return (value) => roundTo((value * multiply) / divide + offset, decimals)
}

/** A scale as a fraction: `0.1`, `"0.1"`, `"100/255"`; undefined where it is none, or zero. */
export function parseScale(scale: number | string): { multiply: number; divide: number } | undefined {
  const parts = typeof scale === 'number' ? [scale] : scale.split('/').map((part) => toNumber(part))
  const [multiply, divide = 1] = parts
  if (parts.length > 2 || !multiply || !divide) return undefined
  return Number.isFinite(multiply) && Number.isFinite(divide) ? { multiply, divide } : undefined
}

const powers = Array.from({ length: 16 }, (_, decimals) => 10 ** decimals)

/**
 * The nearest number with so many decimals (0…15), halves away from zero. A value that floating-point arithmetic put
 * a hair under a half counts as the half (1.005 → 1.01), so that 3029 × 0.0005 is 1.5145 and nothing beside it.
 */
export function roundTo(value: number, decimals: number): number {
  const power = powers[decimals] as number
  const size = Math.abs(value) * power
  if (size >= Number.MAX_SAFE_INTEGER) return value
  const rounded = Math.floor(size + 0.5 + size * 4 * Number.EPSILON) / power
  return value < 0 ? -rounded : rounded
}

const numberPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** A decimal number's value; undefined for any other text (`0x10`, `1,5`, `NaN`) and for what is no text. */
export function toNumber(raw: unknown): number | undefined {
  if (typeof raw !== 'string' || raw.length > 400) return undefined
  const text = raw.trim()
  return numberPattern.test(text) ? Number(text) : undefined
}

const booleans = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
])

/** true and false from themselves, 1 and 0, and these words and yes, no, on, off, whatever their case. */
function toBoolean(raw: unknown): boolean | undefined {
  return booleans.get(typeof raw === 'string' && raw.length < 20 ? raw.trim().toLowerCase() : raw)
}

function toText(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw
  return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined
}

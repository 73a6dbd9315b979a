// Converts a raw value to a field's type and unit. The steps, in this order: digits, map, type or time, calibration,
// unit, range, rounding.
import type { Scalar } from '../../event.ts'
import type { Past } from '../history/past.ts'
import type { FieldDefinition } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'
import { digitsReader } from '../notation/digits.ts'
import { LocalTimes } from '../notation/local-time.ts'
import { Zone } from '../notation/zone.ts'
import { type FormatSentenceKey, formatSentences } from '../words/sentences.ts'
import { calibration, roundTo } from './calibrate.ts'
import { mapStep, tidy } from './mapping.ts'
import { numberParser, type Quantity, quantityParser } from './numbers.ts'
import { rangeStep } from './range.ts'
import { parseTime } from './time.ts'
import { compileTimePattern } from './time-pattern.ts'
import { unitConversion, unitTexts } from './units.ts'

/** Makes a value of the field's type from one that is there; a Failure says found and expected. Never throws. */
export type Convert = (raw: unknown, past: Past) => NonNullable<Scalar> | Failure

const expected = {
  number: 'aNumber',
  integer: 'aWholeNumber',
  boolean: 'trueOrFalse',
  string: 'aText',
} as const

/** What a field of this kind wants: the sentence's key. */
export function expectationKey(field: FieldDefinition): FormatSentenceKey {
  if (field.type !== 'time') return expected[field.type]
  switch (field.time) {
    case 'iso':
      return 'isoTime'
    case 's':
      return 'unixSeconds'
    case 'ms':
      return 'unixMilliseconds'
    case 'pattern':
      return 'timeAs'
    default:
      return 'aTime'
  }
}

/** What a field of this kind wants, in English, as reasons have it. */
export function expectation(field: FieldDefinition): string {
  return formatSentences[expectationKey(field)].replace('__pattern__', () => String(field.pattern))
}

/** Throws an Error where a unit cannot be converted, a time's pattern means nothing, or there is no such time zone. */
export function converter(field: FieldDefinition): Convert {
  const convert = withMap(field)
  const digits = digitsReader(field)
  if (digits === undefined) return convert
  return (raw, past) => {
    const found = digits(raw)
    return found instanceof Failure ? found : convert(found, past)
  }
}

function withMap(field: FieldDefinition): Convert {
  const map = mapStep(field)
  const limit = rangeStep(field)
  const convert = byType(field, limit)
  if (map === undefined) return convert
  return (raw, past) => {
    const value = map(raw)
    if (value === undefined) return convert(raw, past)
    return value instanceof Failure || limit === undefined ? value : limit(value)
  }
}

type Limit = ReturnType<typeof rangeStep>

function byType(field: FieldDefinition, limit: Limit): Convert {
  switch (field.type) {
    case 'number':
    case 'integer':
      return numberConverter(field, limit)
    case 'boolean':
      return limited((raw) => toBoolean(raw) ?? wrong(raw, field), limit)
    case 'string':
      return limited((raw) => {
        const text = toText(raw)
        return text === undefined ? wrong(raw, field) : tidy(text, field)
      }, limit)
    case 'time':
      return limited(timeConverter(field), limit)
  }
}

function limited(convert: Convert, limit: Limit): Convert {
  if (limit === undefined) return convert
  return (raw, past) => {
    const value = convert(raw, past)
    return value instanceof Failure ? value : limit(value)
  }
}

function wrong(raw: unknown, field: FieldDefinition): Failure {
  const step = field.type === 'time' ? 'time' : 'type'
  return new Failure(`found ${show(raw)}, expected ${expectation(field)}`, step)
}

function timeConverter(field: FieldDefinition): Convert {
  const { time = 'auto', zone, name } = field
  const local = new LocalTimes(zone === undefined ? undefined : Zone.named(zone), name)
  if (time !== 'pattern') {
    if (zone === undefined) return (raw) => parseTime(raw, time) ?? wrong(raw, field)
    return (raw, past) => parseTime(raw, time, (each) => local.moment(each, past)) ?? wrong(raw, field)
  }
  const { read } = compileTimePattern(field.pattern ?? '')
  return (raw, past) => {
    const text = typeof raw === 'number' ? String(raw) : raw
    const value = typeof text === 'string' && text.length <= 100 ? read(text.trim(), local, past) : undefined
    return value ?? wrong(raw, field)
  }
}

function numberConverter(field: FieldDefinition, limit: Limit): Convert {
  const read = numberReader(field)
  const calibrate = calibration(field)
  const toUnit = conversionToUnit(field)
  const whole = field.type === 'integer'
  const decimals = whole ? undefined : field.decimals
  // A whole number that is calibrated or computed is rounded; one that is read must be whole.
  const rounded = whole && (calibrate !== undefined || toUnit !== undefined || field.computed !== undefined)
  return (raw) => {
    const found = typeof raw === 'number' ? raw : read(raw)
    if (found === undefined || !Number.isFinite(found)) return wrong(raw, field)
    let value = calibrate === undefined ? found : calibrate(found)
    if (toUnit !== undefined) value = toUnit(value)
    if (!Number.isFinite(value)) {
      return new Failure(`found ${show(raw)}, which is too great when scaled`, 'calibrate')
    }
    if (limit !== undefined) {
      const kept = limit(value)
      if (kept instanceof Failure) return kept
      value = kept as number
    }
    if (rounded) value = roundTo(value, 0)
    else if (decimals !== undefined) value = roundTo(value, decimals)
    if (whole && !Number.isSafeInteger(value)) return wrong(raw, field)
    return value + 0 // never -0
  }
}

/** Reads a text's number in the device's unit. */
function numberReader(field: FieldDefinition): (raw: unknown) => number | undefined {
  const parse = numberParser(field.decimal, field.thousands)
  const unit = field.deviceUnit ?? field.unit
  if (unit === undefined) return parse
  const parseQuantity = quantityParser(unitTexts(unit), parse)
  return (raw) => parse(raw) ?? inUnit(parseQuantity(raw), unit)
}

function inUnit(quantity: Quantity | undefined, unit: string): number | undefined {
  if (quantity === undefined) return undefined
  const conversion = unitConversion(quantity.unit, unit)
  return typeof conversion === 'function' ? conversion(quantity.value) : quantity.value
}

function conversionToUnit({ deviceUnit, unit }: FieldDefinition): ((value: number) => number) | undefined {
  if (deviceUnit === undefined || unit === undefined) return undefined
  const conversion = unitConversion(deviceUnit, unit)
  if (typeof conversion === 'string') throw new Error(conversion)
  return conversion
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

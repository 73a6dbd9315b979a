// Checks the steps of a field: spelling, calibration, units, map, range.

import type { FieldDefinition } from '../model/definition.ts'
import { show } from '../model/text.ts'
import { Zone } from '../notation/zone.ts'
import { parseScale } from '../steps/calibrate.ts'
import { expectation } from '../steps/convert.ts'
import { thousandsMarks } from '../steps/numbers.ts'
import { compileTimePattern } from '../steps/time-pattern.ts'
import { unitConversion } from '../steps/units.ts'
import { isObject, type Problems } from './problems.ts'

const mostListed = 1_000

/** The properties that a format and a field may have alike; `path` is '' for the format. */
export function checkSpelling(value: Record<string, unknown>, path: string, problems: Problems): void {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const { nulls, decimal, thousands } = value
  if (nulls !== undefined) {
    const isToken = (each: unknown) => typeof each === 'string' || Number.isFinite(each)
    if (!Array.isArray(nulls)) problems.add(at('nulls'), `found ${show(nulls)}, expected a list of values`)
    else if (nulls.length > mostListed)
      problems.add(at('nulls'), `found ${nulls.length}, expected ${mostListed} at most`)
    else if (!nulls.every(isToken)) {
      problems.add(
        at('nulls'),
        `found ${show(nulls.find((each) => !isToken(each)))}, expected texts and numbers`,
      )
    }
  }
  checkZone(value.zone, at('zone'), problems)
  const isDecimal = decimal === undefined || problems.isOneOf(at('decimal'), decimal, ['.', ',', 'any'])
  if (thousands === undefined || thousands === '') return
  const isMark = problems.isOneOf(at('thousands'), thousands, thousandsMarks)
  if (isDecimal && isMark && (decimal ?? '.') === thousands) {
    problems.add(at('thousands'), 'it is the same as the decimal mark, expected another')
  }
}

/** A time zone that Intl knows. */
function checkZone(zone: unknown, path: string, problems: Problems): void {
  if (!problems.isOptional(path, zone, 'string') || zone === undefined) return
  try {
    Zone.named(zone as string)
  } catch {
    problems.add(path, `found ${show(zone)}, expected a time zone such as Europe/Berlin`)
  }
}

/** Types of the properties have been looked at, but for those that are lists or objects. */
export function checkValues(
  field: FieldDefinition,
  formatZone: string | undefined,
  path: string,
  problems: Problems,
): void {
  if (field.scale !== undefined && !isScale(field.scale)) {
    const found = show(field.scale)
    problems.add(`${path}.scale`, `found ${found}, expected a number or a fraction such as 100/255`)
  }
  checkPoints(field.points, path, problems)
  checkPolynomial(field.polynomial, path, problems)
  checkUnits(field, path, problems)
  checkTimePattern(field, formatZone, path, problems)
  checkMap(field, path, problems)
  checkRange(field, path, problems)
  if (field.default !== undefined && !fits(field.default, field)) {
    problems.add(`${path}.default`, `found ${show(field.default)}, expected ${expectation(field)}`)
  }
}

function isScale(scale: unknown): boolean {
  return (typeof scale === 'number' || typeof scale === 'string') && parseScale(scale) !== undefined
}

function checkPoints(points: unknown, path: string, problems: Problems): void {
  if (points === undefined) return
  const isPoint = (point: unknown) =>
    Array.isArray(point) && point.length === 2 && point.every((each) => Number.isFinite(each))
  if (!Array.isArray(points) || points.length < 2 || points.length > mostListed || !points.every(isPoint)) {
    problems.add(`${path}.points`, 'expected two pairs of numbers or more, found → true: 0 → 4, 1023 → 20')
    return
  }
  const found = (points as Array<[number, number]>).map(([x]) => x)
  const twice = found.find((x, i) => found.indexOf(x) < i)
  if (twice !== undefined) problems.add(`${path}.points`, `found ${twice} twice, expected it once`)
}

function checkPolynomial(polynomial: unknown, path: string, problems: Problems): void {
  if (polynomial === undefined) return
  const isList = Array.isArray(polynomial) && polynomial.length > 0 && polynomial.length <= 20
  if (!isList || !polynomial.every((each) => Number.isFinite(each))) {
    problems.add(`${path}.polynomial`, 'expected 1…20 numbers, c0, c1, c2 … of c0 + c1 x + c2 x²')
  }
}

function checkUnits({ unit, deviceUnit }: FieldDefinition, path: string, problems: Problems): void {
  if (deviceUnit === undefined || unit === undefined) {
    if (deviceUnit !== undefined) {
      problems.add(`${path}.deviceUnit`, 'a unit of the device is given, expected the unit of the value, too')
    }
    return
  }
  const conversion = unitConversion(deviceUnit, unit)
  if (typeof conversion === 'string') {
    problems.add(`${path}.deviceUnit`, `${conversion}; use a scale and an offset instead`)
  }
}

function checkTimePattern(
  { type, time, pattern, zone }: FieldDefinition,
  formatZone: string | undefined,
  path: string,
  problems: Problems,
): void {
  if (type !== 'time' || time !== 'pattern') return
  if (pattern === undefined || pattern === '') {
    problems.add(`${path}.pattern`, 'a pattern is needed, such as DD.MM.YYYY HH:mm:ss')
    return
  }
  try {
    const { hasSeason } = compileTimePattern(pattern)
    if (hasSeason && (zone ?? formatZone) === undefined) {
      problems.add(
        `${path}.pattern`,
        'SW means something in a time zone alone, expected a zone such as Europe/Berlin',
      )
    }
  } catch (error) {
    problems.add(`${path}.pattern`, `${(error as Error).message}, expected such as DD.MM.YYYY HH:mm:ss`)
  }
}

function checkMap(field: FieldDefinition, path: string, problems: Problems): void {
  const map: unknown = field.map
  if (field.wrong !== undefined) problems.isOneOf(`${path}.wrong`, field.wrong, ['reject', 'omit'])
  if (field.mapElse !== undefined) problems.isOneOf(`${path}.mapElse`, field.mapElse, ['reject', 'keep'])
  if (map === undefined) return
  if (!isObject(map)) {
    problems.add(`${path}.map`, `found ${show(map)}, expected {"what the line has": what it means}`)
    return
  }
  const entries = Object.entries(map)
  if (entries.length > mostListed) {
    problems.add(`${path}.map`, `found ${entries.length}, expected ${mostListed} at most`)
    return
  }
  const wrong = entries.find(([, value]) => !fits(value, field))
  if (wrong === undefined) return
  problems.add(`${path}.map`, `found ${show(wrong[1])} for ${show(wrong[0])}, expected ${expectation(field)}`)
}

function checkRange(field: FieldDefinition, path: string, problems: Problems): void {
  const { min, max, allowed, range } = field
  if (min !== undefined && max !== undefined && min > max) {
    problems.add(`${path}.max`, `found ${max}, expected at least the least value, ${min}`)
  }
  if (allowed !== undefined) {
    const wrong = Array.isArray(allowed) ? allowed.find((value) => !fits(value, field)) : allowed
    if (wrong !== undefined || !Array.isArray(allowed)) {
      problems.add(`${path}.allowed`, `found ${show(wrong)}, expected ${expectation(field)} each`)
    }
  }
  if (range === undefined) return
  problems.isOneOf(`${path}.range`, range, ['reject', 'clamp'])
  if (min === undefined && max === undefined && allowed === undefined) {
    problems.add(`${path}.range`, 'there is no range to keep to, expected min, max or allowed values')
  } else if (range === 'clamp' && min === undefined && max === undefined) {
    problems.add(`${path}.range`, 'only a value with min or max can be set to the nearest bound')
  }
}

/** Whether a value may stand in `data` for this field as it is. */
function fits(value: unknown, field: FieldDefinition): boolean {
  switch (field.type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'integer':
    case 'time':
      return Number.isSafeInteger(value)
    default:
      return typeof value === field.type
  }
}

// Checks the steps of a field: spelling, calibration, units, map, range.

import { sentenceIn } from '../../words/sentence.ts'
import type { FieldDefinition } from '../model/definition.ts'
import { show } from '../model/text.ts'
import { Zone } from '../notation/zone.ts'
import { parseScale } from '../steps/calibrate.ts'
import { expectationKey } from '../steps/convert.ts'
import { thousandsMarks } from '../steps/numbers.ts'
import { compileTimePattern } from '../steps/time-pattern.ts'
import { unitConversion } from '../steps/units.ts'
import { type FormatSentenceKey, formatSentence, shown } from '../words/sentences.ts'
import { isObject, type Problems } from './problems.ts'

const mostListed = 1_000

/** The properties that a format and a field may have alike; `path` is '' for the format. */
export function checkSpelling(value: Record<string, unknown>, path: string, problems: Problems): void {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const { nulls, decimal, thousands } = value
  if (nulls !== undefined) {
    const isToken = (each: unknown) => typeof each === 'string' || Number.isFinite(each)
    if (!Array.isArray(nulls)) problems.found(at('nulls'), nulls, 'valueList')
    else if (nulls.length > mostListed)
      problems.add(at('nulls'), 'tooMany', { count: String(nulls.length), most: String(mostListed) })
    else if (!nulls.every(isToken)) {
      problems.found(
        at('nulls'),
        nulls.find((each) => !isToken(each)),
        'textsAndNumbers',
      )
    }
  }
  checkZone(value.zone, at('zone'), problems)
  const isDecimal = decimal === undefined || problems.isOneOf(at('decimal'), decimal, ['.', ',', 'any'])
  if (thousands === undefined || thousands === '') return
  const isMark = problems.isOneOf(at('thousands'), thousands, thousandsMarks)
  if (isDecimal && isMark && (decimal ?? '.') === thousands) {
    problems.add(at('thousands'), 'marksAlike')
  }
}

/** A time zone that Intl knows. */
function checkZone(zone: unknown, path: string, problems: Problems): void {
  if (!problems.isOptional(path, zone, 'string') || zone === undefined) return
  try {
    Zone.named(zone as string)
  } catch {
    problems.found(path, zone, 'timeZone')
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
    problems.found(`${path}.scale`, field.scale, 'scale')
  }
  checkPoints(field.points, path, problems)
  checkPolynomial(field.polynomial, path, problems)
  checkUnits(field, path, problems)
  checkTimePattern(field, formatZone, path, problems)
  checkMap(field, path, problems)
  checkRange(field, path, problems)
  if (field.default !== undefined && !fits(field.default, field)) {
    problems.found(`${path}.default`, field.default, ...expectedOf(field))
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
    problems.add(`${path}.points`, 'points')
    return
  }
  const found = (points as Array<[number, number]>).map(([x]) => x)
  const twice = found.find((x, i) => found.indexOf(x) < i)
  if (twice !== undefined) problems.add(`${path}.points`, 'pointTwice', { found: String(twice) })
}

function checkPolynomial(polynomial: unknown, path: string, problems: Problems): void {
  if (polynomial === undefined) return
  const isList = Array.isArray(polynomial) && polynomial.length > 0 && polynomial.length <= 20
  if (!isList || !polynomial.every((each) => Number.isFinite(each))) {
    problems.add(`${path}.polynomial`, 'polynomial')
  }
}

function checkUnits({ unit, deviceUnit }: FieldDefinition, path: string, problems: Problems): void {
  if (deviceUnit === undefined || unit === undefined) {
    if (deviceUnit !== undefined) {
      problems.add(`${path}.deviceUnit`, 'unitToo')
    }
    return
  }
  const conversion = unitConversion(deviceUnit, unit)
  if (typeof conversion === 'string') {
    problems.add(`${path}.deviceUnit`, 'noConversion', { from: deviceUnit, to: unit })
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
    problems.add(`${path}.pattern`, 'timePatternNeeded')
    return
  }
  try {
    const { hasSeason } = compileTimePattern(pattern)
    if (hasSeason && (zone ?? formatZone) === undefined) {
      problems.add(`${path}.pattern`, 'seasonNeedsZone')
    }
  } catch (error) {
    problems.add(`${path}.pattern`, 'notTimePattern', { why: sentenceIn(error) })
  }
}

function checkMap(field: FieldDefinition, path: string, problems: Problems): void {
  const map: unknown = field.map
  if (field.wrong !== undefined) problems.isOneOf(`${path}.wrong`, field.wrong, ['reject', 'omit'])
  if (field.mapElse !== undefined) problems.isOneOf(`${path}.mapElse`, field.mapElse, ['reject', 'keep'])
  if (map === undefined) return
  if (!isObject(map)) {
    problems.found(`${path}.map`, map, 'mapForm')
    return
  }
  const entries = Object.entries(map)
  if (entries.length > mostListed) {
    problems.add(`${path}.map`, 'tooMany', { count: String(entries.length), most: String(mostListed) })
    return
  }
  const wrong = entries.find(([, value]) => !fits(value, field))
  if (wrong === undefined) return
  problems.add(`${path}.map`, 'mapValue', {
    ...{ found: shown(wrong[1]), for: show(wrong[0]) },
    expected: formatSentence(...expectedOf(field)),
  })
}

function checkRange(field: FieldDefinition, path: string, problems: Problems): void {
  const { min, max, allowed, range } = field
  if (min !== undefined && max !== undefined && min > max) {
    problems.found(`${path}.max`, max, 'atLeastLeast', { least: String(min) })
  }
  if (allowed !== undefined) {
    const wrong = Array.isArray(allowed) ? allowed.find((value) => !fits(value, field)) : allowed
    if (wrong !== undefined || !Array.isArray(allowed)) {
      problems.add(`${path}.allowed`, 'eachOf', {
        found: shown(wrong),
        expected: formatSentence(...expectedOf(field)),
      })
    }
  }
  if (range === undefined) return
  problems.isOneOf(`${path}.range`, range, ['reject', 'clamp'])
  if (min === undefined && max === undefined && allowed === undefined) {
    problems.add(`${path}.range`, 'noRange')
  } else if (range === 'clamp' && min === undefined && max === undefined) {
    problems.add(`${path}.range`, 'noBound')
  }
}

/** What a field of this kind wants: the key of the sentence, and the values in it. */
function expectedOf(field: FieldDefinition): [FormatSentenceKey, { pattern: string }] {
  return [expectationKey(field), { pattern: String(field.pattern) }]
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

// Checks the fields of a definition whose decoder is valid.

import { compilePattern } from '../../options/pattern.ts'
import { sentenceIn } from '../../words/sentence.ts'
import { byteFacts } from '../decoders/bytes.ts'
import { columnOf } from '../decoders/columns.ts'
import { datacodeNumbers } from '../decoders/datacodes.ts'
import { packetFacts } from '../decoders/packet.ts'
import { parsePath } from '../decoders/paths.ts'
import {
  type BytesDecoder,
  type Decoder,
  type FieldDefinition,
  type FormatDefinition,
  hasOffsets,
  type NumberLayout,
} from '../model/definition.ts'
import { Circle, orderFields } from '../model/order.ts'
import { show } from '../model/text.ts'
import { layouts } from '../notation/layouts.ts'
import { mostBytes } from '../notation/text-bytes.ts'
import { compileExpression, type Expression } from '../steps/expression.ts'
import { needsPast } from '../steps/field.ts'
import { alternatives, type FormatSentenceKey, formatSentence } from '../words/sentences.ts'
import { checkSpelling, checkValues } from './check-values.ts'
import { binaryWords, isTwoValued, sensorWords } from './device-classes.ts'
import { isObject, type Problems } from './problems.ts'

const fieldTypes = ['number', 'integer', 'boolean', 'string', 'time']
const timeFormats = ['auto', 'iso', 's', 'ms', 'pattern']
const notations = ['decimal', 'hex', 'binary', 'bcd']
const mostFields = 500
/** of a whole number that a double holds */
const mostBits = 53

/** words of CEL, and names of its types, that no expression could refer to as fields */
const reserved = new Set(
  [
    'as break const continue else false for function if import in let loop namespace null package return true var',
    'void while bool bytes cel double google int list map null_type optional string type uint __proto__',
  ].flatMap((words) => words.split(' ')),
)

export function checkFields(definition: FormatDefinition, problems: Problems): void {
  const fields: unknown = definition.fields
  if (!Array.isArray(fields)) {
    problems.found('fields', fields, 'fieldList')
    return
  }
  if (fields.length === 0) problems.add('fields', 'fieldNeeded')
  if (fields.length > mostFields) {
    problems.add('fields', 'tooMany', { count: String(fields.length), most: String(mostFields) })
    return
  }
  const names = checkNames(fields, problems)
  const references = fields.map((field, i) => checkField(field, i, definition, names, problems))
  const circle = orderFields(names, references)
  if (circle instanceof Circle) {
    const at = names.indexOf(circle.names[0] as string)
    problems.add(`fields[${at}].name`, 'circle', { names: circle.names.join(' → ') })
  }
  checkKeyAndTime(definition, names, problems)
  checkConditionPlaces(definition, problems)
  if (problems.list.length === 0) checkMarks(definition, problems)
}

/** The places of a recogniser's conditions are places as those of fields. */
function checkConditionPlaces(definition: FormatDefinition, problems: Problems): void {
  const where: unknown = definition.takes?.where
  if (!Array.isArray(where)) return
  for (const condition of where.filter(isObject)) {
    const field = { name: '', from: condition.from ?? '', type: 'string' } as FieldDefinition
    if (field.from === '') problems.add('takes.where', 'conditionPlace')
    else checkFrom(field, 'takes.where', 'takes.where', definition, problems)
  }
}

/** A decimal mark that separates the columns, too: `21,5` would be two of them. */
function checkMarks({ decoder, fields, decimal, thousands }: FormatDefinition, problems: Problems): void {
  const separators = separatorsOf(decoder)
  const check = (marks: Record<string, string | undefined>, path: string) => {
    for (const [name, mark] of Object.entries(marks)) {
      const separator = mark === undefined || mark === '' ? undefined : separators.get(mark)
      if (separator === undefined) continue
      problems.add(`${path}${name}`, separator, { mark: show(mark) })
    }
  }
  check({ decimal, thousands }, '')
  for (const [i, field] of fields.entries()) {
    check({ decimal: field.decimal, thousands: field.thousands }, `fields[${i}].`)
  }
}

/** What is said of a mark that separates something, too, by that mark. */
function separatorsOf(decoder: Decoder): Map<string, FormatSentenceKey> {
  if (decoder.kind === 'columns') return new Map([[decoder.delimiter || ',', 'markInColumns']])
  if (decoder.kind !== 'key-values') return new Map()
  return new Map([
    [decoder.pairSeparator || ',', 'markInPairs'],
    [decoder.valueSeparator || ':', 'markInValue'],
  ])
}

/** The names, '' for one that is none. */
function checkNames(fields: unknown[], problems: Problems): string[] {
  const names: string[] = []
  fields.forEach((field, i) => {
    const name = isObject(field) ? field.name : undefined
    const fine = isObject(field) && isName(name, `fields[${i}].name`, problems)
    if (!isObject(field)) problems.found(`fields[${i}]`, field, 'aField')
    if (fine && names.includes(name)) problems.add(`fields[${i}].name`, 'nameTwice', { name: show(name) })
    names.push(fine ? name : '')
  })
  return names
}

function isName(name: unknown, path: string, problems: Problems): name is string {
  if (name === undefined || name === '') return problems.add(path, 'nameNeeded')
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
    return problems.found(path, name, 'nameLetters')
  }
  if (reserved.has(name)) return problems.add(path, 'reserved', { name: show(name) })
  return true
}

/** Checks one field; gives the names of other fields that it refers to. */
function checkField(
  value: unknown,
  index: number,
  definition: FormatDefinition,
  names: readonly string[],
  problems: Problems,
): string[] {
  if (!isObject(value)) return []
  const path = `fields[${index}]`
  const before = problems.list.length
  problems.isOneOf(`${path}.type`, value.type, fieldTypes)
  if (value.time !== undefined) problems.isOneOf(`${path}.time`, value.time, timeFormats)
  for (const name of ['unit', 'deviceClass', 'deviceUnit', 'pattern', 'computed', 'when'] as const) {
    problems.isOptional(`${path}.${name}`, value[name], 'string')
  }
  for (const name of ['offset', 'min', 'max'] as const)
    problems.isOptional(`${path}.${name}`, value[name], 'number')
  for (const name of ['required', 'hidden', 'reversed', 'whole', 'trim'] as const) {
    problems.isOptional(`${path}.${name}`, value[name], 'boolean')
  }
  if (value.notation !== undefined) problems.isOneOf(`${path}.notation`, value.notation, notations)
  if (value.signed !== 'magnitude') problems.isOptional(`${path}.signed`, value.signed, 'boolean')
  if (value.case !== undefined) problems.isOneOf(`${path}.case`, value.case, ['lower', 'upper'])
  problems.isWhole(`${path}.decimals`, value.decimals, 0, 15)
  checkSpelling(value, path, problems)
  if (problems.list.length > before) return []
  const field = value as unknown as FieldDefinition
  checkValues(field, definition.zone, path, problems)
  if (field.difference !== undefined) checkDifference(field, path, definition, problems)
  else if (field.computed === undefined) {
    checkFrom(field, `${path}.from`, path, definition, problems)
    checkAlso(field, path, definition, problems)
    checkDigits(field, path, definition, problems)
  }
  checkDeviceClass(field, path, problems)
  if (field.newsOf !== undefined && !names.includes(field.newsOf)) {
    problems.found(`${path}.newsOf`, field.newsOf, 'fieldName')
  }
  const references = checkExpressions(field, path, names, problems)
  return needsPast({ ...field, zone: field.zone ?? definition.zone })
    ? [...references, ...pastOf(field, definition)]
    : references
}

/** A word that is none, or does not go with the unit, would be left out where the field is announced: better say so here. */
function checkDeviceClass(
  { type, bits, unit, deviceClass }: FieldDefinition,
  path: string,
  problems: Problems,
): void {
  if (deviceClass === undefined || (isTwoValued({ type, bits }) && binaryWords.has(deviceClass))) return
  const isNumber = type === 'number' || type === 'integer'
  const units = isNumber ? sensorWords[deviceClass] : undefined
  if (units?.includes(unit) === true) return
  const at = `${path}.deviceClass`
  if (units === undefined) problems.found(at, deviceClass, 'deviceClass')
  else {
    const allowed = units.map((each) => each ?? 'none').join(', ')
    problems.found(at, deviceClass, 'deviceClassUnit', { units: allowed })
  }
}

/** The fields that must be known before a field that depends on earlier events: those by which a series is told. */
function pastOf({ name, difference }: FieldDefinition, { key }: FormatDefinition): string[] {
  const of = difference === undefined || difference.of === name ? [] : [difference.of]
  return [...of, ...(Array.isArray(key) ? key : [])]
}

function checkDifference(
  field: FieldDefinition,
  path: string,
  { fields }: FormatDefinition,
  problems: Problems,
): void {
  const at = `${path}.difference`
  const difference: unknown = field.difference
  if (!isObject(difference)) {
    problems.found(at, difference, 'counterForm')
    return
  }
  if (field.computed !== undefined) {
    problems.add(`${path}.computed`, 'differenceToo')
  }
  const { of, modulus, most } = difference
  const counter = fields.find((each) => isObject(each) && each.name === of)
  if (counter === undefined || of === field.name) {
    problems.found(`${at}.of`, of, 'counterName')
  } else if (counter.type !== 'number' && counter.type !== 'integer') {
    problems.add(`${at}.of`, 'counterType', { found: show(of), type: String(counter.type) })
  }
  for (const [name, value] of Object.entries({ modulus, most })) {
    if (!problems.isOptional(`${at}.${name}`, value, 'number')) continue
    if (value !== undefined && !((value as number) > 0)) {
      problems.found(`${at}.${name}`, value, 'numberAbove0')
    }
  }
  if (field.type !== 'number' && field.type !== 'integer') {
    problems.add(`${path}.type`, 'differenceType')
  }
  if (field.required) {
    problems.add(`${path}.required`, 'differenceRequired')
  }
}

/** The digits of a text: what stands at a byte offset is checked with its layout. */
function checkDigits(
  field: FieldDefinition,
  path: string,
  { decoder }: FormatDefinition,
  problems: Problems,
): void {
  if (hasOffsets(decoder.kind) && typeof (field.from ?? field.name) === 'number') return
  if (field.bits === undefined) {
    if (field.bit !== undefined) problems.add(`${path}.bits`, 'needsBits')
    if (field.signed) problems.add(`${path}.bits`, 'signNeedsBits')
  } else if (problems.isWhole(`${path}.bit`, field.bit, 0, mostBits - 1)) {
    problems.isWhole(`${path}.bits`, field.bits, 1, mostBits - (field.bit ?? 0))
  }
  const isHalfBytes = field.notation === 'bcd' && field.bits !== undefined && field.bits % 4 !== 0
  if (isHalfBytes) problems.found(`${path}.bits`, field.bits, 'halfBytes')
}

function checkAlso(
  field: FieldDefinition,
  path: string,
  definition: FormatDefinition,
  problems: Problems,
): void {
  const also: unknown = field.also
  if (also === undefined) return
  if (!Array.isArray(also) || also.length > 20) {
    problems.found(`${path}.also`, also, 'otherPlaces')
    return
  }
  for (const from of also) checkFrom({ ...field, from }, `${path}.also`, path, definition, problems)
}

/** `at`: where a problem with the place is told. */
function checkFrom(
  field: FieldDefinition,
  at: string,
  path: string,
  definition: FormatDefinition,
  problems: Problems,
): void {
  const { decoder } = definition
  const from: unknown = field.from ?? field.name
  if (typeof from !== 'string' && typeof from !== 'number') {
    problems.found(at, from, 'aPlace')
    return
  }
  switch (decoder.kind) {
    case 'packet':
      checkOffset(field, from, at, path, problems)
      break
    case 'bytes':
      checkByteOffset(field, from, decoder, at, path, problems)
      break
    case 'datacodes':
      checkPlace(from, decoder.codes, at, problems)
      break
    case 'json':
    case 'sections':
    case 'stored-event':
      if (parsePath(String(from)).some((step) => step === '')) {
        problems.found(at, from, 'aPathOr')
      }
      break
    case 'columns':
      if (!decoder.headers) checkColumn(field, from, decoder.header ?? [], at, problems)
      break
    case 'pattern': {
      const groups = Object.keys(compilePattern(decoder.pattern).namedGroups())
      if (!groups.includes(String(from))) {
        const expected = groups.length === 0 ? formatSentence('namedGroups') : alternatives(groups)
        problems.add(at, 'noGroup', { found: show(from), expected })
      }
      break
    }
  }
}

function checkColumn(
  field: FieldDefinition,
  from: string | number,
  header: readonly string[],
  at: string,
  problems: Problems,
): void {
  const column = columnOf(field, header)
  const isNumber = typeof from === 'number' || /^\d+$/.test(from)
  if (isNumber ? Number.isInteger(column) && column >= 0 && column < 1000 : column < header.length) return
  if (header.length === 0) problems.found(at, from, 'columnNumber')
  else problems.found(at, from, 'columnOr', { names: alternatives(header) })
}

function checkPlace(from: string | number, codes: string, at: string, problems: Problems): void {
  if (packetFacts.includes(String(from))) return
  const { length } = datacodeNumbers(codes)
  if (/^\d{1,3}$/.test(String(from)) && Number(from) < length) return
  problems.found(at, from, 'numberPlace', { length: String(length), facts: alternatives(packetFacts) })
}

function checkOffset(
  field: FieldDefinition,
  from: string | number,
  at: string,
  path: string,
  problems: Problems,
): void {
  if (typeof from === 'string') {
    if (packetFacts.includes(from)) return
    problems.found(at, from, 'packetOffset', { facts: alternatives(packetFacts) })
    return
  }
  problems.isWhole(at, from, 0, 255)
  checkLayout(field, path, problems)
}

function checkByteOffset(
  field: FieldDefinition,
  from: string | number,
  { pattern, path: jsonPath }: BytesDecoder,
  at: string,
  path: string,
  problems: Problems,
): void {
  if (typeof from === 'number') {
    problems.isWhole(at, from, 0, mostBytes - 1)
    checkLayout(field, path, problems)
    return
  }
  const groups = pattern === undefined ? [] : Object.keys(compilePattern(pattern).namedGroups())
  if (jsonPath !== undefined || byteFacts.includes(from) || groups.includes(from)) return
  problems.found(at, from, 'byteOffset', { facts: alternatives([...byteFacts, ...groups]) })
}

function checkLayout(field: FieldDefinition, path: string, problems: Problems): void {
  const read: NumberLayout = field.read ?? 'u8'
  if (!problems.isOneOf(`${path}.read`, read, Object.keys(layouts))) return
  if (field.bits === undefined) {
    if (field.bit !== undefined) problems.add(`${path}.bits`, 'needsBits')
    if (field.notation === 'bcd' && !layouts[read].integer) {
      problems.add(`${path}.notation`, 'noHalfBytes', { layout: read })
    }
    return
  }
  const { bytes, integer } = layouts[read]
  if (!integer) problems.add(`${path}.bits`, 'noBits', { layout: read })
  else if (problems.isWhole(`${path}.bit`, field.bit, 0, bytes * 8 - 1)) {
    problems.isWhole(`${path}.bits`, field.bits, 1, bytes * 8 - (field.bit ?? 0))
  }
}

function checkExpressions(
  field: FieldDefinition,
  path: string,
  names: readonly string[],
  problems: Problems,
): string[] {
  const compile = (part: 'computed' | 'when'): Expression | undefined => {
    const text = field[part]
    if (text === undefined) return undefined
    try {
      return compileExpression(
        text,
        names.filter((name) => name !== ''),
      )
    } catch (error) {
      problems.add(`${path}.${part}`, 'notCel', { why: sentenceIn(error) })
      return undefined
    }
  }
  const computed = compile('computed')?.names ?? []
  const when = compile('when')?.names ?? []
  return [...computed, ...when.filter((name) => name !== field.name)]
}

function checkKeyAndTime(definition: FormatDefinition, names: readonly string[], problems: Problems): void {
  const { key, time }: { key?: unknown; time?: unknown } = definition
  if (key !== undefined) {
    const wrong = Array.isArray(key) ? key.find((name) => !names.includes(name)) : key
    if (wrong !== undefined) problems.found('key', wrong, 'fieldNames')
  }
  if (time === undefined) return
  const field = definition.fields[names.indexOf(time as string)]
  if (field?.type !== 'time') problems.found('time', time, 'timeField')
}

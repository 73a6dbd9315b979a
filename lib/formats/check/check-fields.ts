// Checks the fields of a definition whose decoder is valid.

import { compilePattern } from '../../options/pattern.ts'
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
import { listed, show } from '../model/text.ts'
import { layouts } from '../notation/layouts.ts'
import { mostBytes } from '../notation/text-bytes.ts'
import { compileExpression, type Expression } from '../steps/expression.ts'
import { needsPast } from '../steps/field.ts'
import { checkSpelling, checkValues } from './check-values.ts'
import { binaryWords, isTwoValued, sensorWords } from './device-classes.ts'
import { isObject, type Problems } from './problems.ts'

const fieldTypes = ['number', 'integer', 'boolean', 'string', 'time']
const timeFormats = ['auto', 'iso', 's', 'ms', 'pattern']
const notations = ['decimal', 'hex', 'binary', 'bcd']
const mostFields = 500
/** of a whole number that a double holds */
const mostBits = 53
const needsBits = 'a first bit is given, expected how many bits, too'

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
    problems.add('fields', `found ${show(fields)}, expected a list of fields`)
    return
  }
  if (fields.length === 0) problems.add('fields', 'one field at least is needed')
  if (fields.length > mostFields) {
    problems.add('fields', `found ${fields.length}, expected ${mostFields} at most`)
    return
  }
  const names = checkNames(fields, problems)
  const references = fields.map((field, i) => checkField(field, i, definition, names, problems))
  const circle = orderFields(names, references)
  if (circle instanceof Circle) {
    const at = names.indexOf(circle.names[0] as string)
    problems.add(`fields[${at}].name`, `${circle.names.join(' → ')} refer to each other in a circle`)
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
    if (field.from === '') problems.add('takes.where', 'a condition needs a place: model=A|B')
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
      problems.add(
        `${path}${name}`,
        `${show(mark)} stands between the ${separator}, too, expected another sign there`,
      )
    }
  }
  check({ decimal, thousands }, '')
  for (const [i, field] of fields.entries()) {
    check({ decimal: field.decimal, thousands: field.thousands }, `fields[${i}].`)
  }
}

function separatorsOf(decoder: Decoder): Map<string, string> {
  if (decoder.kind === 'columns') return new Map([[decoder.delimiter || ',', 'columns']])
  if (decoder.kind !== 'key-values') return new Map()
  return new Map([
    [decoder.pairSeparator || ',', 'pairs'],
    [decoder.valueSeparator || ':', 'key and the value'],
  ])
}

/** The names, '' for one that is none. */
function checkNames(fields: unknown[], problems: Problems): string[] {
  const names: string[] = []
  fields.forEach((field, i) => {
    const name = isObject(field) ? field.name : undefined
    const fine = isObject(field) && isName(name, `fields[${i}].name`, problems)
    if (!isObject(field)) problems.add(`fields[${i}]`, `found ${show(field)}, expected a field`)
    if (fine && names.includes(name)) problems.add(`fields[${i}].name`, `${show(name)} is there twice`)
    names.push(fine ? name : '')
  })
  return names
}

function isName(name: unknown, path: string, problems: Problems): name is string {
  if (name === undefined || name === '') return problems.add(path, 'a name is needed')
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
    return problems.add(path, `found ${show(name)}, expected a letter or _, then letters, digits, _`)
  }
  if (reserved.has(name)) return problems.add(path, `${show(name)} is a word of CEL, expected another name`)
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
    problems.add(`${path}.newsOf`, `found ${show(field.newsOf)}, expected the name of a field`)
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
  const expected =
    units === undefined
      ? 'expected a device class of Home Assistant for a field of this type'
      : `expected a unit that goes with it: ${units.map((each) => each ?? 'none').join(', ')}`
  problems.add(`${path}.deviceClass`, `found ${show(deviceClass)}, ${expected}`)
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
    problems.add(at, `found ${show(difference)}, expected {"of": "the counter's field"}`)
    return
  }
  if (field.computed !== undefined) {
    problems.add(`${path}.computed`, 'there is a difference, too, expected one of them')
  }
  const { of, modulus, most } = difference
  const counter = fields.find((each) => isObject(each) && each.name === of)
  if (counter === undefined || of === field.name) {
    problems.add(`${at}.of`, `found ${show(of)}, expected the name of a counter's field`)
  } else if (counter.type !== 'number' && counter.type !== 'integer') {
    problems.add(`${at}.of`, `found ${show(of)}, which is of type ${counter.type}, expected a number`)
  }
  for (const [name, value] of Object.entries({ modulus, most })) {
    if (!problems.isOptional(`${at}.${name}`, value, 'number')) continue
    if (value !== undefined && !((value as number) > 0)) {
      problems.add(`${at}.${name}`, `found ${show(value)}, expected a number greater than 0`)
    }
  }
  if (field.type !== 'number' && field.type !== 'integer') {
    problems.add(`${path}.type`, 'a difference is a number, expected number or integer')
  }
  if (field.required) {
    problems.add(`${path}.required`, 'the first reading has no difference: no line would ever be taken')
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
    if (field.bit !== undefined) problems.add(`${path}.bits`, needsBits)
    if (field.signed) problems.add(`${path}.bits`, 'a sign is given, expected how many bits it is of, too')
  } else if (problems.isWhole(`${path}.bit`, field.bit, 0, mostBits - 1)) {
    problems.isWhole(`${path}.bits`, field.bits, 1, mostBits - (field.bit ?? 0))
  }
  const isHalfBytes = field.notation === 'bcd' && field.bits !== undefined && field.bits % 4 !== 0
  if (isHalfBytes) problems.add(`${path}.bits`, `found ${field.bits}, expected 4 for each decimal digit`)
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
    problems.add(`${path}.also`, `found ${show(also)}, expected a list of 20 other places at most`)
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
    problems.add(at, `found ${show(from)}, expected a place in the line`)
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
        problems.add(at, `found ${show(from)}, expected a path such as sensor.temp or list[0].value`)
      }
      break
    case 'columns':
      if (!decoder.headers) checkColumn(field, from, decoder.header ?? [], at, problems)
      break
    case 'pattern': {
      const groups = Object.keys(compilePattern(decoder.pattern).namedGroups())
      if (!groups.includes(String(from))) {
        const expected = groups.length === 0 ? 'the pattern to have named groups' : listed(groups)
        problems.add(at, `found no group ${show(from)}, expected ${expected}`)
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
  const expected =
    header.length === 0 ? 'a column number, 0 the first' : `a column number or ${listed(header)}`
  problems.add(at, `found ${show(from)}, expected ${expected}`)
}

function checkPlace(from: string | number, codes: string, at: string, problems: Problems): void {
  if (packetFacts.includes(String(from))) return
  const { length } = datacodeNumbers(codes)
  if (/^\d{1,3}$/.test(String(from)) && Number(from) < length) return
  const expected = `the place of one of the ${length} numbers, 0 the first, or ${listed(packetFacts)}`
  problems.add(at, `found ${show(from)}, expected ${expected}`)
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
    problems.add(at, `found ${show(from)}, expected a byte offset 0…255 or ${listed(packetFacts)}`)
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
  problems.add(at, `found ${show(from)}, expected a byte offset or ${listed([...byteFacts, ...groups])}`)
}

function checkLayout(field: FieldDefinition, path: string, problems: Problems): void {
  const read: NumberLayout = field.read ?? 'u8'
  if (!problems.isOneOf(`${path}.read`, read, Object.keys(layouts))) return
  if (field.bits === undefined) {
    if (field.bit !== undefined) problems.add(`${path}.bits`, needsBits)
    if (field.notation === 'bcd' && !layouts[read].integer) {
      problems.add(`${path}.notation`, `${read} has no half bytes, expected a whole number's layout`)
    }
    return
  }
  const { bytes, integer } = layouts[read]
  if (!integer) problems.add(`${path}.bits`, `${read} has no bits to take, expected a whole number's layout`)
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
      problems.add(
        `${path}.${part}`,
        `${(error as Error).message}, expected a CEL expression over the fields`,
      )
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
    if (wrong !== undefined) problems.add('key', `found ${show(wrong)}, expected names of fields`)
  }
  if (time === undefined) return
  const field = definition.fields[names.indexOf(time as string)]
  if (field?.type !== 'time')
    problems.add('time', `found ${show(time)}, expected the name of a field of type time`)
}

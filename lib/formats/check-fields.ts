// What is wrong with the fields of a definition whose decoder is fine.
import { expectation, parseScale } from './convert.ts'
import { columnOf } from './decoders/columns.ts'
import { parsePath } from './decoders/json.ts'
import { layouts, packetFacts } from './decoders/packet.ts'
import type { FieldDefinition, FormatDefinition, NumberLayout } from './definition.ts'
import { compileExpression, type Expression } from './expression.ts'
import { Circle, orderFields } from './order.ts'
import { compilePattern } from './pattern.ts'
import { isObject, type Problems } from './problems.ts'
import { listed, show } from './text.ts'

const fieldTypes = ['number', 'integer', 'boolean', 'string', 'time']
const timeFormats = ['auto', 'iso', 's', 'ms']
const mostFields = 500

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
  for (const name of ['unit', 'computed', 'when'] as const) {
    problems.isOptional(`${path}.${name}`, value[name], 'string')
  }
  for (const name of ['offset', 'min', 'max'] as const)
    problems.isOptional(`${path}.${name}`, value[name], 'number')
  for (const name of ['required', 'hidden', 'signed'] as const) {
    problems.isOptional(`${path}.${name}`, value[name], 'boolean')
  }
  problems.isWhole(`${path}.decimals`, value.decimals, 0, 15)
  if (problems.list.length > before) return []
  const field = value as unknown as FieldDefinition
  checkValues(field, path, problems)
  if (field.computed === undefined) checkFrom(field, path, definition, problems)
  return checkExpressions(field, path, names, problems)
}

function checkValues(field: FieldDefinition, path: string, problems: Problems): void {
  if (field.scale !== undefined && !isScale(field.scale)) {
    problems.add(
      `${path}.scale`,
      `found ${show(field.scale)}, expected a number or a fraction such as 100/255`,
    )
  }
  if (field.min !== undefined && field.max !== undefined && field.min > field.max) {
    problems.add(`${path}.max`, `found ${field.max}, expected at least the least value, ${field.min}`)
  }
  if (field.allowed !== undefined) {
    const wrong = Array.isArray(field.allowed)
      ? field.allowed.find((value) => !fits(value, field))
      : field.allowed
    if (wrong !== undefined)
      problems.add(`${path}.allowed`, `found ${show(wrong)}, expected ${expectation(field)} each`)
  }
  if (field.default !== undefined && !fits(field.default, field)) {
    problems.add(`${path}.default`, `found ${show(field.default)}, expected ${expectation(field)}`)
  }
}

function isScale(scale: unknown): boolean {
  return (typeof scale === 'number' || typeof scale === 'string') && parseScale(scale) !== undefined
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

function checkFrom(
  field: FieldDefinition,
  path: string,
  definition: FormatDefinition,
  problems: Problems,
): void {
  const { decoder } = definition
  const from: unknown = field.from ?? field.name
  if (typeof from !== 'string' && typeof from !== 'number') {
    problems.add(`${path}.from`, `found ${show(from)}, expected a place in the line`)
    return
  }
  switch (decoder.kind) {
    case 'packet':
      checkOffset(field, from, path, problems)
      break
    case 'json':
      if (parsePath(String(from)).some((step) => step === '')) {
        problems.add(
          `${path}.from`,
          `found ${show(from)}, expected a path such as sensor.temp or list[0].value`,
        )
      }
      break
    case 'columns':
      checkColumn(field, from, decoder.header ?? [], path, problems)
      break
    case 'pattern': {
      const groups = Object.keys(compilePattern(decoder.pattern).namedGroups())
      if (!groups.includes(String(from))) {
        const expected = groups.length === 0 ? 'the pattern to have named groups' : listed(groups)
        problems.add(`${path}.from`, `found no group ${show(from)}, expected ${expected}`)
      }
      break
    }
  }
}

function checkColumn(
  field: FieldDefinition,
  from: string | number,
  header: readonly string[],
  path: string,
  problems: Problems,
): void {
  const column = columnOf(field, header)
  const isNumber = typeof from === 'number' || /^\d+$/.test(from)
  if (isNumber ? Number.isInteger(column) && column >= 0 && column < 1000 : column < header.length) return
  const expected =
    header.length === 0 ? 'a column number, 0 the first' : `a column number or ${listed(header)}`
  problems.add(`${path}.from`, `found ${show(from)}, expected ${expected}`)
}

function checkOffset(field: FieldDefinition, from: string | number, path: string, problems: Problems): void {
  if (typeof from === 'string') {
    if (packetFacts.includes(from)) return
    problems.add(
      `${path}.from`,
      `found ${show(from)}, expected a byte offset 0…255 or ${listed(packetFacts)}`,
    )
    return
  }
  problems.isWhole(`${path}.from`, from, 0, 255)
  const read: NumberLayout = field.read ?? 'u8'
  if (!problems.isOneOf(`${path}.read`, read, Object.keys(layouts))) return
  if (field.bits === undefined) {
    if (field.bit !== undefined)
      problems.add(`${path}.bits`, 'a first bit is given, expected how many bits, too')
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

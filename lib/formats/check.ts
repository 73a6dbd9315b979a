// What is wrong with a definition, in words and with the place: for the panel, the deploy and imports.
import { checkFields } from './check-fields.ts'
import type { FormatDefinition } from './definition.ts'
import { compileFormat } from './format.ts'
import { compilePattern } from './pattern.ts'
import { isObject, type Problem, Problems } from './problems.ts'
import { show } from './text.ts'

const kinds = ['packet', 'json', 'key-values', 'columns', 'pattern'] as const

/** All that is wrong with what should be a FormatDefinition, whatever it is; empty where it will run. Never throws. */
export function checkDefinition(value: unknown): Problem[] {
  const problems = new Problems()
  if (!isObject(value)) problems.add('', `found ${show(value)}, expected a format`)
  else {
    checkType(value.type, problems)
    problems.isOptional('name', value.name, 'string')
    checkTakes(value.takes, problems)
    const decoderIsFine = checkDecoder(value.decoder, problems)
    if (decoderIsFine) checkFields(value as unknown as FormatDefinition, problems)
    if (problems.list.length === 0) tryToCompile(value as unknown as FormatDefinition, problems)
  }
  return problems.list
}

function checkType(type: unknown, problems: Problems): void {
  if (typeof type !== 'string') problems.add('type', `found ${show(type)}, expected the events' type`)
  else if (type === '') problems.add('type', 'a type is needed, such as "room"')
  else if (!/^[A-Za-z0-9._-]{1,64}$/.test(type)) {
    problems.add('type', `found ${show(type)}, expected letters A-Z, digits, ". _ -", 64 at most`)
  }
}

function checkTakes(takes: unknown, problems: Problems): void {
  if (takes === undefined) return
  if (!isObject(takes)) {
    problems.add('takes', `found ${show(takes)}, expected an object`)
    return
  }
  problems.isOptional('takes.source', takes.source, 'string')
  problems.isOptional('takes.prefix', takes.prefix, 'string')
  const { nodes } = takes
  if (nodes === undefined) return
  if (!Array.isArray(nodes)) problems.add('takes.nodes', `found ${show(nodes)}, expected a list of node ids`)
  else {
    const wrong = nodes.find((node) => !Number.isInteger(node) || node < 0 || node > 31)
    if (wrong !== undefined) problems.add('takes.nodes', `found ${show(wrong)}, expected node ids 0…31`)
  }
}

function checkDecoder(decoder: unknown, problems: Problems): boolean {
  if (!isObject(decoder)) return problems.add('decoder', `found ${show(decoder)}, expected a decoder`)
  if (!problems.isOneOf('decoder.kind', decoder.kind, kinds)) return false
  const before = problems.list.length
  switch (decoder.kind as (typeof kinds)[number]) {
    case 'packet':
      checkLengths(decoder, problems)
      break
    case 'key-values':
      checkSeparators(decoder, problems)
      break
    case 'columns':
      checkColumns(decoder, problems)
      break
    case 'pattern':
      checkPattern(decoder, problems)
      break
  }
  return problems.list.length === before
}

function checkLengths(decoder: Record<string, unknown>, problems: Problems): void {
  const { minBytes, maxBytes } = decoder
  const areWhole = [
    problems.isWhole('decoder.minBytes', minBytes, 0, 256),
    problems.isWhole('decoder.maxBytes', maxBytes, 0, 256),
  ]
  if (!areWhole.every(Boolean) || minBytes === undefined || maxBytes === undefined) return
  if ((minBytes as number) > (maxBytes as number)) {
    problems.add(
      'decoder.maxBytes',
      `found ${show(maxBytes)}, expected at least the fewest, ${show(minBytes)}`,
    )
  }
}

function checkSeparators(decoder: Record<string, unknown>, problems: Problems): void {
  const { pairSeparator, valueSeparator } = decoder
  const areTexts = [
    problems.isOptional('decoder.pairSeparator', pairSeparator, 'string'),
    problems.isOptional('decoder.valueSeparator', valueSeparator, 'string'),
  ]
  if (!areTexts.every(Boolean)) return
  if ((pairSeparator || ',') === (valueSeparator || ':')) {
    problems.add('decoder.valueSeparator', 'it is the same as the one between pairs, expected another')
  }
}

function checkColumns(decoder: Record<string, unknown>, problems: Problems): void {
  const { delimiter, quote, header } = decoder
  problems.isOptional('decoder.delimiter', delimiter, 'string')
  if (problems.isOptional('decoder.quote', quote, 'string') && (quote ?? '"') === (delimiter || ',')) {
    problems.add('decoder.quote', 'it is the same as the delimiter, expected another')
  }
  if (header === undefined) return
  if (!Array.isArray(header) || !header.every((name) => typeof name === 'string')) {
    problems.add('decoder.header', `found ${show(header)}, expected a list of columns' names`)
  } else if (new Set(header).size < header.length) {
    problems.add('decoder.header', `found ${show(header.find((name, i) => header.indexOf(name) < i))} twice`)
  }
}

function checkPattern(decoder: Record<string, unknown>, problems: Problems): void {
  const { pattern, ignoreCase } = decoder
  problems.isOptional('decoder.ignoreCase', ignoreCase, 'boolean')
  if (typeof pattern !== 'string' || pattern === '') {
    problems.add('decoder.pattern', 'an expression is needed, such as "t=(?<temp>[0-9.]+)"')
    return
  }
  try {
    compilePattern(pattern)
  } catch (error) {
    problems.add(
      'decoder.pattern',
      `${(error as Error).message}, expected a regular expression as RE2 has them`,
    )
  }
}

/** The last word is the compiler's: what it does not take is not without problems. */
function tryToCompile(definition: FormatDefinition, problems: Problems): void {
  try {
    compileFormat(definition)
  } catch (error) {
    problems.add('', (error as Error).message)
  }
}

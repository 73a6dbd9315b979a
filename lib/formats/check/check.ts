// Checks a format's definition and says in words, and with the place, what is wrong. The panel, the deploy and
// imports use the same check.

import { compilePattern } from '../../options/pattern.ts'
import { sentenceIn } from '../../words/sentence.ts'
import { datacodeLetters, datacodeNumbers, parseDatacodes } from '../decoders/datacodes.ts'
import { parsePath } from '../decoders/paths.ts'
import { compileFormat } from '../format.ts'
import { charsets } from '../model/charset.ts'
import type { DecoderKind, FormatDefinition } from '../model/definition.ts'
import { show } from '../model/text.ts'
import { hexBytes, mostBytes } from '../notation/text-bytes.ts'
import { checkFields } from './check-fields.ts'
import { checkChecksum, checkDemands, checkRecord } from './check-frames.ts'
import { checkSpelling } from './check-values.ts'
import { isObject, type Problem, Problems } from './problems.ts'

/** all decoders, in the order in which a panel offers them */
export const decoderKinds: readonly DecoderKind[] = [
  'packet',
  'datacodes',
  'bytes',
  'key-values',
  'json',
  'columns',
  'sections',
  'tagged',
  'stored-event',
  'pattern',
]

/**
 * All that is wrong with what should be a FormatDefinition, whatever it is; empty where it will run. Never throws.
 */
export function checkDefinition(value: unknown): Problem[] {
  const problems = new Problems()
  if (!isObject(value)) problems.found('', value, 'aFormat')
  else {
    checkType(value.type, problems)
    problems.isOptional('name', value.name, 'string')
    checkTakes(value, problems)
    checkRecord(value.record, value.decoder, problems)
    checkChecksum(value.check, value.record, problems)
    const decoderIsFine = checkDecoder(value.decoder, problems)
    checkSpelling(value, '', problems)
    if (value.charset !== undefined) problems.isOneOf('charset', value.charset, charsets)
    checkDrop(value.drop, problems)
    problems.isOptional('onlyNews', value.onlyNews, 'boolean')
    if (decoderIsFine) checkFields(value as unknown as FormatDefinition, problems)
    if (problems.list.length === 0) tryToCompile(value as unknown as FormatDefinition, problems)
  }
  return problems.list
}

function checkType(type: unknown, problems: Problems): void {
  if (typeof type !== 'string') problems.found('type', type, 'eventType')
  else if (type === '') problems.add('type', 'typeNeeded')
  else if (!/^[A-Za-z0-9._-]{1,64}$/.test(type)) {
    problems.found('type', type, 'typeLetters')
  }
}

function checkTakes(definition: Record<string, unknown>, problems: Problems): void {
  const { takes } = definition
  if (takes === undefined) return
  if (!isObject(takes)) {
    problems.found('takes', takes, 'anObject')
    return
  }
  problems.isOptional('takes.source', takes.source, 'string')
  problems.isOptional('takes.prefix', takes.prefix, 'string')
  checkDemands(takes, definition, problems)
  const { nodes } = takes
  if (nodes === undefined) return
  if (!Array.isArray(nodes)) problems.found('takes.nodes', nodes, 'nodeIdList')
  else {
    const wrong = nodes.find((node) => !Number.isInteger(node) || node < 0 || node > 31)
    if (wrong !== undefined) problems.found('takes.nodes', wrong, 'nodeIds')
  }
}

function checkDecoder(decoder: unknown, problems: Problems): boolean {
  if (!isObject(decoder)) return problems.found('decoder', decoder, 'aDecoder')
  if (!problems.isOneOf('decoder.kind', decoder.kind, decoderKinds)) return false
  const before = problems.list.length
  switch (decoder.kind as DecoderKind) {
    case 'packet':
      checkLengths(decoder, problems)
      checkParts(decoder.parts, problems)
      break
    case 'datacodes':
      checkCodes(decoder.codes, problems)
      break
    case 'bytes':
      checkLengths(decoder, problems, mostBytes)
      checkParts(decoder.parts, problems)
      checkBytes(decoder, problems)
      break
    case 'json':
      problems.isOptional('decoder.lenient', decoder.lenient, 'boolean')
      if (problems.isOptional('decoder.each', decoder.each, 'string')) checkEach(decoder.each, problems)
      break
    case 'key-values':
      checkSeparators(decoder, problems)
      break
    case 'columns':
      checkColumns(decoder, problems)
      break
    case 'tagged':
      problems.isOptional('decoder.valueSeparator', decoder.valueSeparator, 'string')
      break
    case 'pattern':
      checkPattern(decoder, problems)
      break
  }
  return problems.list.length === before
}

function checkBytes(decoder: Record<string, unknown>, problems: Problems): void {
  const { written = 'raw', pattern, path, start } = decoder
  if (!problems.isOneOf('decoder.written', written, ['raw', 'hex', 'base64'])) return
  const isStart = problems.isOptional('decoder.start', start, 'string')
  if (isStart && start !== undefined && hexBytes(start as string) === undefined) {
    problems.found('decoder.start', start, 'hexBytes')
  }
  for (const [name, value] of Object.entries({ pattern, path })) {
    if (!problems.isOptional(`decoder.${name}`, value, 'string') || value === undefined) continue
    if (written === 'raw') {
      problems.add(`decoder.${name}`, 'frameIsBytes')
    }
  }
  if (typeof path === 'string') {
    if (pattern !== undefined) problems.add('decoder.path', 'patternToo')
    if (parsePath(path).includes('')) {
      problems.found('decoder.path', path, 'aPath', { example: 'payload.data' })
    }
  }
  if (typeof pattern !== 'string' || !isPattern(pattern, problems)) return
  if (!Object.hasOwn(compilePattern(pattern).namedGroups(), 'bytes')) {
    problems.add('decoder.pattern', 'noBytesGroup')
  }
}

function checkLengths(decoder: Record<string, unknown>, problems: Problems, most = 256): void {
  const { minBytes, maxBytes } = decoder
  const areWhole = [
    problems.isWhole('decoder.minBytes', minBytes, 0, most),
    problems.isWhole('decoder.maxBytes', maxBytes, 0, most),
  ]
  if (!areWhole.every(Boolean) || minBytes === undefined || maxBytes === undefined) return
  if ((minBytes as number) > (maxBytes as number)) {
    problems.found('decoder.maxBytes', maxBytes, 'atLeastFewest', { least: show(minBytes) })
  }
}

function checkParts(parts: unknown, problems: Problems): void {
  if (parts === undefined) return
  if (!isObject(parts)) {
    problems.foundOther('decoder.parts', parts, ['{"from": …, "size": …}'])
    return
  }
  problems.isWhole('decoder.parts.from', parts.from, 0, 255)
  const { size } = parts
  if (!isObject(size)) {
    if (size === undefined) problems.add('decoder.parts.size', 'sizeNeeded')
    else problems.isWhole('decoder.parts.size', size, 1, 256)
    return
  }
  const { bit, bits } = size
  if (bit === undefined || bits === undefined) {
    problems.add('decoder.parts.size', 'bitsNeeded')
  } else if (problems.isWhole('decoder.parts.size.bit', bit, 0, 7)) {
    problems.isWhole('decoder.parts.size.bits', bits, 1, 8 - (bit as number))
  }
}

function checkCodes(codes: unknown, problems: Problems): void {
  if (typeof codes !== 'string' || codes.trim() === '') {
    problems.add('decoder.codes', 'codesNeeded')
    return
  }
  if (codes.length > 1000) {
    problems.add('decoder.codes', 'tooManyCharacters', { count: String(codes.length), most: '1000' })
    return
  }
  const wrong = parseDatacodes(codes).find((letter) => !datacodeLetters.includes(letter))
  if (wrong !== undefined) {
    problems.foundOther('decoder.codes', wrong, datacodeLetters)
  } else if (datacodeNumbers(codes).length === 0) {
    problems.add('decoder.codes', 'noNumber')
  }
}

function checkEach(each: unknown, problems: Problems): void {
  if (typeof each !== 'string' || each === '' || !parsePath(each).includes('')) return
  problems.found('decoder.each', each, 'eachPath')
}

function checkDrop(drop: unknown, problems: Problems): void {
  if (drop === undefined) return
  if (!isObject(drop)) {
    problems.foundOther('drop', drop, ['{"sameTime": …, "unchanged": …}'])
    return
  }
  problems.isOptional('drop.sameTime', drop.sameTime, 'boolean')
  if (!problems.isOptional('drop.unchanged', drop.unchanged, 'number')) return
  if (drop.unchanged !== undefined && !((drop.unchanged as number) > 0)) {
    problems.found('drop.unchanged', drop.unchanged, 'secondsAbove0')
  }
}

function checkSeparators(decoder: Record<string, unknown>, problems: Problems): void {
  const { pairSeparator, valueSeparator, quote } = decoder
  const areTexts = [
    problems.isOptional('decoder.pairSeparator', pairSeparator, 'string'),
    problems.isOptional('decoder.valueSeparator', valueSeparator, 'string'),
    problems.isOptional('decoder.quote', quote, 'string'),
  ]
  if (!areTexts.every(Boolean)) return
  if (quote && [pairSeparator || ',', valueSeparator || ':'].includes(quote)) {
    problems.add('decoder.quote', 'quoteIsSeparator')
  }
  if ((pairSeparator || ',') === (valueSeparator || ':')) {
    problems.add('decoder.valueSeparator', 'separatorsAlike')
  }
}

function checkColumns(decoder: Record<string, unknown>, problems: Problems): void {
  const { delimiter, quote, header, headers } = decoder
  problems.isOptional('decoder.headers', headers, 'boolean')
  problems.isOptional('decoder.delimiter', delimiter, 'string')
  if (problems.isOptional('decoder.quote', quote, 'string') && (quote ?? '"') === (delimiter || ',')) {
    problems.add('decoder.quote', 'quoteIsDelimiter')
  }
  if (header === undefined) return
  if (!Array.isArray(header) || !header.every((name) => typeof name === 'string')) {
    problems.found('decoder.header', header, 'columnNames')
  } else if (new Set(header).size < header.length) {
    problems.add('decoder.header', 'foundTwice', {
      found: show(header.find((name, i) => header.indexOf(name) < i)),
    })
  }
}

function checkPattern(decoder: Record<string, unknown>, problems: Problems): void {
  const { pattern, ignoreCase } = decoder
  problems.isOptional('decoder.ignoreCase', ignoreCase, 'boolean')
  if (typeof pattern !== 'string' || pattern === '') {
    problems.add('decoder.pattern', 'expressionNeeded')
    return
  }
  isPattern(pattern, problems)
}

function isPattern(pattern: string, problems: Problems): boolean {
  try {
    compilePattern(pattern)
    return true
  } catch (error) {
    return problems.add('decoder.pattern', 'notRe2', { why: sentenceIn(error) })
  }
}

/** The last word is the compiler's: what it does not take is not without problems. */
function tryToCompile(definition: FormatDefinition, problems: Problems): void {
  try {
    compileFormat(definition)
  } catch (error) {
    problems.say('', sentenceIn(error))
  }
}

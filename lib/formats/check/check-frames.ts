// Checks what a definition says of whole lines: which it takes, which make a record, and their checksum.
import { compilePattern } from '../../options/pattern.ts'
import { sentenceIn } from '../../words/sentence.ts'
import { sums } from '../frames/sums.ts'
import { type DecoderKind, isPacketKind } from '../model/definition.ts'
import { isObject, type Problems } from './problems.ts'

type Raw = Record<string, unknown>

const mostConditions = 20
/** s; delivery gives up on an event that is held for 300 s */
const longestRecord = 200

export const checkKinds: readonly string[] = Object.keys(sums)
export const checkWritings: readonly string[] = ['hex', 'decimal', 'bytes', 'bytes-le', 'six-bits']
export const checkMarks: readonly string[] = ['from', 'to', 'both']
const lineEnds: readonly string[] = ['\r\n', '\n', '\r']

/** What a recogniser asks for beside source, node ids and prefix. */
export function checkDemands(takes: Raw, definition: Raw, problems: Problems): void {
  const { word, bytes, columns, where, checked, prefix } = takes
  const kind = isObject(definition.decoder) ? (definition.decoder.kind as DecoderKind) : undefined
  if (problems.isOptional('takes.word', word, 'boolean') && word === true && !prefix) {
    problems.add('takes.word', 'noPrefix')
  }
  if (problems.isOptional('takes.checked', checked, 'boolean') && checked === true && !definition.check) {
    problems.add('takes.checked', 'noCheck')
  }
  if (bytes !== undefined && (kind === undefined || !isPacketKind(kind))) {
    problems.add('takes.bytes', 'onlyPackets')
  } else checkRange(bytes, 'takes.bytes', 256, problems)
  if (columns !== undefined && kind !== 'columns') {
    problems.add('takes.columns', 'onlyColumns')
  } else checkRange(columns, 'takes.columns', 1000, problems)
  if (where !== undefined) checkConditions(where, problems)
}

/** Two whole numbers, the least and the most. */
function checkRange(range: unknown, path: string, most: number, problems: Problems): void {
  if (range === undefined) return
  const isPair = Array.isArray(range) && range.length === 2
  const numbers = isPair ? (range as unknown[]) : [range]
  const areWhole = numbers.every((n) => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= most)
  if (!isPair || !areWhole) {
    problems.found(path, numbers.join(' to '), 'oneOrTwo', { most: String(most) })
  } else if ((range[0] as number) > (range[1] as number)) {
    problems.add(path, 'smallerFirst', { from: String(range[0]), to: String(range[1]) })
  }
}

function checkConditions(where: unknown, problems: Problems): void {
  const path = 'takes.where'
  if (!Array.isArray(where) || where.length > mostConditions) {
    problems.found(path, where, 'conditionList', { most: String(mostConditions) })
    return
  }
  for (const condition of where) {
    if (!isObject(condition)) problems.found(path, condition, 'aCondition')
    else checkCondition(condition, path, problems)
  }
}

/** Its place is checked with those of the fields. */
function checkCondition({ is, matches }: Raw, path: string, problems: Problems): void {
  if ((is === undefined) === (matches === undefined)) {
    problems.add(path, 'conditionNeeds')
  } else if (is !== undefined) {
    const isList = Array.isArray(is) && is.length > 0
    const wrong = isList ? is.find((each) => !['string', 'number', 'boolean'].includes(typeof each)) : is
    if (!isList || wrong !== undefined) problems.found(path, wrong, 'textsOrNumbers')
  } else checkPatternText(matches, path, problems)
}

export function checkRecord(record: unknown, decoder: unknown, problems: Problems): void {
  if (record === undefined) return
  if (!isObject(record)) {
    problems.foundOther('record', record, ['{"start": …, "end": …}'])
    return
  }
  if (isObject(decoder) && isPacketKind(decoder.kind as DecoderKind)) {
    problems.add('record.start', 'packetIsLine')
  }
  const { start, end, maxLines, seconds, lineEnd, emptyAfter } = record
  if (start === undefined || start === '') {
    problems.add('record.start', 'startNeeded')
  } else checkPatternText(start, 'record.start', problems)
  if (end !== undefined) checkPatternText(end, 'record.end', problems)
  problems.isWhole('record.maxLines', maxLines, 2, 10_000)
  problems.isWhole('record.emptyAfter', emptyAfter, 1, 10_000)
  if (lineEnd !== undefined) problems.isOneOf('record.lineEnd', lineEnd, lineEnds)
  if (!problems.isOptional('record.seconds', seconds, 'number') || seconds === undefined) return
  if (!((seconds as number) > 0 && (seconds as number) <= longestRecord)) {
    problems.found('record.seconds', seconds, 'secondsUpTo', { most: String(longestRecord) })
  }
}

export function checkChecksum(check: unknown, record: unknown, problems: Problems): void {
  if (check === undefined) return
  if (!isObject(check)) {
    problems.foundOther('check', check, ['{"kind": …}'])
    return
  }
  problems.isOneOf('check.kind', check.kind, checkKinds)
  if (check.written !== undefined) problems.isOneOf('check.written', check.written, checkWritings)
  for (const name of ['hexed', 'eachLine', 'optional'] as const) {
    problems.isOptional(`check.${name}`, check[name], 'boolean')
  }
  for (const name of ['from', 'to', 'at'] as const) checkPlace(check[name], `check.${name}`, problems)
  if (check.eachLine === true && record === undefined) {
    problems.add('check.eachLine', 'eachLineAnyway')
  }
  const { marks } = check
  if (marks === undefined || !problems.isOneOf('check.marks', marks, checkMarks)) return
  for (const name of ['from', 'to'] as const) {
    if ((marks === name || marks === 'both') && typeof check[name] !== 'string') {
      problems.add('check.marks', 'noMark', { name })
    }
  }
}

function checkPlace(place: unknown, path: string, problems: Problems): void {
  if (place === undefined || (typeof place === 'string' && place !== '')) return
  if (Number.isInteger(place) && Math.abs(place as number) <= 65_536) return
  problems.found(path, place, 'textOrOffset')
}

function checkPatternText(pattern: unknown, path: string, problems: Problems): void {
  if (typeof pattern !== 'string') {
    problems.found(path, pattern, 'regularExpression')
    return
  }
  try {
    compilePattern(pattern)
  } catch (error) {
    problems.add(path, 'notRe2', { why: sentenceIn(error) })
  }
}

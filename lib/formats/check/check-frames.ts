// Checks what a definition says of whole lines: which it takes, which make a record, and their checksum.
import { compilePattern } from '../../options/pattern.ts'
import { sums } from '../frames/sums.ts'
import { type DecoderKind, isPacketKind } from '../model/definition.ts'
import { show } from '../model/text.ts'
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
    problems.add('takes.word', 'there is no prefix that could be a whole word')
  }
  if (problems.isOptional('takes.checked', checked, 'boolean') && checked === true && !definition.check) {
    problems.add('takes.checked', 'there is no check that could hold')
  }
  if (bytes !== undefined && (kind === undefined || !isPacketKind(kind))) {
    problems.add('takes.bytes', 'only packets have a number of bytes, expected nothing')
  } else checkRange(bytes, 'takes.bytes', 256, problems)
  if (columns !== undefined && kind !== 'columns') {
    problems.add('takes.columns', 'only the decoder columns has them, expected nothing')
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
    problems.add(
      path,
      `found ${show(numbers.join(' to '))}, expected a number or two, 0…${most}, such as 4-7`,
    )
  } else if ((range[0] as number) > (range[1] as number)) {
    problems.add(path, `found ${range[0]} to ${range[1]}, expected the smaller one first`)
  }
}

function checkConditions(where: unknown, problems: Problems): void {
  const path = 'takes.where'
  if (!Array.isArray(where) || where.length > mostConditions) {
    problems.add(path, `found ${show(where)}, expected a list of ${mostConditions} conditions at most`)
    return
  }
  for (const condition of where) {
    if (!isObject(condition))
      problems.add(path, `found ${show(condition)}, expected a condition: place=value`)
    else checkCondition(condition, path, problems)
  }
}

/** Its place is checked with those of the fields. */
function checkCondition({ is, matches }: Raw, path: string, problems: Problems): void {
  if ((is === undefined) === (matches === undefined)) {
    problems.add(path, 'a condition needs values or a pattern: model=A|B, or id~^[0-9]+$')
  } else if (is !== undefined) {
    const isList = Array.isArray(is) && is.length > 0
    const wrong = isList ? is.find((each) => !['string', 'number', 'boolean'].includes(typeof each)) : is
    if (!isList || wrong !== undefined) problems.add(path, `found ${show(wrong)}, expected texts or numbers`)
  } else checkPatternText(matches, path, problems)
}

export function checkRecord(record: unknown, decoder: unknown, problems: Problems): void {
  if (record === undefined) return
  if (!isObject(record)) {
    problems.add('record', `found ${show(record)}, expected {"start": …, "end": …}`)
    return
  }
  if (isObject(decoder) && isPacketKind(decoder.kind as DecoderKind)) {
    problems.add('record.start', 'a packet is a line by itself, expected nothing')
  }
  const { start, end, maxLines, seconds, lineEnd, emptyAfter } = record
  if (start === undefined || start === '') {
    problems.add('record.start', 'a pattern of the first line is needed, such as ^/')
  } else checkPatternText(start, 'record.start', problems)
  if (end !== undefined) checkPatternText(end, 'record.end', problems)
  problems.isWhole('record.maxLines', maxLines, 2, 10_000)
  problems.isWhole('record.emptyAfter', emptyAfter, 1, 10_000)
  if (lineEnd !== undefined) problems.isOneOf('record.lineEnd', lineEnd, lineEnds)
  if (!problems.isOptional('record.seconds', seconds, 'number') || seconds === undefined) return
  if (!((seconds as number) > 0 && (seconds as number) <= longestRecord)) {
    problems.add(
      'record.seconds',
      `found ${show(seconds)}, expected seconds, more than 0, ${longestRecord} at most`,
    )
  }
}

export function checkChecksum(check: unknown, record: unknown, problems: Problems): void {
  if (check === undefined) return
  if (!isObject(check)) {
    problems.add('check', `found ${show(check)}, expected {"kind": …}`)
    return
  }
  problems.isOneOf('check.kind', check.kind, checkKinds)
  if (check.written !== undefined) problems.isOneOf('check.written', check.written, checkWritings)
  for (const name of ['hexed', 'eachLine', 'optional'] as const) {
    problems.isOptional(`check.${name}`, check[name], 'boolean')
  }
  for (const name of ['from', 'to', 'at'] as const) checkPlace(check[name], `check.${name}`, problems)
  if (check.eachLine === true && record === undefined) {
    problems.add('check.eachLine', 'each line is checked anyway where lines are no records')
  }
  const { marks } = check
  if (marks === undefined || !problems.isOneOf('check.marks', marks, checkMarks)) return
  for (const name of ['from', 'to'] as const) {
    if ((marks === name || marks === 'both') && typeof check[name] !== 'string') {
      problems.add('check.marks', `the range has no text for "${name}" that could count`)
    }
  }
}

function checkPlace(place: unknown, path: string, problems: Problems): void {
  if (place === undefined || (typeof place === 'string' && place !== '')) return
  if (Number.isInteger(place) && Math.abs(place as number) <= 65_536) return
  problems.add(path, `found ${show(place)}, expected a text or an offset in bytes, negative from the end`)
}

function checkPatternText(pattern: unknown, path: string, problems: Problems): void {
  if (typeof pattern !== 'string') {
    problems.add(path, `found ${show(pattern)}, expected a regular expression`)
    return
  }
  try {
    compilePattern(pattern)
  } catch (error) {
    problems.add(path, `${(error as Error).message}, expected a regular expression as RE2 has them`)
  }
}

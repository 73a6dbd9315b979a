// Reads a rule that is written as a sentence: `battery is below 2.8 V and temp is above 30, 3 of 5`. Browser-safe.
import type { Scalar } from '../event.ts'
import { SentenceError } from '../words/sentence.ts'
import { type GroupOperator, isGroupOperator } from './model/compound.ts'
import { secondsOf } from './model/duration.ts'
import { parseList, parseOperand } from './model/operand-text.ts'
import { isOperatorName, operatorNames, operators } from './model/operators.ts'
import type { Condition, PredicateRow, RowOperator, Says, Votes } from './model/row.ts'
import { ruleSentence } from './model/sentences.ts'
import { isStatefulName, phrases, statefulNames } from './model/stateful-names.ts'
import { statefulOperators } from './stateful/operators.ts'

const symbols: Readonly<Record<string, RowOperator>> = {
  '<=': 'is at most',
  '>=': 'is at least',
  '!=': 'is not',
  '==': 'is',
  '<': 'is below',
  '>': 'is above',
  '=': 'is',
  below: 'is below',
  above: 'is above',
}

/** Every way to write an operator, the longest first: `is` must not be taken for `is below`. */
const spellings: ReadonlyArray<[words: string, operator: RowOperator]> = [
  ...operatorNames.map((name): [string, RowOperator] => [name, name]),
  ...statefulNames.flatMap(
    (name): Array<[string, RowOperator]> => [
      [name, name],
      [phrases[name], name],
    ],
  ),
  ...Object.entries(symbols),
].sort(([a], [b]) => b.length - a.length)

const example = ruleSentence('example', { example: 'battery is below 2.8 and temp is above 30, 3 of 5' })

/** The row that a sentence says; throws a SentenceError that says what to write where it says none. */
export function rowOfSentence(sentence: string): Partial<PredicateRow> {
  const reader = new SentenceReader(sentence)
  const says: Says = /^suspect$/i.test(reader.take(/^(bad|suspect)\s+when\s+/i)?.[1] ?? '')
    ? 'suspect'
    : 'bad'
  const conditions = [condition(reader)]
  let joint: GroupOperator | undefined
  for (;;) {
    const next = reader.take(/^(and|or)\s+/i)?.[1]?.toLowerCase()
    if (!isGroupOperator(next)) break
    if (joint !== undefined && joint !== next) throw new SentenceError(ruleSentence('joinsBoth'))
    joint = next
    conditions.push(condition(reader))
  }
  const votes = votesOf(reader.take(/^,?\s*(\d+\s+of\s+\d+)\s*/i)?.[1])
  if (reader.rest !== '') {
    throw new SentenceError(ruleSentence('unreadable', { rest: reader.rest, example }))
  }
  const whole = joint === undefined ? conditions[0] : { operator: joint, conditions }
  return { says, ...whole, ...(votes === undefined ? {} : { votes }) }
}

/** `3 of 5`; undefined for another text. */
export function votesOf(text: string | undefined): Votes | undefined {
  const counts = /^\s*(\d+)\s*(?:of|\/)\s*(?:the last\s*)?(\d+)\s*$/i.exec(text ?? '')
  return counts ? { least: Number(counts[1]), of: Number(counts[2]) } : undefined
}

class SentenceReader {
  rest: string

  constructor(text: string) {
    this.rest = text.trim()
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.rest) ?? undefined
    if (found) this.rest = this.rest.slice(found[0].length).trimStart()
    return found
  }
}

function condition(reader: SentenceReader): Partial<Condition> {
  const not = reader.take(/^not\s+/i) === undefined ? {} : { not: true }
  const field = reader.take(/^(?:"([^"]*)"|([^\s<>=!,"]+))\s*/)
  if (field === undefined) throw new SentenceError(example)
  const name = field[1] ?? field[2] ?? ''
  const operator = operatorIn(reader)
  if (operator === undefined) {
    throw new SentenceError(ruleSentence('unknownOperator', { field: name, example }))
  }
  return { field: name, operator, ...not, ...operandsOf(operator, reader) }
}

function operatorIn(reader: SentenceReader): RowOperator | undefined {
  const text = reader.rest.toLowerCase()
  const found = spellings.find(([words]) => {
    const isWord = /[a-z]$/.test(words)
    return text.startsWith(words) && !(isWord && /^[a-z]/.test(text.slice(words.length)))
  })
  if (found) reader.rest = reader.rest.slice(found[0].length).trimStart()
  return found?.[1]
}

function operandsOf(
  operator: RowOperator,
  reader: SentenceReader,
): Pick<Condition, 'values'> & Partial<Condition> {
  if (isStatefulName(operator)) return statefulOperands(operator, reader)
  const { operands } = isOperatorName(operator) ? operators[operator] : { operands: 0 }
  if (operands === 0) return { values: [] }
  if (operands === 'many') {
    // up to the next condition, or the votes
    const list = reader.take(/^.+?(?=\s+(?:and|or)\s|,\s*\d+\s+of\s+\d+\s*$|$)/i)?.[0] ?? ''
    return { values: parseList(list) }
  }
  const values = [value(reader)]
  if (operands === 2) {
    reader.take(/^(?:and|to|\.\.\.|…)\s*/i)
    values.push(value(reader))
  }
  skipUnit(reader)
  return { values: values.filter((each) => each !== undefined) }
}

function statefulOperands(
  operator: (typeof statefulNames)[number],
  reader: SentenceReader,
): Pick<Condition, 'values'> & Partial<Condition> {
  const { threshold } = statefulOperators[operator]
  if (threshold === 'none') return { values: [] }
  if (threshold === 'seconds') {
    const time = reader
      .take(/^(?:(?:\d+(?:\.\d+)?|\.\d+)\s*[a-z]+\s*)+?(?=(?:and|or)\s|within\s|,|$)/i)?.[0]
      .trim()
    if (time === undefined || secondsOf(time) === undefined) return { values: [] }
    const tolerance = operator === 'flat line' ? reader.take(/^within\s+(\d+(?:\.\d+)?)\s*/i)?.[1] : undefined
    if (tolerance !== undefined) skipUnit(reader)
    return {
      values: [time],
      ...(tolerance === undefined ? {} : { settings: { tolerance: Number(tolerance) } }),
    }
  }
  const values = [value(reader)].filter((each) => each !== undefined)
  const per = reader.take(
    /^(?:(?!and\s|or\s|an?\s|per\s)[^\s,\d/]+\s*)?(?:an?\s|per\s|\/)\s*(second|minute|hour|s|min|h)\b\s*/i,
  )?.[1]
  if (operator === 'rate of change' && per !== undefined) {
    const unit = per.toLowerCase()
    return {
      values,
      settings: { per: unit.startsWith('s') ? 'second' : unit.startsWith('m') ? 'minute' : 'hour' },
    }
  }
  skipUnit(reader)
  return { values }
}

function value(reader: SentenceReader): Scalar | undefined {
  const found = reader.take(/^(?:"((?:[^"\\]|\\.)*)"|([^\s,]+?)(?=[\s,]|$))\s*/)
  if (found === undefined) return undefined
  if (found[1] !== undefined) return found[1]
  const text = found[2] ?? ''
  if (text === 'true' || text === 'false') return text === 'true'
  // a unit may stick to its number
  const number = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)[^\d.,]*$/i.exec(text)?.[1]
  return parseOperand('number', number ?? text)
}

/** `V`, `°C`: what a number is of is known from the format. */
function skipUnit(reader: SentenceReader): void {
  reader.take(/^(?!(?:and|or)\s)[\p{L}°%/²³]+\s*(?=$|,|(?:and|or|within)\s|\d+\s+of\s)/iu)
}

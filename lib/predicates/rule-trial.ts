// What a trial says of each rule, and why one was never judged. Browser-safe.
import type { FieldlogEvent } from '../event.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'
import { freeNames } from '../formats/steps/expression.ts'
import { expressionOperator } from './model/compound.ts'
import { fieldsByType } from './model/defaults.ts'
import { secondsOf } from './model/duration.ts'
import { nameOf } from './model/name.ts'
import { type Condition, isFieldOperand, leavesOf, type PredicateRow, plain } from './model/row.ts'
import { completeSettings, statefulOperators } from './stateful/operators.ts'
import type { Trial } from './trial.ts'

/** Why a rule was never judged, or cannot have found anything. */
export type Unjudged =
  /** there are no readings at all, or none of the rule's types and sources */
  | { kind: 'noReadings' }
  /** no format of the rule's types has the field; `now` is what one calls it today */
  | { kind: 'unknownField'; field: string; types: readonly string[]; now?: string }
  | { kind: 'noValue'; field: string }
  /** "only when" was never so */
  | { kind: 'onlyWhen' }
  /** the readings of no device last as long as the rule looks back, s */
  | { kind: 'tooShort'; covered: number; needed: number }
  /** what the expression failed by */
  | { kind: 'fails'; text: string }
  /** no device has enough readings before */
  | { kind: 'tooFew' }

export interface RuleTrial {
  /** the types of the events that the rule is for, in the order in which they came */
  types: string[]
  /** events that the rule is for */
  tried: number
  broken: number
  /** of them had no value, or were not evaluated */
  unjudged: number
  /** undefined: it was judged */
  why: Unjudged | undefined
}

/** The rows with names that no two of them share, so that a trial counts each by itself. */
export function withOwnNames(rows: readonly PredicateRow[]): PredicateRow[] {
  const used = new Map<string, number>()
  return rows.map((row) => {
    const name = nameOf(row)
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    return { ...row, name: count === 1 ? name : `${name} (${count})` }
  })
}

/**
 * What a trial says of one of its rules.
 * @param row as it was tried, with a name of its own
 * @param failed what was told of an expression of this rule that failed
 */
export function ruleTrial(
  row: PredicateRow,
  trial: Trial,
  formats: readonly FormatDefinition[],
  failed?: string,
): RuleTrial {
  const counts = trial.rules.get(row.name) ?? { 1: 0, 2: 0, 3: 0, 4: 0, 9: 0 }
  const tried = counts[1] + counts[2] + counts[3] + counts[4] + counts[9]
  const broken = counts[3] + counts[4]
  const events = trial.judged
    .filter(({ result }) => Object.hasOwn(result.flags, row.name))
    .map(({ event }) => event)
  const types = [...new Set(events.map(({ type = '' }) => type))]
  const result: RuleTrial = { types, tried, broken, unjudged: counts[2] + counts[9], why: undefined }
  if (broken === 0) {
    const wasJudged = counts[1] > 0
    result.why = wasJudged ? tooShort(row, events) : whyNot(row, events, counts, formats, failed)
  }
  return result
}

function whyNot(
  row: PredicateRow,
  events: readonly FieldlogEvent[],
  counts: Record<2 | 9, number>,
  formats: readonly FormatDefinition[],
  failed: string | undefined,
): Unjudged {
  const unknown = unknownField(row, formats)
  if (unknown) return unknown
  if (events.length === 0) return { kind: 'noReadings' }
  if (failed !== undefined) return { kind: 'fails', text: failed }
  if (counts[2] === 0) return { kind: 'noValue', field: fieldsOf(row).join(', ') }
  if (row.onlyWhen !== undefined && row.onlyWhen !== '') return { kind: 'onlyWhen' }
  return tooShort(row, events) ?? { kind: 'tooFew' }
}

/** The first field of the rule that no format has, of its types or of all where it names none. */
function unknownField(row: PredicateRow, formats: readonly FormatDefinition[]): Unjudged | undefined {
  const own = row.types.length > 0 ? formats.filter(({ type }) => row.types.includes(type)) : formats
  // events of a type that no format declares may have any field
  if (own.length === 0) return undefined
  const known = new Set([...fieldsByType(own).values()].flatMap((fields) => [...fields.keys()]))
  const field = fieldsOf(row).find((each) => !known.has(each))
  if (field === undefined) return undefined
  const now = own.flatMap(({ fields }) => fields).find(({ from, hidden }) => from === field && !hidden)?.name
  return { kind: 'unknownField', field, types: row.types, ...(now === undefined ? {} : { now }) }
}

/** The rule looks back further than the readings of any device last. */
function tooShort(row: PredicateRow, events: readonly FieldlogEvent[]): Unjudged | undefined {
  const needed = Math.max(0, ...leavesOf(row).map(lookBack))
  if (needed === 0) return undefined
  const spans = new Map<string, [first: number, last: number]>()
  for (const { source, type, key, time } of events) {
    const series = [source, type, key].join('\n')
    const [first, last] = spans.get(series) ?? [time, time]
    spans.set(series, [Math.min(first, time), Math.max(last, time)])
  }
  let covered = 0
  for (const [first, last] of spans.values()) covered = Math.max(covered, (last - first) / 1000)
  return covered < needed ? { kind: 'tooShort', covered, needed } : undefined
}

/** How long a series must last before the condition can be found, s. */
function lookBack({ operator, values = [], settings }: Partial<Condition>): number {
  if (operator === 'flat line') return secondsOf(values[0]) ?? 0
  if (operator !== 'attenuated signal') return 0
  return Number(completeSettings(statefulOperators[operator], settings).period)
}

/** The fields that a rule looks at, in its conditions, their operands and its guard. */
export function fieldsOf({ onlyWhen, ...row }: Partial<PredicateRow>): string[] {
  const guard = typeof onlyWhen === 'object' ? leavesOf(onlyWhen) : []
  const fields = [...leavesOf(row), ...guard].flatMap(({ operator, field, values }) => {
    const list = Array.isArray(values) ? values : []
    if (operator === expressionOperator) return namesIn(plain(list[0]))
    return [plain(field).trim(), ...list.filter(isFieldOperand).map((operand) => operand.field)]
  })
  if (typeof onlyWhen === 'string') fields.push(...namesIn(onlyWhen))
  return [...new Set(fields)].filter((field) => field !== '')
}

function namesIn(expression: string): string[] {
  try {
    return freeNames(expression)
  } catch {
    return [] // the check says what is wrong with it
  }
}

// A predicate as users write it: one row of the label node, plain JSON in the flow file.
import type { Scalar } from '../../event.ts'
import { expressionOperator, type GroupOperator, isGroupOperator } from './compound.ts'
import type { OperatorName } from './operators.ts'
import type { StatefulName } from './stateful-names.ts'

/** How grave it is when an event breaks the predicate: QARTOD flag 3 or 4. */
export type Severity = 'suspect' | 'fail'

/** What a missing value (no such key, null, NaN) means: flag 9 and nothing else; kept; broken. */
export type MissingPolicy = 'skip' | 'keep' | 'break'

/** An operand that is the event's own value of another field. */
export interface FieldOperand {
  field: string
}

export type Operand = Scalar | FieldOperand

export type RowOperator = OperatorName | typeof expressionOperator | GroupOperator | StatefulName

/** Broken only when at least `least` of the last `of` judged events of the series broke it, this one included. */
export interface Votes {
  least: number
  of: number
}

/** One rule. It states what must hold: an event that does not fit it breaks it. */
export interface PredicateRow {
  /** stands in `event.flags` and `event.reasons`; empty = made from field, operator and values */
  name: string
  /** the key in `event.data`; empty for expressions and groups, and where an operator can do without */
  field: string
  operator: RowOperator
  /** the operator's operands: none, one, two (`is between`: the bounds, which pass) or many (`in set`) */
  values: Operand[]
  /** narrower operands: what breaks only these is suspect (flag 3), whatever the severity; default none */
  suspectValues?: Operand[]
  /** parameters of a stateful operator, by name; what is absent is its default */
  settings?: Record<string, Scalar>
  /** groups: the rules in it, of which name, types, sources, severity and guard play no part */
  rows?: Array<Partial<PredicateRow>>
  /** the rule is only for events for which this CEL expression is true, or that keep this row; default all */
  when?: string | Partial<PredicateRow>
  votes?: Votes
  /** text operators only: upper and lower case are the same; default false */
  ignoreCase?: boolean
  /** event types it is for; empty = each type whose format declares the field, or whose format is not known */
  types: string[]
  /** sources it is for; empty = all */
  sources: string[]
  severity: Severity
  missing: MissingPolicy
  enabled: boolean
}

/** The row that a panel starts with. */
export const newRow: Readonly<PredicateRow> = {
  name: '',
  field: '',
  operator: '<=',
  values: [],
  types: [],
  sources: [],
  severity: 'fail',
  missing: 'skip',
  enabled: true,
}

/** A row from a flow file, which may be edited by hand or older than this software: what is absent is default. */
export function completeRow(row: Partial<PredicateRow>): PredicateRow {
  const given = Object.entries(row ?? {}).filter(([, value]) => value !== undefined && value !== null)
  const complete: PredicateRow = { ...newRow, values: [], ...Object.fromEntries(given) }
  return { ...complete, types: names(complete.types), sources: names(complete.sources) }
}

function names(list: unknown): string[] {
  return Array.isArray(list) ? list.map(plain).filter((name) => name !== '') : []
}

export function isFieldOperand(value: unknown): value is FieldOperand {
  return (
    typeof value === 'object' && value !== null && typeof (value as Partial<FieldOperand>).field === 'string'
  )
}

const longestName = 80

/** What a row is called in flags and reasons: its name, or its text, such as `temp <= 50`. Never throws. */
export function nameOf(row: PredicateRow): string {
  const name = plain(row.name).trim()
  if (name !== '') return name
  const text = textOf(row, 0)
  return text.length > longestName ? `${text.slice(0, longestName - 1)}…` : text
}

function textOf(row: PredicateRow, depth: number): string {
  if (row.operator === expressionOperator && Array.isArray(row.values)) return plain(row.values[0])
  if (isGroupOperator(row.operator) && Array.isArray(row.rows) && depth < 4) {
    const parts = row.rows.map((part) => textOf(completeRow(part), depth + 1))
    return `${row.operator} (${parts.join('; ')})`
  }
  const between = row.operator === 'is between' || row.operator === 'length is between' ? ' and ' : ', '
  const operands = Array.isArray(row.values) ? row.values.map(operandText).join(between) : ''
  return `${plain(row.field).trim()} ${plain(row.operator)} ${operands}`.trim()
}

function operandText(operand: Operand): string {
  return isFieldOperand(operand) ? operand.field : plain(operand)
}

/** A value of a hand-made flow file as text: what is no text, number or boolean has none. */
function plain(value: unknown): string {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isPlain ? String(value) : ''
}

// A predicate as users write it: one row of the label node, plain JSON in the flow file. It reads as a sentence,
// "bad when battery is below 2.8": the condition is the fault.
import type { Scalar } from '../../event.ts'
import type { expressionOperator } from './compound.ts'
import { type GroupOperator, isGroupOperator } from './compound.ts'
import type { OperatorName } from './operators.ts'
import type { StatefulName } from './stateful-names.ts'

/** How grave a broken rule is: QARTOD flag 3 or 4. */
export type Severity = 'suspect' | 'fail'

/** What a rule says of an event in which it finds its fault: QARTOD flag 4 or 3. */
export type Says = 'bad' | 'suspect'

/**
 * What a missing value (no such key, null, NaN) means: flag 9 and nothing else; that all is right (`keep`); that it is
 * the fault (`break`).
 */
export type MissingPolicy = 'skip' | 'keep' | 'break'

/** An operand that is the event's own value of another field. */
export interface FieldOperand {
  field: string
}

export type Operand = Scalar | FieldOperand

export type RowOperator = OperatorName | typeof expressionOperator | GroupOperator | StatefulName

/** Broken only when the fault is in at least `least` of the last `of` judged events of the series, this one included. */
export interface Votes {
  least: number
  of: number
}

/** What can be found in an event: one operator on one field, an expression, or others joined by and / or. */
export interface Condition {
  /** the key in `event.data`; empty for expressions and groups, and where an operator can do without */
  field: string
  operator: RowOperator
  /** the operator's operands: none, one, two (`is outside`: the bounds are inside) or many (`is one of`) */
  values: Operand[]
  /** narrower operands: what is found by these only is suspect (flag 3), whatever the rule says; default none */
  suspectValues?: Operand[]
  /** parameters of a stateful operator, by name; what is absent is its default */
  settings?: Record<string, Scalar>
  /** groups: what is joined */
  conditions?: Array<Partial<Condition>>
  /** found where it otherwise is not, and the other way round; a missing value is what `missing` says; default false */
  not?: boolean
  /** text operators only: upper and lower case are the same; default false */
  ignoreCase?: boolean
  missing: MissingPolicy
}

/** One rule: an event in which its condition is found breaks it. */
export interface PredicateRow extends Condition {
  /** rows of flows that were made before rules named the fault have none: see lib/migrate */
  says: Says
  /** stands in `event.flags` and `event.reasons`; empty = made from the condition */
  name: string
  /** the rule is only for events for which this CEL expression is true, or in which this is found; default all */
  onlyWhen?: string | Partial<Condition>
  votes?: Votes
  /** event types it is for; empty = each type whose format declares the field, or whose format is not known */
  types: string[]
  /** sources it is for; empty = all */
  sources: string[]
  enabled: boolean
}

const newCondition: Readonly<Condition> = { field: '', operator: 'is above', values: [], missing: 'skip' }

/** The row that a panel starts with. */
export const newRow: Readonly<PredicateRow> = {
  says: 'bad',
  name: '',
  ...newCondition,
  types: [],
  sources: [],
  enabled: true,
}

/**
 * A row from a flow file, which may be edited by hand: what is absent is default. But not what it says: without that
 * it may be a rule of the older kind that names what is right, and must not be taken for its opposite.
 */
export function completeRow(row: Partial<PredicateRow>): PredicateRow {
  const { says: _, ...rest } = newRow
  const complete = { ...rest, values: [], ...given(row) } as unknown as PredicateRow
  return { ...complete, types: names(complete.types), sources: names(complete.sources) }
}

/** A condition from a flow file: what is absent is default. */
export function completeCondition(condition: Partial<Condition>): Condition {
  return { ...newCondition, values: [], ...given(condition) }
}

function given(part: object): object {
  const entries = Object.entries(part ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(entries)
}

function names(list: unknown): string[] {
  return Array.isArray(list) ? list.map(plain).filter((name) => name !== '') : []
}

export function isFieldOperand(value: unknown): value is FieldOperand {
  return (
    typeof value === 'object' && value !== null && typeof (value as Partial<FieldOperand>).field === 'string'
  )
}

/** All conditions with a field or an expression, those in groups too, whatever the depth is. */
export function leavesOf(condition: Partial<Condition>): Array<Partial<Condition>> {
  if (!isGroupOperator(condition.operator)) return [condition]
  const { conditions } = condition
  return Array.isArray(conditions) ? conditions.flatMap((each) => leavesOf(each ?? {})) : []
}

/** A value of a hand-made flow file as text: what is no text, number or boolean has none. */
export function plain(value: unknown): string {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isPlain ? String(value) : ''
}

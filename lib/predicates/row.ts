// A predicate as users write it: one row of the label node, plain JSON in the flow file.
import type { Scalar } from '../event.ts'
import type { OperatorName } from './operators.ts'

/** How grave it is when an event breaks the predicate: QARTOD flag 3 or 4. */
export type Severity = 'suspect' | 'fail'

/** What a missing value (no such key, null, NaN) means: flag 9 and nothing else; kept; broken. */
export type MissingPolicy = 'skip' | 'keep' | 'break'

/** One rule. It states what must hold: an event that does not fit it breaks it. */
export interface PredicateRow {
  /** stands in `event.flags` and `event.reasons`; empty = made from field, operator and values */
  name: string
  /** the key in `event.data` */
  field: string
  operator: OperatorName
  /** the operator's operands: none, one, two (`is between`: the bounds, which pass) or many (`in set`) */
  values: Scalar[]
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
  return Array.isArray(list) ? list.map(String).filter((name) => name !== '') : []
}

/** What a row is called in flags and reasons: its name, or its text, such as `temp <= 50`. Never throws. */
export function nameOf(row: PredicateRow): string {
  const name = String(row.name ?? '').trim()
  if (name !== '') return name
  const between = row.operator === 'is between' ? ' and ' : ', '
  const operands = Array.isArray(row.values) ? row.values.map(String).join(between) : ''
  return `${String(row.field).trim()} ${String(row.operator)} ${operands}`.trim()
}

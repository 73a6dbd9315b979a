// What is wrong with a predicate, in words for the field of the panel where it stands. Browser-safe.
import type { Scalar } from '../event.ts'
import { isOperatorName, operators, type RegexEngine, type ValueKind } from './operators.ts'
import type { PredicateRow } from './row.ts'
import { show } from './text.ts'

export interface RowProblem {
  /** the property of the row that is wrong */
  at: 'name' | 'field' | 'operator' | 'values' | 'severity' | 'missing'
  text: string
}

/**
 * Everything that keeps a row from being used; empty for a good one. Takes rows of any shape, as a flow file
 * may be edited by hand; never throws.
 * @param regex compiles a pattern, or throws an Error that says why it cannot
 */
export function rowProblems(row: PredicateRow, regex: RegexEngine): RowProblem[] {
  const problems: RowProblem[] = []
  if (typeof row.name !== 'string' || row.name === '__proto__') {
    problems.push({ at: 'name', text: 'must be a text other than __proto__' })
  }
  if (typeof row.field !== 'string' || row.field.trim() === '') {
    problems.push({ at: 'field', text: 'name the field that the rule is about' })
  }
  if (row.severity !== 'suspect' && row.severity !== 'fail') {
    problems.push({ at: 'severity', text: 'must be suspect or fail' })
  }
  if (row.missing !== 'skip' && row.missing !== 'keep' && row.missing !== 'break') {
    problems.push({ at: 'missing', text: 'must be skip, keep or break' })
  }
  if (!isOperatorName(row.operator)) {
    problems.push({ at: 'operator', text: `there is no operator ${JSON.stringify(row.operator)}` })
    return problems
  }
  const text = operandProblem(row, regex)
  if (text !== undefined) problems.push({ at: 'values', text })
  return problems
}

/**
 * What cannot come true because of the field's kind, in words: a row that no value, or every value, would
 * break. Undefined where the row fits. For rows that `rowProblems` finds right.
 */
export function kindMismatch(row: PredicateRow, kind: ValueKind): string | undefined {
  const operator = operators[row.operator]
  const article = kindWords[kind]
  if (!operator.appliesTo.includes(kind)) return `${row.field} is ${article}: "${row.operator}" cannot hold`
  if (operator.textual || row.operator === 'is of type') return undefined
  const other = row.values.find((value) => typeof value !== kind)
  return other === undefined ? undefined : `${row.field} is ${article}, ${show(other)} is not`
}

const kindWords: Record<ValueKind, string> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
}

function operandProblem(row: PredicateRow, regex: RegexEngine): string | undefined {
  if (!Array.isArray(row.values) || !row.values.every(isScalar)) return 'must be numbers, texts or true/false'
  try {
    operators[row.operator].compile(row.values, { ignoreCase: row.ignoreCase === true, regex })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
  )
}

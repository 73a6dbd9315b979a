// What is wrong with a predicate, in words for the field of the panel where it stands. Browser-safe.
import type { Scalar } from '../event.ts'
import { compoundProblems } from './check-compound.ts'
import { statefulProblems } from './check-stateful.ts'
import { expressionOperator, isGroupOperator } from './compound.ts'
import {
  isOperatorName,
  type OperatorName,
  operators,
  type RegexEngine,
  takesFields,
  type ValueKind,
} from './operators.ts'
import { isFieldOperand, type PredicateRow } from './row.ts'
import { isStatefulName } from './stateful/names.ts'
import { show } from './text.ts'
import { votesProblem } from './votes.ts'

export interface RowProblem {
  /** the property of the row that is wrong */
  at:
    | 'name'
    | 'field'
    | 'operator'
    | 'values'
    | 'suspectValues'
    | 'settings'
    | 'rows'
    | 'when'
    | 'votes'
    | 'severity'
    | 'missing'
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
  if (row.severity !== 'suspect' && row.severity !== 'fail') {
    problems.push({ at: 'severity', text: 'must be suspect or fail' })
  }
  if (row.missing !== 'skip' && row.missing !== 'keep' && row.missing !== 'break') {
    problems.push({ at: 'missing', text: 'must be skip, keep or break' })
  }
  const votes = votesProblem(row.votes)
  if (votes !== undefined) problems.push({ at: 'votes', text: votes })
  return [...problems, ...testProblems(row, regex, 0)]
}

/** What is wrong with what a row tests. @param depth of groups around it */
export function testProblems(row: PredicateRow, regex: RegexEngine, depth: number): RowProblem[] {
  const problems = fieldProblems(row)
  const { operator } = row
  if (operator === expressionOperator || isGroupOperator(operator) || row.when !== undefined) {
    problems.push(...compoundProblems(row, regex, depth))
  }
  if (isStatefulName(operator)) return [...problems, ...statefulProblems(row, depth)]
  if (operator === expressionOperator || isGroupOperator(operator)) return problems
  if (!isOperatorName(operator)) {
    problems.push({ at: 'operator', text: `there is no operator ${JSON.stringify(operator)}` })
    return problems
  }
  for (const at of ['values', 'suspectValues'] as const) {
    const operands = row[at]
    if (at === 'suspectValues' && operands === undefined) continue
    const text = operandProblem(row, operator, operands, regex)
    if (text !== undefined) problems.push({ at, text })
  }
  return problems
}

function fieldProblems({ field, operator }: PredicateRow): RowProblem[] {
  const mayBeEmpty =
    operator === expressionOperator || isGroupOperator(operator) || fieldOptional.has(operator)
  if (typeof field === 'string' && (mayBeEmpty || field.trim() !== '')) return []
  return [{ at: 'field', text: 'name the field that the rule is about' }]
}

const fieldOptional: ReadonlySet<string> = new Set(['duplicate', 'gap in time', 'too old'])

/**
 * What cannot come true because of the field's kind, in words: a row that no value, or every value, would
 * break. Undefined where the row fits. For rows that `rowProblems` finds right.
 */
export function kindMismatch(row: PredicateRow, kind: ValueKind): string | undefined {
  const article = kindWords[kind]
  if (isStatefulName(row.operator)) {
    const fits = kind === 'number' || fieldOptional.has(row.operator)
    return fits ? undefined : `${row.field} is ${article}: "${row.operator}" is for numbers`
  }
  if (!isOperatorName(row.operator)) return undefined
  const operator = operators[row.operator]
  if (!operator.appliesTo.some((each) => each === kind)) {
    return `${row.field} is ${article}: "${row.operator}" cannot hold`
  }
  const ownKind =
    'textual' in operator || row.operator === 'is of type' || row.operator === 'length is between'
  if (ownKind) return undefined
  const other = row.values.find((value) => !isFieldOperand(value) && typeof value !== kind)
  return other === undefined ? undefined : `${row.field} is ${article}, ${show(other)} is not`
}

const kindWords: Record<ValueKind, string> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
}

function operandProblem(
  row: PredicateRow,
  operator: OperatorName,
  operands: unknown,
  regex: RegexEngine,
): string | undefined {
  const isOperand = (value: unknown) => isScalar(value) || (takesFields(operator) && isFieldOperand(value))
  if (!Array.isArray(operands) || !operands.every(isOperand)) return 'must be numbers, texts or true/false'
  if (operands.some(isFieldOperand)) return fieldOperandProblem(operator, operands)
  try {
    operators[operator].compile(operands, { ignoreCase: row.ignoreCase === true, regex })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function fieldOperandProblem(operator: OperatorName, operands: unknown[]): string | undefined {
  if (operands.some((operand) => isFieldOperand(operand) && operand.field.trim() === '')) {
    return 'name the field to compare with'
  }
  const wanted = operators[operator].operands
  if (operands.length !== wanted)
    return `needs ${wanted === 2 ? 'two values or fields' : 'a value or a field'}`
  if (operands.includes(null)) return 'needs a value'
  return undefined
}

function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
  )
}

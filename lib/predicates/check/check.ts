// What is wrong with a predicate, in words for the field of the panel where it stands. Browser-safe.
import { eventExpression } from '../criteria/expression-criterion.ts'
import { votesProblem } from '../criteria/votes.ts'
import { expressionOperator, isGroupOperator } from '../model/compound.ts'
import { isOperatorName, type RegexEngine } from '../model/operators.ts'
import { completeRow, nameOf, type PredicateRow } from '../model/row.ts'
import { fieldOptional, isStatefulName } from '../model/stateful-names.ts'
import { operandProblem } from './operands.ts'
import type { RowProblem } from './problem.ts'
import { statefulProblems } from './stateful.ts'

/** groups within groups, and rules in one group, at most */
const deepest = 4
const mostMembers = 50

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
function testProblems(row: PredicateRow, regex: RegexEngine, depth: number): RowProblem[] {
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

/** What is wrong with an expression, a group or a guard. */
function compoundProblems(row: PredicateRow, regex: RegexEngine, depth: number): RowProblem[] {
  const problems: RowProblem[] = []
  if (row.operator === expressionOperator) {
    const text =
      Array.isArray(row.values) && row.values.length === 1
        ? expressionProblem(row.values[0])
        : 'write an expression, such as temp < dew + 20'
    if (text !== undefined) problems.push({ at: 'values', text })
  }
  if (isGroupOperator(row.operator)) problems.push(...memberProblems(row, regex, depth))
  if (depth === 0 && row.when !== undefined) {
    const text = guardProblem(row.when, regex)
    if (text !== undefined) problems.push({ at: 'when', text })
  }
  return problems
}

function memberProblems({ rows }: PredicateRow, regex: RegexEngine, depth: number): RowProblem[] {
  if (!Array.isArray(rows) || rows.length === 0)
    return [{ at: 'rows', text: 'put at least one rule in the group' }]
  if (rows.length > mostMembers) return [{ at: 'rows', text: `holds more than ${mostMembers} rules` }]
  if (depth >= deepest) return [{ at: 'rows', text: `groups are nested deeper than ${deepest}` }]
  return rows.flatMap((member, index) => {
    if (!isRow(member)) return [{ at: 'rows' as const, text: `rule ${index + 1} of the group is no rule` }]
    const row = completeRow(member)
    return testProblems(row, regex, depth + 1).map(({ text }) => ({
      at: 'rows' as const,
      text: `rule ${index + 1} of the group (${nameOf(row)}): ${text}`,
    }))
  })
}

function guardProblem(when: unknown, regex: RegexEngine): string | undefined {
  if (when === '') return undefined
  if (typeof when === 'string') return expressionProblem(when)
  if (!isRow(when)) return 'must be an expression or a rule'
  const row = completeRow(when)
  if (remembers(row, 0)) return 'must not look at the readings before'
  return testProblems(row, regex, 1)[0]?.text
}

function remembers(row: PredicateRow, depth: number): boolean {
  if (isStatefulName(row.operator)) return true
  if (!isGroupOperator(row.operator) || !Array.isArray(row.rows) || depth > deepest) return false
  return row.rows.some((member) => isRow(member) && remembers(completeRow(member), depth + 1))
}

function expressionProblem(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.trim() === '') return 'write an expression, such as temp < dew + 20'
  try {
    eventExpression(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function isRow(value: unknown): value is Partial<PredicateRow> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

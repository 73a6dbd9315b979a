// What is wrong with a predicate, in words for the field of the panel where it stands. Browser-safe.
import { eventExpression } from '../criteria/expression-criterion.ts'
import { votesProblem } from '../criteria/votes.ts'
import { expressionOperator, isGroupOperator } from '../model/compound.ts'
import { conditionText } from '../model/name.ts'
import { isOperatorName, type RegexEngine } from '../model/operators.ts'
import { type Condition, completeCondition, leavesOf, type PredicateRow } from '../model/row.ts'
import { fieldOptional, isStatefulName } from '../model/stateful-names.ts'
import { looksAhead, statefulOperators } from '../stateful/operators.ts'
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
  if (row.says !== 'bad' && row.says !== 'suspect') {
    problems.push({ at: 'says', text: 'must be bad or suspect' })
  }
  problems.push(...missingProblems(row))
  const votes = votesProblem(row.votes)
  if (votes !== undefined) problems.push({ at: 'votes', text: votes })
  if (row.onlyWhen !== undefined) {
    const text = guardProblem(row.onlyWhen, regex)
    if (text !== undefined) problems.push({ at: 'onlyWhen', text })
  }
  return [...problems, ...conditionProblems(row, regex, 0)]
}

/** What is wrong with a condition. @param depth of groups around it */
function conditionProblems(row: Condition, regex: RegexEngine, depth: number): RowProblem[] {
  const problems = fieldProblems(row)
  const { operator } = row
  if (operator === expressionOperator) problems.push(...expressionProblems(row))
  if (isGroupOperator(operator)) problems.push(...memberProblems(row, regex, depth))
  if (isStatefulName(operator) && row.not === true && looksAhead(statefulOperators[operator])) {
    problems.push({
      at: 'operator',
      text: `${operator} cannot stand behind "not": it needs the next reading`,
    })
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

function missingProblems({ missing }: Condition): RowProblem[] {
  if (missing === 'skip' || missing === 'keep' || missing === 'break') return []
  return [{ at: 'missing', text: 'must be skip, keep or break' }]
}

function fieldProblems({ field, operator }: Condition): RowProblem[] {
  const mayBeEmpty =
    operator === expressionOperator || isGroupOperator(operator) || fieldOptional.has(operator)
  if (typeof field === 'string' && (mayBeEmpty || field.trim() !== '')) return []
  return [{ at: 'field', text: 'name the field that the rule is about' }]
}

function expressionProblems({ values }: Condition): RowProblem[] {
  const text =
    Array.isArray(values) && values.length === 1
      ? expressionProblem(values[0])
      : 'write an expression, such as temp > dew + 20'
  return text === undefined ? [] : [{ at: 'values', text }]
}

function memberProblems({ conditions }: Condition, regex: RegexEngine, depth: number): RowProblem[] {
  const at = 'conditions'
  if (!Array.isArray(conditions) || conditions.length === 0)
    return [{ at, text: 'join at least one condition' }]
  if (conditions.length > mostMembers) return [{ at, text: `joins more than ${mostMembers} conditions` }]
  if (depth >= deepest) return [{ at, text: `groups are nested deeper than ${deepest}` }]
  return conditions.flatMap((member, index): RowProblem[] => {
    if (!isRecord(member)) return [{ at, text: `condition ${index + 1} is none` }]
    const condition = completeCondition(member)
    const problems = [...missingProblems(condition), ...conditionProblems(condition, regex, depth + 1)]
    const place = `condition ${index + 1} (${conditionText(condition)})`
    return problems.map(({ text }) => ({ at, text: `${place}: ${text}` }))
  })
}

function guardProblem(when: unknown, regex: RegexEngine): string | undefined {
  if (when === '') return undefined
  if (typeof when === 'string') return expressionProblem(when)
  if (!isRecord(when)) return 'must be an expression or a condition'
  const condition = completeCondition(when)
  if (leavesOf(condition).some(({ operator }) => isStatefulName(operator))) {
    return 'must not look at the readings before'
  }
  return [...missingProblems(condition), ...conditionProblems(condition, regex, 1)][0]?.text
}

function expressionProblem(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.trim() === '') return 'write an expression, such as temp > dew + 20'
  try {
    eventExpression(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function isRecord(value: unknown): value is Partial<Condition> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// What is wrong with a predicate, in words for the field of the panel where it stands. Browser-safe.

import { asError } from '../../kit/errors.ts'
import type { Sentence } from '../../words/sentence.ts'
import { eventExpression } from '../criteria/expression-criterion.ts'
import { votesProblem } from '../criteria/votes.ts'
import { expressionOperator, isGroupOperator } from '../model/compound.ts'
import { conditionText } from '../model/name.ts'
import { isOperatorName, type RegexEngine } from '../model/operators.ts'
import { type Condition, completeCondition, leavesOf, type PredicateRow } from '../model/row.ts'
import { ruleSentence } from '../model/sentences.ts'
import { fieldOptional, isStatefulName } from '../model/stateful-names.ts'
import { looksAhead, statefulOperators } from '../stateful/operators.ts'
import { operandProblem } from './operands.ts'
import type { RowProblem } from './problem.ts'
import { statefulProblems } from './stateful.ts'

/** groups within groups, and rules in one group, at most */
const deepest = 4
const mostMembers = 50

const noExpression = ruleSentence('expression', { example: 'temp > dew + 20' })

/**
 * Everything that keeps a row from being used; empty for a good one. Takes rows of any shape, as a flow file
 * may be edited by hand; never throws.
 * @param regex compiles a pattern, or throws an Error that says why it cannot
 */
export function rowProblems(row: PredicateRow, regex: RegexEngine): RowProblem[] {
  const problems: RowProblem[] = []
  if (typeof row.name !== 'string' || row.name === '__proto__') {
    problems.push({ at: 'name', ...ruleSentence('name', { name: '__proto__' }) })
  }
  if (row.says !== 'bad' && row.says !== 'suspect') {
    problems.push({ at: 'says', ...ruleSentence('says') })
  }
  problems.push(...missingProblems(row))
  const votes = votesProblem(row.votes)
  if (votes !== undefined) problems.push({ at: 'votes', ...votes })
  if (row.onlyWhen !== undefined) {
    const guard = guardProblem(row.onlyWhen, regex)
    if (guard !== undefined) problems.push({ at: 'onlyWhen', ...guard })
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
      ...ruleSentence('notAhead', { operator }),
    })
  }
  if (isStatefulName(operator)) return [...problems, ...statefulProblems(row, depth)]
  if (operator === expressionOperator || isGroupOperator(operator)) return problems
  if (!isOperatorName(operator)) {
    problems.push({ at: 'operator', ...ruleSentence('noOperator', { operator: JSON.stringify(operator) }) })
    return problems
  }
  for (const at of ['values', 'suspectValues'] as const) {
    const operands = row[at]
    if (at === 'suspectValues' && operands === undefined) continue
    const problem = operandProblem(row, operator, operands, regex)
    if (problem !== undefined) problems.push({ at, ...problem })
  }
  return problems
}

function missingProblems({ missing }: Condition): RowProblem[] {
  if (missing === 'skip' || missing === 'keep' || missing === 'break') return []
  return [{ at: 'missing', ...ruleSentence('missing') }]
}

function fieldProblems({ field, operator }: Condition): RowProblem[] {
  const mayBeEmpty =
    operator === expressionOperator || isGroupOperator(operator) || fieldOptional.has(operator)
  if (typeof field === 'string' && (mayBeEmpty || field.trim() !== '')) return []
  return [{ at: 'field', ...ruleSentence('field') }]
}

function expressionProblems({ values }: Condition): RowProblem[] {
  const problem = Array.isArray(values) && values.length === 1 ? expressionProblem(values[0]) : noExpression
  return problem === undefined ? [] : [{ at: 'values', ...problem }]
}

function memberProblems({ conditions }: Condition, regex: RegexEngine, depth: number): RowProblem[] {
  const at = 'conditions'
  if (!Array.isArray(conditions) || conditions.length === 0) return [{ at, ...ruleSentence('joinsNone') }]
  if (conditions.length > mostMembers) return [{ at, ...ruleSentence('joinsMany', { most: mostMembers }) }]
  if (depth >= deepest) return [{ at, ...ruleSentence('tooDeep', { deepest }) }]
  return conditions.flatMap((member, index): RowProblem[] => {
    if (!isRecord(member)) return [{ at, ...ruleSentence('noCondition', { place: index + 1 }) }]
    const condition = completeCondition(member)
    const problems = [...missingProblems(condition), ...conditionProblems(condition, regex, depth + 1)]
    const place = { place: index + 1, condition: conditionText(condition) }
    return problems.map((problem) => ({ at, ...ruleSentence('inCondition', { ...place, problem }) }))
  })
}

function guardProblem(when: unknown, regex: RegexEngine): Sentence | undefined {
  if (when === '') return undefined
  if (typeof when === 'string') return expressionProblem(when)
  if (!isRecord(when)) return ruleSentence('guardForm')
  const condition = completeCondition(when)
  if (leavesOf(condition).some(({ operator }) => isStatefulName(operator))) {
    return ruleSentence('guardBefore')
  }
  return [...missingProblems(condition), ...conditionProblems(condition, regex, 1)][0]
}

function expressionProblem(text: unknown): Sentence | undefined {
  if (typeof text !== 'string' || text.trim() === '') return noExpression
  try {
    eventExpression(text)
    return undefined
  } catch (error) {
    return ruleSentence('cel', { why: asError(error).message })
  }
}

function isRecord(value: unknown): value is Partial<Condition> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

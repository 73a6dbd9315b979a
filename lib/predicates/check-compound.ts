import { type RowProblem, testProblems } from './check.ts'
import { expressionOperator, isGroupOperator } from './compound.ts'
import { eventExpression } from './expression-criterion.ts'
import type { RegexEngine } from './operators.ts'
import { completeRow, nameOf, type PredicateRow } from './row.ts'
import { isStatefulName } from './stateful/names.ts'

const deepest = 4
const mostMembers = 50

/** What is wrong with an expression, a group or a guard. */
export function compoundProblems(row: PredicateRow, regex: RegexEngine, depth: number): RowProblem[] {
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

import { expressionOperator, isGroupOperator } from '../model/compound.ts'
import { completeRow, type PredicateRow } from '../model/row.ts'
import { isStatefulName } from '../model/stateful-names.ts'
import type { Criterion, Tools } from './criterion.ts'
import { expressionCriterion } from './expression-criterion.ts'
import { groupCriterion } from './group-criterion.ts'
import { operatorCriterion } from './operator-criterion.ts'
import { statefulCriterion } from './stateful-criterion.ts'

/** What a row tests, without its guard and votes; for a row without problems that needs no next reading. */
export function compileCriterion(row: PredicateRow, name: string, tools: Tools): Criterion {
  if (row.operator === expressionOperator) return expressionCriterion(row, name, tools)
  if (isStatefulName(row.operator)) return statefulCriterion(row)
  if (!isGroupOperator(row.operator)) return operatorCriterion(row, tools)
  const members = (row.rows ?? []).map((member) => compileCriterion(completeRow(member), name, tools))
  return groupCriterion(row, members)
}

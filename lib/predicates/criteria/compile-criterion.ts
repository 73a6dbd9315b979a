import { expressionOperator, isGroupOperator } from '../model/compound.ts'
import { type Condition, completeCondition } from '../model/row.ts'
import { isStatefulName } from '../model/stateful-names.ts'
import type { Criterion, Tools } from './criterion.ts'
import { expressionCriterion } from './expression-criterion.ts'
import { groupCriterion } from './group-criterion.ts'
import { operatorCriterion } from './operator-criterion.ts'
import { oppositeCriterion, reversed } from './opposite-criterion.ts'
import { statefulCriterion } from './stateful-criterion.ts'

/** What a condition finds; for one without problems that needs no next reading. */
export function compileCriterion(condition: Condition, tools: Tools): Criterion {
  if (condition.not === true) {
    return oppositeCriterion(compileCriterion(reversed(condition), tools), condition, tools)
  }
  if (condition.operator === expressionOperator) return expressionCriterion(condition, tools)
  if (isStatefulName(condition.operator)) return statefulCriterion(condition, tools)
  if (!isGroupOperator(condition.operator)) return operatorCriterion(condition, tools)
  const conditions = (condition.conditions ?? []).map(completeCondition)
  const members = conditions.map((each) => compileCriterion(each, tools))
  return groupCriterion(condition, conditions, members, tools)
}

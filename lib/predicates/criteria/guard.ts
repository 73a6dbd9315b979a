import type { FieldlogEvent } from '../../event.ts'
import { completeCondition, type PredicateRow } from '../model/row.ts'
import { compileCriterion } from './compile-criterion.ts'
import type { Tools } from './criterion.ts'
import { eventExpression, trouble } from './expression-criterion.ts'

/** Whether a rule is for this event. */
export type Guard = (event: FieldlogEvent) => boolean

/** "Only when …": an expression, or a condition without memory; undefined where the row has none. For a right row. */
export function compileGuard({ onlyWhen: when }: PredicateRow, tools: Tools): Guard | undefined {
  if (when === undefined || when === '') return undefined
  if (typeof when === 'object') {
    const criterion = compileCriterion(completeCondition(when), tools)
    return (event) => {
      const flag = criterion.judge(event, undefined)
      return flag === 3 || flag === 4
    }
  }
  const evaluate = eventExpression(when)
  return (event) => {
    const result = evaluate(event)
    if (typeof result !== 'boolean') tools.warn(`only when: ${trouble(result, when)}`)
    return result === true
  }
}

import type { FieldlogEvent } from '../../event.ts'
import { completeRow, type PredicateRow } from '../model/row.ts'
import { compileCriterion } from './compile-criterion.ts'
import type { Tools } from './criterion.ts'
import { eventExpression, trouble } from './expression-criterion.ts'

/** Whether a rule is for this event. */
export type Guard = (event: FieldlogEvent) => boolean

/** "Only when …": an expression, or a row without memory; undefined where the row has none. For a right row. */
export function compileGuard(row: PredicateRow, name: string, tools: Tools): Guard | undefined {
  const { when } = row
  if (when === undefined || when === '') return undefined
  if (typeof when === 'object') {
    const criterion = compileCriterion(completeRow(when), name, tools)
    return (event) => criterion.judge(event, undefined) === 1
  }
  const evaluate = eventExpression(when)
  return (event) => {
    const result = evaluate(event)
    if (typeof result !== 'boolean') tools.warn(name, `only when: ${trouble(result, when)}`)
    return result === true
  }
}

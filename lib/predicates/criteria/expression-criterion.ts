import type { FieldlogEvent, Scalar } from '../../event.ts'
import { Failure } from '../../formats/model/failure.ts'
import { compileExpression, type Expression, freeNames } from '../../formats/steps/expression.ts'
import { isMissing } from '../model/operators.ts'
import type { PredicateRow } from '../model/row.ts'
import { type Criterion, fieldValue, flagsOf, type Tools } from './criterion.ts'

/** What an expression gives of an event: its value, a Failure, or undefined where it needs a value that is not there. */
export type EventExpression = (event: FieldlogEvent) => Scalar | Failure | undefined

/** A CEL expression must be true. It reaches the event's own fields by their names, and nothing else. */
export function expressionCriterion(row: PredicateRow, name: string, tools: Tools): Criterion {
  const text = String(row.values[0])
  const evaluate = eventExpression(text)
  const { broken, absent } = flagsOf(row)
  return {
    judge(event) {
      const result = evaluate(event)
      if (result === true) return 1
      if (result === false) return broken
      tools.warn(name, trouble(result, text))
      return result === undefined ? absent : 2
    },
    reason: () => `found false, expected ${text}`,
  }
}

/** Why an expression is neither true nor false. */
export function trouble(result: Scalar | Failure | undefined, text: string): string {
  if (result === undefined) return `an event has no value for what it needs: ${text}`
  return `${result instanceof Failure ? result.reason : `the result is ${String(result)}, not true or false`}: ${text}`
}

/** Compiles an expression over the fields of events, whatever their names. Throws an ExpressionError. */
export function eventExpression(text: string): EventExpression {
  const expression: Expression = compileExpression(text, freeNames(text))
  const scope: Record<string, Scalar> = Object.create(null)
  const { names } = expression
  return (event) => {
    let lacks = false
    for (const name of names) {
      const value = fieldValue(event, name)
      lacks ||= isMissing(value)
      scope[name] = isMissing(value) ? null : (value as Scalar)
    }
    const result = expression.evaluate(scope)
    return lacks && (result instanceof Failure || result === null) ? undefined : result
  }
}

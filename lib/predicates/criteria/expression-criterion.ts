import type { FieldlogEvent, Scalar } from '../../event.ts'
import { Failure } from '../../formats/model/failure.ts'
import { compileExpression, type Expression, freeNames } from '../../formats/steps/expression.ts'
import { isMissing } from '../model/operators.ts'
import type { Condition } from '../model/row.ts'
import { absentFlag, type Criterion, fieldValue, type Tools } from './criterion.ts'

/** What an expression gives of an event: its value, a Failure, or undefined where it needs a value that is not there. */
export type EventExpression = (event: FieldlogEvent) => Scalar | Failure | undefined

/** A CEL expression that is true. It reaches the event's own fields by their names, and nothing else. */
export function expressionCriterion(condition: Condition, { broken, warn }: Tools): Criterion {
  const text = String(condition.values[0])
  const evaluate = eventExpression(text)
  const absent = absentFlag(condition, broken)
  return {
    judge(event) {
      const result = evaluate(event)
      if (result === true) return broken
      if (result === false) return 1
      warn(trouble(result, text))
      return result === undefined ? absent : 2
    },
    reason: () => `found true, expected that not ${text}`,
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

import type { FieldlogEvent, Scalar } from '../../event.ts'
import { isMissing, type OperatorName, operators, type Test, type TestOptions } from '../model/operators.ts'
import { type Condition, isFieldOperand, type Operand } from '../model/row.ts'
import { show } from '../model/text.ts'
import { absentFlag, type Criterion, fieldValue, type Tools } from './criterion.ts'

/** Whether the value is right; undefined where an operand is a field without a usable value. */
type EventTest = (value: unknown, event: FieldlogEvent) => boolean | undefined

/** A test that needs nothing but the event: the operator on one field, against values or other fields. */
export function operatorCriterion(row: Condition, { regex, broken }: Tools): Criterion {
  const name = row.operator as OperatorName
  const operator = operators[name]
  const options = { ignoreCase: row.ignoreCase === true, regex }
  const test = testOf(name, row.values, options)
  const narrow = row.suspectValues === undefined ? undefined : testOf(name, row.suspectValues, options)
  const absent = absentFlag(row, broken)
  const seesMissing = 'seesMissing' in operator && operator.seesMissing === true
  const { field } = row
  let isNarrow = false
  return {
    judge(event) {
      const value = fieldValue(event, field)
      if (!seesMissing && isMissing(value)) return absent
      isNarrow = false
      const isRight = test(value, event)
      if (isRight === undefined) return absent
      if (!isRight) return broken
      if (narrow === undefined || narrow(value, event) !== false) return 1
      isNarrow = true
      return 3
    },
    reason(event) {
      const value = fieldValue(event, field)
      const operands = (isNarrow ? row.suspectValues : row.values) ?? []
      const expected = operator.expected(operands.map((operand) => current(operand, event)))
      if (isMissing(value) || !operands.some(isFieldOperand))
        return `found ${show(value)}, expected ${expected}`
      const others = operands.filter(isFieldOperand).map((operand) => operand.field)
      return `found ${show(value)}, expected ${expected} (${others.join(', ')})`
    },
  }
}

/** Compiled once where the operands are values, at each event where one is a field. */
function testOf(name: OperatorName, operands: readonly Operand[], options: TestOptions): EventTest {
  const operator = operators[name]
  if (!operands.some(isFieldOperand)) {
    const test: Test = operator.compile(operands as Scalar[], options)
    return (value) => test(value)
  }
  return (value, event) => {
    const values = operands.map((operand) => current(operand, event))
    if (values.some(isMissing)) return undefined
    try {
      return operator.compile(values, options)(value)
    } catch {
      return false // operands of another kind than the value: not equal, not above, not below
    }
  }
}

function current(operand: Operand, event: FieldlogEvent): Scalar {
  return isFieldOperand(operand) ? (fieldValue(event, operand.field) ?? null) : operand
}

import type { Scalar } from '../../event.ts'
import { type OperatorName, operators, type RegexEngine, takesFields } from '../model/operators.ts'
import { type Condition, isFieldOperand } from '../model/row.ts'

/** What is wrong with the operands of a stateless operator; undefined where they are right. */
export function operandProblem(
  row: Condition,
  operator: OperatorName,
  operands: unknown,
  regex: RegexEngine,
): string | undefined {
  const isOperand = (value: unknown) => isScalar(value) || (takesFields(operator) && isFieldOperand(value))
  if (!Array.isArray(operands) || !operands.every(isOperand)) return 'must be numbers, texts or true/false'
  if (operands.some(isFieldOperand)) return fieldOperandProblem(operator, operands)
  try {
    operators[operator].compile(operands, { ignoreCase: row.ignoreCase === true, regex })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function fieldOperandProblem(operator: OperatorName, operands: unknown[]): string | undefined {
  if (operands.some((operand) => isFieldOperand(operand) && operand.field.trim() === '')) {
    return 'name the field to compare with'
  }
  const wanted = operators[operator].operands
  if (operands.length !== wanted)
    return `needs ${wanted === 2 ? 'two values or fields' : 'a value or a field'}`
  if (operands.includes(null)) return 'needs a value'
  return undefined
}

function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
  )
}

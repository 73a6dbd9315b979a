import type { Scalar } from '../../event.ts'
import { type Sentence, sentenceIn } from '../../words/sentence.ts'
import { type OperatorName, operators, type RegexEngine, takesFields } from '../model/operators.ts'
import { type Condition, isFieldOperand } from '../model/row.ts'
import { ruleSentence } from '../model/sentences.ts'

/** What is wrong with the operands of a stateless operator; undefined where they are right. */
export function operandProblem(
  row: Condition,
  operator: OperatorName,
  operands: unknown,
  regex: RegexEngine,
): Sentence | undefined {
  const isOperand = (value: unknown) => isScalar(value) || (takesFields(operator) && isFieldOperand(value))
  if (!Array.isArray(operands) || !operands.every(isOperand)) return ruleSentence('scalars')
  if (operands.some(isFieldOperand)) return fieldOperandProblem(operator, operands)
  try {
    operators[operator].compile(operands, { ignoreCase: row.ignoreCase === true, regex })
    return undefined
  } catch (error) {
    return sentenceIn(error)
  }
}

function fieldOperandProblem(operator: OperatorName, operands: unknown[]): Sentence | undefined {
  if (operands.some((operand) => isFieldOperand(operand) && operand.field.trim() === '')) {
    return ruleSentence('compareField')
  }
  const wanted = operators[operator].operands
  if (operands.length !== wanted) return ruleSentence(wanted === 2 ? 'twoOrFields' : 'oneOrField')
  if (operands.includes(null)) return ruleSentence('value')
  return undefined
}

function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
  )
}

// What a rule is called. Browser-safe.
import { expressionOperator, isGroupOperator } from './compound.ts'
import {
  type Condition,
  completeCondition,
  isFieldOperand,
  type Operand,
  type PredicateRow,
  plain,
} from './row.ts'
import { isStatefulName, phrases } from './stateful-names.ts'

const longestName = 80

/** What a row is called in flags and reasons: its name, or its text, such as `temp is above 50`. Never throws. */
export function nameOf(row: PredicateRow): string {
  const name = plain(row.name).trim()
  if (name !== '') return name
  const condition = conditionText(row)
  const text = condition === '' ? '' : `${condition}${votesText(row)}`
  return text.length > longestName ? `${text.slice(0, longestName - 1)}…` : text
}

/** Rules that differ in this only have names of their own. */
function votesText({ votes }: PredicateRow): string {
  const { least, of } = votes ?? {}
  return least === undefined || of === undefined ? '' : `, ${plain(least)} of ${plain(of)}`
}

/** A condition as a sentence without its beginning: `battery is below 2.8 and temp is above 30`. */
export function conditionText(condition: Condition, depth = 0): string {
  const text = textOf(condition, depth)
  return condition.not === true && text !== '' ? `not (${text})` : text
}

function textOf({ field, operator, values, conditions, settings }: Condition, depth: number): string {
  if (operator === expressionOperator && Array.isArray(values)) return plain(values[0])
  if (isGroupOperator(operator) && Array.isArray(conditions) && depth < 4) {
    const parts = conditions.map((each) => {
      const part = completeCondition(each)
      const text = conditionText(part, depth + 1)
      return isGroupOperator(part.operator) && part.not !== true ? `(${text})` : text
    })
    return parts.join(` ${operator} `)
  }
  const isRange = operator === 'is between' || operator === 'is outside' || operator === 'length is outside'
  const operands = Array.isArray(values) ? values.map(operandText).join(isRange ? ' and ' : ', ') : ''
  const phrase = isStatefulName(operator) ? phrases[operator] : plain(operator)
  const per = operator === 'rate of change' ? ` a ${plain(settings?.per) || 'second'}` : ''
  return `${plain(field).trim()} ${phrase} ${operands}${per}`.trim()
}

function operandText(operand: Operand): string {
  return isFieldOperand(operand) ? operand.field : plain(operand)
}

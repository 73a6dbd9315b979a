// Whether a rule fits the kind of the field that it is about. Browser-safe.
import { isOperatorName, operators, type ValueKind } from '../model/operators.ts'
import { type Condition, isFieldOperand } from '../model/row.ts'
import { fieldOptional, isStatefulName } from '../model/stateful-names.ts'
import { show } from '../model/text.ts'

/**
 * What makes no sense because of the field's kind, in words: what no value, or every value, would be. Undefined where
 * the condition fits. For those that `rowProblems` finds right.
 */
export function kindMismatch(row: Condition, kind: ValueKind): string | undefined {
  const article = kindWords[kind]
  if (isStatefulName(row.operator)) {
    const fits = kind === 'number' || fieldOptional.has(row.operator)
    return fits ? undefined : `${row.field} is ${article}: "${row.operator}" is for numbers`
  }
  if (!isOperatorName(row.operator)) return undefined
  const operator = operators[row.operator]
  if (!operator.appliesTo.some((each) => each === kind)) {
    return `${row.field} is ${article}: "${row.operator}" makes no sense`
  }
  const ownKind =
    'textual' in operator || row.operator.endsWith('of type') || row.operator === 'length is outside'
  if (ownKind) return undefined
  const other = row.values.find((value) => !isFieldOperand(value) && typeof value !== kind)
  return other === undefined ? undefined : `${row.field} is ${article}, ${show(other)} is not`
}

const kindWords: Record<ValueKind, string> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
}

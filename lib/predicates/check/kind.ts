// Whether a rule fits the kind of the field that it is about. Browser-safe.
import type { Sentence } from '../../words/sentence.ts'
import { isOperatorName, operators, type ValueKind } from '../model/operators.ts'
import { type Condition, isFieldOperand } from '../model/row.ts'
import { ruleSentence } from '../model/sentences.ts'
import { fieldOptional, isStatefulName } from '../model/stateful-names.ts'
import { show } from '../model/text.ts'

/**
 * What makes no sense because of the field's kind, in words: what no value, or every value, would be. Undefined where
 * the condition fits. For those that `rowProblems` finds right.
 */
export function kindMismatch(row: Condition, given: ValueKind): Sentence | undefined {
  const { field, operator: name } = row
  const found = { field, kind: ruleSentence(given), operator: name }
  if (isStatefulName(row.operator)) {
    const fits = given === 'number' || fieldOptional.has(row.operator)
    return fits ? undefined : ruleSentence('kindOnlyNumbers', found)
  }
  if (!isOperatorName(row.operator)) return undefined
  const operator = operators[row.operator]
  if (!operator.appliesTo.some((each) => each === given)) {
    return ruleSentence('kindNoSense', found)
  }
  const ownKind =
    'textual' in operator || row.operator.endsWith('of type') || row.operator === 'length is outside'
  if (ownKind) return undefined
  const other = row.values.find((value) => !isFieldOperand(value) && typeof value !== given)
  return other === undefined ? undefined : ruleSentence('kindOther', { ...found, value: show(other) })
}

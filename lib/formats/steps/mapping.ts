// Maps raw values to their meaning (`ON` to true), and tidies texts.
import type { Scalar } from '../../event.ts'
import type { FieldDefinition } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'

type Value = NonNullable<Scalar>

/** names shown in a reason at most */
const mostShown = 8

/**
 * What a field's `map` makes of a value from the line: the value it stands for, a Failure, or undefined where it is
 * taken as it is.
 */
export function mapStep(field: FieldDefinition): ((raw: unknown) => Value | Failure | undefined) | undefined {
  if (field.map === undefined) return undefined
  const values = new Map(Object.entries(field.map))
  if (values.size === 0) return undefined
  const keeps = field.mapElse === 'keep'
  const names = [...values.keys()]
  const expected = names.slice(0, mostShown).map(show).join(', ') + (names.length > mostShown ? ' …' : '')
  return (raw) => {
    const text = typeof raw === 'object' ? undefined : String(raw)
    const value = text === undefined ? undefined : (values.get(text) ?? values.get(text.trim()))
    if (value !== undefined || keeps) return value
    return new Failure(`found ${show(raw)}, expected one of ${expected}`, 'map')
  }
}

/** A text without the blanks around it, and in one case, as the field says. */
export function tidy(text: string, { trim, case: letters }: FieldDefinition): string {
  const trimmed = trim ? text.trim() : text
  if (letters === undefined) return trimmed
  return letters === 'lower' ? trimmed.toLowerCase() : trimmed.toUpperCase()
}

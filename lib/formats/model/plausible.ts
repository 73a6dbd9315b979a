import type { Scalar } from '../../event.ts'
import type { FieldDefinition } from './definition.ts'

/** Whether a value keeps to the field's min, max and allowed; those of a field without them all do. */
export function isPlausible({ min, max, allowed }: FieldDefinition, value: Scalar): boolean {
  if (typeof value === 'number') {
    if (min !== undefined && value < min) return false
    if (max !== undefined && value > max) return false
  }
  return allowed === undefined || (value !== null && allowed.includes(value))
}

// The range step: rejects or clamps implausible values where a field asks for it.
import type { Scalar } from '../../event.ts'
import type { FieldDefinition } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'

type Value = NonNullable<Scalar>

/** Rejects or clamps a value; undefined where a field has no `range`, and all values pass here. */
export function rangeStep(field: FieldDefinition): ((value: Value) => Value | Failure) | undefined {
  const { range, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, allowed } = field
  if (range === undefined) return undefined
  const bounds = boundsInWords(field)
  return (value) => {
    if (typeof value === 'number' && (value < min || value > max)) {
      if (range === 'reject')
        return new Failure(`found ${inWords(value, field)}, expected ${bounds}`, 'range')
      value = value < min ? min : max
    }
    if (allowed === undefined || allowed.includes(value)) return value
    return new Failure(`found ${show(value)}, expected one of ${allowed.map(show).join(', ')}`, 'range')
  }
}

function boundsInWords(field: FieldDefinition): string {
  const { min, max } = field
  if (min !== undefined && max !== undefined) return `${inWords(min, field)} … ${inWords(max, field)}`
  if (min !== undefined) return `${inWords(min, field)} or more`
  return max === undefined ? '' : `${inWords(max, field)} or less`
}

function inWords(value: number, { type, unit }: FieldDefinition): string {
  if (type === 'time') return new Date(value).toISOString()
  return unit === undefined ? String(value) : `${value} ${unit}`
}

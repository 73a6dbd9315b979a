// How values read in reasons and names.
import type { Scalar } from '../../event.ts'

const longest = 60

/** A value for a reader: text in quotes and cut to 60 characters, null and absence as `nothing`. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') {
    return JSON.stringify(value.length > longest ? `${value.slice(0, longest - 1)}…` : value)
  }
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return `a value of type ${Array.isArray(value) ? 'array' : typeof value}`
}

/** `1`, `1 or 2`, `1, 2 or 3`; past eight values the count of the rest. */
export function showList(values: readonly Scalar[]): string {
  const shown = values.slice(0, 8).map(show)
  if (values.length > 8) return `${shown.join(', ')} or ${values.length - 8} more`
  const last = shown.pop() ?? 'nothing'
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`
}

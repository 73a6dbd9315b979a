// Predicates that follow from the plausible ranges that formats declare. Browser-safe: the panel shows the same rows.
import type { Scalar } from '../../event.ts'
import type { FieldDefinition, FormatDefinition } from '../../formats/model/definition.ts'
import { newRow, type PredicateRow } from './row.ts'

/**
 * One row `<field> range` for a field with min or max, one `<field> allowed` for a field with allowed values,
 * for the format's type only. An event does not tell which of several formats of one type took its line: where
 * those differ, the widest range and all allowed values count, and a field unbounded in one is unbounded.
 */
export function defaultRows(formats: readonly FormatDefinition[]): PredicateRow[] {
  const rows: PredicateRow[] = []
  for (const [type, fields] of fieldsByType(formats)) {
    for (const [name, definitions] of fields) {
      const range = rangeOf(definitions)
      if (range) rows.push({ ...newRow, name: `${name} range`, field: name, types: [type], ...range })
      const values = allowedOf(definitions)
      if (values) {
        rows.push({
          ...newRow,
          name: `${name} allowed`,
          field: name,
          types: [type],
          operator: 'is none of',
          values,
        })
      }
    }
  }
  return rows
}

/** Type to the visible fields that its formats declare, by name; more than one where formats share the type. */
export function fieldsByType(
  formats: readonly FormatDefinition[],
): Map<string, Map<string, FieldDefinition[]>> {
  const types = new Map<string, Map<string, FieldDefinition[]>>()
  for (const { type, fields } of formats) {
    const known = types.get(type) ?? new Map<string, FieldDefinition[]>()
    types.set(type, known)
    for (const field of fields) {
      if (!field.hidden) known.set(field.name, [...(known.get(field.name) ?? []), field])
    }
  }
  return types
}

function rangeOf(fields: FieldDefinition[]): Pick<PredicateRow, 'operator' | 'values'> | undefined {
  const min = bound(fields, (field) => field.min, Math.min)
  const max = bound(fields, (field) => field.max, Math.max)
  if (min !== undefined && max !== undefined) return { operator: 'is outside', values: [min, max] }
  if (min !== undefined) return { operator: 'is below', values: [min] }
  if (max !== undefined) return { operator: 'is above', values: [max] }
  return undefined
}

function bound(
  fields: FieldDefinition[],
  of: (field: FieldDefinition) => number | undefined,
  widest: (...bounds: number[]) => number,
): number | undefined {
  const bounds = fields.map(of).filter((value) => value !== undefined)
  return bounds.length < fields.length ? undefined : widest(...bounds)
}

function allowedOf(fields: FieldDefinition[]): Scalar[] | undefined {
  const lists = fields.map((field) => field.allowed ?? [])
  return lists.some((list) => list.length === 0) ? undefined : [...new Set(lists.flat())]
}

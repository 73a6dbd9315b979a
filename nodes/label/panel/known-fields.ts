// What the formats of the workspace declare, also those that are not deployed yet.
import type { FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import type { ValueKind } from '../../../lib/predicates/model/operators.ts'

/** A field that at least one format has. */
export interface KnownField {
  name: string
  unit: string
  /** the types of the formats that declare it */
  types: string[]
  /** what its values are; undefined where the formats differ */
  kind: ValueKind | undefined
}

/** The fields of these formats by name, in the order in which they come first. */
export function knownFields(formats: readonly FormatDefinition[]): Map<string, KnownField> {
  const fields = new Map<string, KnownField>()
  for (const { type, fields: definitions } of formats) {
    for (const definition of definitions) {
      if (definition.hidden) continue
      const { name, unit = '' } = definition
      const known = fields.get(name) ?? { name, unit, types: [], kind: kindOf(definition) }
      if (!known.types.includes(type)) known.types.push(type)
      if (known.kind !== kindOf(definition)) known.kind = undefined
      fields.set(name, known)
    }
  }
  return fields
}

function kindOf({ type }: FieldDefinition): ValueKind {
  return type === 'string' || type === 'boolean' ? type : 'number'
}

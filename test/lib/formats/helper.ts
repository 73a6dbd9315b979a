// Shortcuts for the tests of formats.
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { CleanEvent, Outcome } from '../../../lib/formats/format.ts'
import type {
  Decoder,
  FieldDefinition,
  FormatDefinition,
  Recogniser,
} from '../../../lib/formats/model/definition.ts'

export function format(
  decoder: Decoder,
  fields: FieldDefinition[],
  takes?: Recogniser,
  rest: Partial<FormatDefinition> = {},
): FormatDefinition {
  return { type: 'test', decoder, fields, ...(takes === undefined ? {} : { takes }), ...rest }
}

export function number(name: string, rest: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type: 'number', ...rest }
}

export function integer(name: string, rest: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type: 'integer', ...rest }
}

export function text(name: string, rest: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type: 'string', ...rest }
}

/** What becomes of a payload from ttyUSB0. */
export function outcome(definitions: FormatDefinition | FormatDefinition[], payload: unknown): Outcome {
  return compileFormats([definitions].flat()).decode({ payload, source: 'ttyUSB0' })
}

/** The one clean event; throws what became of the payload instead. */
export function clean(definitions: FormatDefinition | FormatDefinition[], payload: unknown): CleanEvent {
  const result = outcome(definitions, payload)
  if (result.kind !== 'clean' || result.events.length !== 1) throw new Error(JSON.stringify(result))
  return result.events[0] as CleanEvent
}

/** The data of the one clean event, or the reasons, or `unknown`. */
export function decoded(definitions: FormatDefinition | FormatDefinition[], payload: unknown): unknown {
  const result = outcome(definitions, payload)
  if (result.kind === 'clean') return result.events[0]?.data
  return result.kind === 'rejected' ? result.reasons : 'unknown'
}

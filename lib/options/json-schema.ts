// The JSON Schema of a node's options, for tools and people that write flows without the editor.
import { rangeText } from './check.ts'
import {
  type Field,
  type Fields,
  isChoice,
  isConfigNode,
  isFlag,
  isNumber,
  isOptional,
  type NumberField,
} from './fields.ts'
import { referencePattern } from './reference.ts'

export type JsonSchema = Record<string, unknown>

/**
 * The schema (draft 2020-12) of a node's properties in a flow file. It accepts what the check accepts, except for
 * texts: JSON Schema cannot compare the number in a text with a range, nor run the rules of a topic or an address.
 * Node-RED's own properties (id, x, y, wires …) stand beside them, so that others are allowed.
 */
export function jsonSchema(type: string, options: Fields): JsonSchema {
  const entries = Object.entries(options)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type,
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, propertySchema(field)])),
    required: entries.filter(([, field]) => isConfigNode(field) && !isOptional(field)).map(([name]) => name),
  }
}

function propertySchema(field: Field): JsonSchema {
  const { title, env } = field
  const forms = [...valueForms(field), ...(env ? [{ type: 'string', pattern: referencePattern.source }] : [])]
  return {
    title,
    ...describe(field),
    ...(!isOptional(field) && !isConfigNode(field) && { default: field.default }),
    ...(forms.length === 1 ? forms[0] : { anyOf: forms }),
  }
}

function describe(field: Field): JsonSchema {
  const range = isNumber(field) ? `${rangeText(field).replace(/^a/, 'A')}.` : undefined
  const description = [field.description, range].filter((part) => part !== undefined).join(' ')
  return description === '' ? {} : { description }
}

/** The forms in which a value may stand in a flow file. */
function valueForms(field: Field): JsonSchema[] {
  if (isConfigNode(field)) {
    return [isOptional(field) ? { type: ['string', 'null'] } : { type: 'string', pattern: '\\S' }]
  }
  if (isNumber(field)) return [numberForm(field), textForm('[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?')]
  if (isChoice(field)) return [{ enum: field.enum }, textForm(field.enum.map(literal).join('|'))]
  if (isFlag(field)) return [{ type: 'boolean' }, textForm('true|false')]
  return [{ type: ['string', 'number', 'null'] }]
}

function numberForm({ type, minimum, maximum }: NumberField): JsonSchema {
  return { type, minimum, maximum }
}

/** A text that holds a value, or nothing. */
function textForm(value: string): JsonSchema {
  return { type: ['string', 'null'], pattern: `^\\s*(${value})?\\s*$` }
}

function literal(value: string | number): string {
  return String(value).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

// A small JSON Schema validator: it knows only what our published schema uses, and says where a file does not follow
// it.

import { show } from '../model/text.ts'
import { alternatives } from '../words/sentences.ts'
import { isObject, type Problems } from './problems.ts'

export interface Schema {
  $ref?: string
  const?: unknown
  enum?: readonly unknown[]
  type?: string | readonly string[]
  properties?: Readonly<Record<string, Schema>>
  additionalProperties?: false | Schema
  required?: readonly string[]
  items?: Schema
  maxItems?: number
  oneOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  $defs?: Readonly<Record<string, Schema>>
}

/**
 * Tells where a JSON value has properties that the schema does not name, or lists and objects where it wants others.
 * What the values must be beyond that is for `checkDefinition` to say, in better words.
 */
export function checkShape(
  value: unknown,
  schema: Schema,
  root: Schema,
  path: string,
  problems: Problems,
): void {
  const own = resolve(schema, root)
  if (own.oneOf !== undefined) {
    const kind = isObject(value) ? value.kind : undefined
    const chosen = own.oneOf.find((each) => resolve(each, root).properties?.kind?.const === kind)
    // an unknown kind is told by the definition's own check
    if (chosen !== undefined) checkShape(value, chosen, root, path, problems)
    return
  }
  if (isObject(value) && own.properties !== undefined) checkProperties(value, own, root, path, problems)
  if (!Array.isArray(value) || own.items === undefined) return
  if (own.maxItems !== undefined && value.length > own.maxItems) {
    problems.add(path, 'tooManyItems', { count: String(value.length), most: String(own.maxItems) })
    return
  }
  for (const [i, item] of value.entries()) checkShape(item, own.items, root, `${path}[${i}]`, problems)
}

function checkProperties(
  value: Record<string, unknown>,
  schema: Schema,
  root: Schema,
  path: string,
  problems: Problems,
): void {
  const properties = schema.properties ?? {}
  for (const [name, part] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if (Object.hasOwn(properties, name)) {
      checkShape(part, properties[name] as Schema, root, at, problems)
    } else if (schema.additionalProperties === false) {
      problems.add(at, 'noSuchProperty', { names: alternatives(Object.keys(properties)) })
    }
  }
}

/** The schema itself, or the one that it refers to: `#/$defs/<name>`. */
function resolve(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')]
  if (target === undefined) throw new Error(`the schema refers to ${show(schema.$ref)}, which is not there`)
  return target
}

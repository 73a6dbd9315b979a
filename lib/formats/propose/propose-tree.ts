// Guesses at JSON, sections and stored events: a field for each value in the tree.

import { isObject } from '../check/problems.ts'
import { parsePython } from '../decoders/python.ts'
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'
import { guessField, keyOf, typeName, withOwnNames } from './propose-fields.ts'
import { deviceTime } from './propose-text.ts'

const mostFields = 60
const deepest = 4

/** For values of the same shape; what is no object is left out. */
export function guessTree(
  kind: 'json' | 'sections',
  values: readonly unknown[],
): FormatDefinition | undefined {
  const roots = values.map(dataOf).filter(isObject)
  const fields = fieldsOf(roots)
  if (fields.length === 0) return undefined
  const [name = kind] = Object.keys(roots[0] ?? {})
  return {
    type: typeName(kind === 'json' ? 'json' : name),
    decoder: { kind },
    fields,
    ...keyOf(fields, new Map()),
    ...deviceTime(fields),
  }
}

export function guessStored(lines: readonly string[]): FormatDefinition | undefined {
  const values = lines.map((line) => parsePython(line.slice(line.indexOf(':') + 1)))
  const fields = fieldsOf(values.map(dataOf).filter(isObject))
  const hasTime = values.some((value) => isObject(value) && typeof value.timestamp === 'number')
  const at: FieldDefinition = { name: 'at', from: 'timestamp', type: 'time', time: 's', hidden: true }
  if (fields.length === 0) return undefined
  return {
    type: 'stored',
    decoder: { kind: 'stored-event' },
    fields: withOwnNames(hasTime ? [...fields, at] : fields),
    ...(hasTime ? { time: 'at' } : {}),
  }
}

/** `{eventId, data}` holds its fields in `data`. */
function dataOf(value: unknown): unknown {
  if (!isObject(value)) return value
  const hasId = value.eventId !== undefined || value.event_id !== undefined
  return hasId && isObject(value.data) ? value.data : value
}

function fieldsOf(roots: ReadonlyArray<Record<string, unknown>>): FieldDefinition[] {
  const found = new Map<string, unknown[]>()
  for (const root of roots) collect(root, '', 0, found)
  const fields = [...found]
    .slice(0, mostFields)
    .map(([path, values]) => guessField(path, path, values))
    .filter((field) => field !== undefined)
  return withOwnNames(fields)
}

function collect(value: unknown, path: string, depth: number, found: Map<string, unknown[]>): void {
  if (depth > deepest || found.size > mostFields * 2) return
  if (Array.isArray(value)) {
    for (const [i, item] of value.slice(0, 20).entries()) collect(item, `${path}[${i}]`, depth + 1, found)
  } else if (isObject(value)) {
    for (const [key, part] of Object.entries(value)) {
      const name = key.replace(/[\\.[\]]/g, '\\$&')
      collect(part, path === '' ? name : `${path}.${name}`, depth + 1, found)
    }
  } else if (path !== '') found.set(path, [...(found.get(path) ?? []), value])
}

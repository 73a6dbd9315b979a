// Decoder json: paths into a JSON text or a structured event; own properties only.
import type { FieldDefinition, Recogniser } from '../definition.ts'
import { Failure } from '../failure.ts'
import { type Line, parseJson } from '../line.ts'
import { show } from '../text.ts'
import type { LineDecoder, Reader } from './decoder.ts'

interface OpenedJson {
  /** where the paths begin: in `{eventId, data}` at data */
  root: object
  eventId: string | number | undefined
}

/** Takes structured events, and texts that begin (after the prefix) with `{` or `[`. */
export function jsonDecoder(takes: Recogniser, fields: readonly FieldDefinition[]): LineDecoder<OpenedJson> {
  const prefix = takes.prefix ?? ''
  return {
    takes: (line) => {
      if (line.text === undefined) {
        return prefix === '' && typeof line.structured === 'object' && line.structured !== null
      }
      return (
        line.text.startsWith(prefix) && /^\s*[{[]/.test(line.text.slice(prefix.length, prefix.length + 100))
      )
    },
    open: (line) => {
      const value = jsonValue(line, prefix)
      if (value instanceof SyntaxError) return new Failure(`json: found ${value.message}, expected JSON`)
      if (typeof value !== 'object' || value === null) {
        return new Failure(`json: found ${show(value)}, expected an object or a list`)
      }
      return unwrap(value)
    },
    eventId: (opened) => opened.eventId,
    readers: fields.map((field) => pathReader(String(field.from ?? field.name))),
  }
}

function jsonValue(line: Line, prefix: string): unknown {
  if (line.text === undefined) return line.structured
  return prefix === '' ? line.json() : parseJson(line.text.slice(prefix.length))
}

/** `{eventId, data}` and `{event_id, data}` are events with an id of their own; anything else is its own data. */
function unwrap(value: object): OpenedJson {
  const eventId = own(value, 'eventId') ?? own(value, 'event_id')
  const data = own(value, 'data')
  const isId = typeof eventId === 'string' || (typeof eventId === 'number' && Number.isFinite(eventId))
  if (isId && typeof data === 'object' && data !== null) return { root: data, eventId }
  return { root: value, eventId: undefined }
}

function pathReader(path: string): Reader<OpenedJson> {
  const steps = parsePath(path)
  const only = steps.length === 1 ? steps[0] : undefined
  if (only !== undefined) return ({ root }) => own(root, only) ?? undefined
  return ({ root }) => {
    let value: unknown = root
    for (const step of steps) {
      if (typeof value !== 'object' || value === null) return undefined
      value = own(value, step)
    }
    return value ?? undefined
  }
}

function own(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}

/** `a.b[0].c` as its steps; a `\` before a dot or a bracket makes it a part of the name. */
export function parsePath(path: string): string[] {
  const steps: string[] = []
  let step = ''
  let closed = false
  for (let i = 0; i < path.length; i++) {
    const character = path[i]
    if (character === '\\' && i + 1 < path.length) step += path[++i]
    else if (character === '.' || character === '[') {
      const isStart = character === '[' && i === 0
      if (!isStart && (!closed || step !== '')) steps.push(step)
      step = ''
      closed = false
    } else if (character === ']') {
      steps.push(step)
      step = ''
      closed = true
    } else step += character
  }
  if (!closed || step !== '') steps.push(step)
  return steps
}

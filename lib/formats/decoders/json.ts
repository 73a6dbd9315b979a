// Decoder json: paths into a JSON text or a structured event; own properties only.

import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, JsonDecoder, Recogniser } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { type Line, parseJson } from '../model/line.ts'
import { show } from '../model/text.ts'
import { type Enveloped, envelopeReader, unwrap } from './envelope.ts'
import { pathReader } from './paths.ts'

/** longer texts are rejected: one that is deeply nested takes the parser seconds */
const longestJson = 1_000_000
/** events of one line at most */
const mostEvents = 1_000

interface OpenedJson extends Enveloped {
  items: unknown[]
}

/** Takes structured events, and texts that begin (after the prefix) with `{` or `[`. */
export function jsonDecoder(
  decoder: JsonDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<OpenedJson> {
  const prefix = takes.prefix ?? ''
  const readers = fields.map((field) => envelopeReader(String(field.from ?? field.name)))
  const common = {
    takes: (line: Line) => {
      if (line.text === undefined) {
        return prefix === '' && typeof line.structured === 'object' && line.structured !== null
      }
      return (
        line.text.startsWith(prefix) && /^\s*[{[]/.test(line.text.slice(prefix.length, prefix.length + 100))
      )
    },
    open: (line: Line) => {
      const length = line.text?.length ?? 0
      if (length > longestJson) {
        return new Failure(`json: found ${length} characters, expected ${longestJson} at most`)
      }
      const value = jsonValue(line, prefix)
      if (value instanceof SyntaxError) return new Failure(`json: found ${value.message}, expected JSON`)
      if (typeof value !== 'object' || value === null) {
        return new Failure(`json: found ${show(value)}, expected an object or a list`)
      }
      return { ...unwrap(value), items: [] }
    },
    eventId: (opened: OpenedJson) => opened.eventId,
    readers,
  }
  return decoder.each === undefined ? common : { ...common, ...listOf(decoder.each) }
}

/** An event for each item of the list at the path. */
function listOf(path: string): Pick<LineDecoder<OpenedJson>, 'count' | 'select'> {
  const read = path === '' ? (root: object) => root : pathReader(path)
  return {
    count: (opened) => {
      const list = read(opened.root)
      if (!Array.isArray(list) || list.length === 0) {
        return new Failure(`json: found ${show(list)} at ${show(path)}, expected a list with items`)
      }
      if (list.length > mostEvents) {
        return new Failure(
          `json: found ${list.length} items at ${show(path)}, expected ${mostEvents} at most`,
        )
      }
      opened.items = list
      return list.length
    },
    select: (opened, part) => {
      const item = opened.items[part]
      opened.root = typeof item === 'object' && item !== null ? item : { value: item }
    },
  }
}

function jsonValue(line: Line, prefix: string): unknown {
  if (line.text === undefined) return line.structured
  return prefix === '' ? line.json() : parseJson(line.text.slice(prefix.length))
}

// Decoder json: paths into a JSON text or a structured event; own properties only.

import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, JsonDecoder, Recogniser } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { type Line, parseJson } from '../model/line.ts'
import { show } from '../model/text.ts'
import { parseLenientJson } from '../notation/lenient-json.ts'
import { type Enveloped, envelopeReader, unwrap } from './envelope.ts'
import { pathReader } from './paths.ts'

/** longer texts are rejected: one that is deeply nested takes the parser seconds */
const longestJson = 1_000_000
/** events of one line at most */
const mostEvents = 1_000

interface OpenedJson extends Enveloped {
  /** what the line holds: one value, or several where the decoder is lenient */
  values: object[]
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
      const values = decoder.lenient ? lenientValues(line, prefix) : strictValue(line, prefix)
      if (values instanceof Failure) return values
      const wrong = values.find((value) => typeof value !== 'object' || value === null)
      if (wrong !== undefined) {
        return new Failure(`json: found ${show(wrong)}, expected an object or a list`)
      }
      return { ...unwrap(values[0] as object), values: values as object[], items: [] }
    },
    eventId: (opened: OpenedJson) => opened.eventId,
    readers,
  }
  if (decoder.each !== undefined) return { ...common, ...listOf(decoder.each) }
  return decoder.lenient ? { ...common, ...oneByOne } : common
}

/** An event for each of several objects in a line. */
const oneByOne: Pick<LineDecoder<OpenedJson>, 'count' | 'select'> = {
  count: ({ values }) => values.length,
  select: (opened, part) => Object.assign(opened, unwrap(opened.values[part] as object)),
}

/** An event for each item of the list at the path. */
function listOf(path: string): Pick<LineDecoder<OpenedJson>, 'count' | 'select'> {
  const read = path === '' ? (root: object) => root : pathReader(path)
  return {
    count: (opened) => {
      const lists = opened.values.map((value) => read(unwrap(value).root))
      const wrong = lists.find((list) => !Array.isArray(list) || list.length === 0)
      if (wrong !== undefined || lists.includes(undefined)) {
        return new Failure(`json: found ${show(wrong)} at ${show(path)}, expected a list with items`)
      }
      const items = lists.length === 1 ? (lists[0] as unknown[]) : lists.flat()
      if (items.length > mostEvents) {
        return new Failure(
          `json: found ${items.length} items at ${show(path)}, expected ${mostEvents} at most`,
        )
      }
      opened.items = items
      return items.length
    },
    select: (opened, part) => {
      const item = opened.items[part]
      opened.root = typeof item === 'object' && item !== null ? item : { value: item }
    },
  }
}

function strictValue(line: Line, prefix: string): unknown[] | Failure {
  if (line.text === undefined) return [line.structured]
  const value = prefix === '' ? line.json() : parseJson(line.text.slice(prefix.length))
  return value instanceof SyntaxError ? new Failure(`json: found ${value.message}, expected JSON`) : [value]
}

/** whole numbers that may be too great for a double */
const longNumber = /\d{16}/

function lenientValues(line: Line, prefix: string): unknown[] | Failure {
  const { text } = line
  if (text === undefined) return [line.structured]
  const value = longNumber.test(text) ? undefined : strictValue(line, prefix)
  if (Array.isArray(value)) return value
  const values = parseLenientJson(text.slice(prefix.length))
  return values instanceof Failure ? new Failure(`json: ${values.reason}`) : values
}

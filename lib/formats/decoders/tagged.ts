// Decoder tagged: a tag and its values in each line, as meters write them.

import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, Recogniser, TaggedDecoder } from '../model/definition.ts'
import { findSeparator, skipSeparator } from './separator.ts'

const taggedDefaults = { valueSeparator: '(' } as const

/** What stands behind each tag that a field wants. */
type Values = Array<string | undefined>

/**
 * Takes lines that begin with the prefix or, without one, that have at least one of the fields' tags. Of a tag that
 * comes twice, the last counts.
 */
export function taggedDecoder(
  decoder: TaggedDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Values> {
  const separator = decoder.valueSeparator || taggedDefaults.valueSeparator
  const inBrackets = separator === '('
  const prefix = takes.prefix ?? ''
  const wanted = fields.map((field) => tagPlace(String(field.from ?? field.name)))
  const places = new Map([...new Set(wanted.map(({ tag }) => tag))].map((tag, place) => [tag, place]))
  const values: Values = new Array(places.size).fill(undefined)

  const scan = (text: string): boolean => {
    values.fill(undefined)
    let found = false
    /** of the tag that a line without one goes on with */
    let last: number | undefined
    let next = -1
    for (let at = 0; at <= text.length; ) {
      let end = text.indexOf('\n', at)
      if (end < 0) end = text.length
      if (next < at) next = findSeparator(text, at, separator)
      const tagEnd = Math.min(next, end)
      if (tagEnd === at && inBrackets && end > at) {
        if (last !== undefined) values[last] += text.slice(at, end)
      } else {
        last = tagEnd < end ? places.get(text.slice(at, tagEnd).trim()) : undefined
        if (last !== undefined) {
          values[last] = text.slice(inBrackets ? tagEnd : skipSeparator(text, tagEnd, separator), end)
          found = true
        }
      }
      at = end + 1
    }
    return found
  }

  return {
    takes: ({ text }) => text !== undefined && (prefix === '' ? scan(text) : text.startsWith(prefix)),
    open: ({ text }) => {
      if (prefix !== '') scan(text ?? '')
      return values
    },
    readers: wanted.map(({ tag, index }) => {
      const place = places.get(tag) as number
      const valueAt = inBrackets ? bracketed : separated
      return (opened) => {
        const rest = opened[place]
        return rest === undefined ? undefined : valueAt(rest, index, separator)
      }
    }),
  }
}

/** `tag`, `tag[1]` or `tag[-1]` */
function tagPlace(from: string): { tag: string; index: number } {
  const match = /^(.*)\[(-?\d{1,3})\]$/s.exec(from)
  return match ? { tag: match[1] as string, index: Number(match[2]) } : { tag: from, index: 0 }
}

/** `(a)(b*kWh)`: the value's unit stands behind a star. */
function bracketed(rest: string, index: number): string | undefined {
  let at = index < 0 ? rest.length : -1
  const count = index < 0 ? -index : index + 1
  for (let i = 0; i < count; i++) {
    if (index < 0 && at <= 0) return undefined
    at = index < 0 ? rest.lastIndexOf('(', at - 1) : rest.indexOf('(', at + 1)
    if (at < 0) return undefined
  }
  const close = rest.indexOf(')', at)
  if (close < 0) return undefined
  const value = rest.slice(at + 1, close)
  return value.includes('*') ? value.replace('*', ' ') : value
}

function separated(rest: string, index: number, separator: string): string | undefined {
  if (index === 0) return rest.slice(0, findSeparator(rest, 0, separator)).trim()
  const parts: string[] = []
  for (let at = 0; ; ) {
    const end = findSeparator(rest, at, separator)
    parts.push(rest.slice(at, end).trim())
    if (end >= rest.length) break
    at = skipSeparator(rest, end, separator)
  }
  return parts.at(index)
}

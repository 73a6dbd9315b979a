// Decoder key-values: `a:1,b:2`, `a=1 b=2` …

import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, KeyValuesDecoder, Recogniser } from '../model/definition.ts'
import { findSeparator, skipBlanks, skipSeparator, startsWithSeparator } from './separator.ts'

const keyValuesDefaults = { pairSeparator: ',', valueSeparator: ':' } as const

/** One place for each key that a field wants. */
type Values = Array<string | undefined>

/**
 * Takes lines that begin with the prefix or, without one, that hold at least one of the fields' keys. The prefix is
 * cut off unless it is itself a key (`MSG` of `MSG:1,P1:157`). Of a key that comes twice, the last value counts.
 */
export function keyValuesDecoder(
  decoder: KeyValuesDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Values> {
  const pair = decoder.pairSeparator || keyValuesDefaults.pairSeparator
  const equals = decoder.valueSeparator || keyValuesDefaults.valueSeparator
  const prefix = takes.prefix ?? ''
  const keys = fields.map((field) => String(field.from ?? field.name))
  const places = new Map([...new Set(keys)].map((key, place) => [key, place]))
  const values: Values = new Array(places.size).fill(undefined)

  const scan = (text: string): boolean => {
    values.fill(undefined)
    let found = false
    let at = prefix !== '' && !startsWithSeparator(text, prefix.length, equals) ? prefix.length : 0
    let middle = -1
    while (at < text.length) {
      at = skipBlanks(text, at)
      const end = findSeparator(text, at, pair)
      if (middle < at) middle = findSeparator(text, at, equals)
      if (middle >= text.length) break
      const place = middle < end ? places.get(text.slice(at, middle).trim()) : undefined
      if (place !== undefined) {
        values[place] = text.slice(skipSeparator(text, middle, equals), end).trim()
        found = true
      }
      at = skipSeparator(text, end, pair)
    }
    return found
  }

  return {
    takes: ({ text }) => text !== undefined && (prefix === '' ? scan(text) : text.startsWith(prefix)),
    open: ({ text }) => {
      if (prefix !== '') scan(text ?? '')
      return values
    },
    readers: keys.map((key) => {
      const place = places.get(key) as number
      return (opened) => opened[place]
    }),
  }
}

// Decoder pattern: a regular expression with named groups.

import { compilePattern } from '../../options/pattern.ts'
import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, PatternDecoder, Recogniser } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'

/** longer texts are not looked at: linear time is not yet little time */
export const longestText = 65536

type Groups = (index: number) => string | null

/** Takes lines that begin with the prefix or, without one, that the pattern matches. It sees the whole line. */
export function patternDecoder(
  decoder: PatternDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Groups> {
  const compiled = compilePattern(decoder.pattern, { ignoreCase: decoder.ignoreCase === true })
  const names = compiled.namedGroups()
  const prefix = takes.prefix ?? ''
  let groups: Groups | undefined

  const match = (text: string): boolean => {
    const matcher = text.length > longestText ? undefined : compiled.matcher(text)
    groups = matcher?.find() ? (index) => matcher.group(index) : undefined
    return groups !== undefined
  }

  return {
    takes: ({ text }) => text !== undefined && (prefix === '' ? match(text) : text.startsWith(prefix)),
    open: ({ text = '' }) => {
      if (prefix !== '') match(text)
      return groups ?? new Failure(`pattern: found ${show(text)}, expected it to match`)
    },
    readers: fields.map((field) => {
      const name = String(field.from ?? field.name)
      const index = Object.hasOwn(names, name) ? names[name] : undefined
      return index === undefined ? () => undefined : (opened) => opened(index) ?? undefined
    }),
  }
}

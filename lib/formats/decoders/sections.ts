// Decoder sections: `Name: key=value; key=value; Name: value; value` …, and the same as a structured event.

import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, Recogniser } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { type Enveloped, unwrap } from './envelope.ts'
import { pathReader } from './paths.ts'
import { parseSections } from './section-text.ts'

/** longer lines are not looked at */
const longestText = 65_536

/**
 * Takes lines that begin with the prefix or, without one, texts and structured events that hold at least one of the
 * fields.
 */
export function sectionsDecoder(
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Enveloped> {
  const prefix = takes.prefix ?? ''
  const reads = fields.map((field) => pathReader(String(field.from ?? field.name)))
  const names = [...new Set(fields.map((field) => sectionName(String(field.from ?? field.name))))]
  let parsed: Enveloped | Failure = new Failure('')

  const isOneOf = (text: string): boolean =>
    text.length <= longestText && names.some((name) => text.includes(`${name}:`))
  return {
    takes: ({ text, structured }) => {
      if (text !== undefined && (prefix === '' ? !isOneOf(text) : !text.startsWith(prefix))) return false
      if (text === undefined && (prefix !== '' || typeof structured !== 'object' || structured === null)) {
        return false
      }
      parsed = text === undefined ? unwrap(structured as object) : opened(text)
      if (prefix !== '' || parsed instanceof Failure) return text !== undefined
      const { root } = parsed
      return reads.some((read) => read(root) !== undefined)
    },
    open: () => parsed,
    eventId: ({ eventId }) => eventId,
    readers: reads.map(
      (read) =>
        ({ root }) =>
          read(root),
    ),
  }
}

function opened(text: string): Enveloped | Failure {
  const sections = text.length > longestText ? new Failure('found too long a text') : parseSections(text)
  if (sections instanceof Failure) return new Failure(`sections: ${sections.reason}`)
  return { root: sections, eventId: undefined, envelope: undefined }
}

/** `Line` of `Line.Current` and of `Line[0]`. */
function sectionName(path: string): string {
  return path.split(/[.[]/, 1)[0] as string
}

// Decoder stored-event: what the dual-buffer event logger prints, `Stored Event: {'eventId': 1, …}`.

import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, Recogniser } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'
import { type Enveloped, envelopeReader, unwrap } from './envelope.ts'
import { parsePython } from './python.ts'

const storedEventPrefix = 'Stored Event:'

/** Takes lines that begin with the prefix, by default `Stored Event:`; a Python dict must follow. */
export function storedEventDecoder(
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Enveloped> {
  const prefix = takes.prefix || storedEventPrefix
  return {
    takes: ({ text }) => text?.startsWith(prefix) === true,
    open: ({ text = '' }) => {
      const value = parsePython(text.slice(prefix.length))
      if (value instanceof Failure) return new Failure(`stored event: ${value.reason}`)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return new Failure(`stored event: found ${show(value)}, expected {'eventId': …, 'data': {…}}`)
      }
      return unwrap(value)
    },
    eventId: (opened) => opened.eventId,
    readers: fields.map((field) => envelopeReader(String(field.from ?? field.name))),
  }
}

// What a body is, by its Content-Type: text, JSON or JSON lines, and its characters.
import { Refusal } from './refusal.ts'

export type ContentKind = 'text' | 'json' | 'json-lines'

export interface Content {
  kind: ContentKind
  text: string
}

/** A body without a Content-Type. */
export type Untyped = 'refuse' | 'text'

const jsonLines: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
])

/** Names of character sets, and how a TextDecoder calls them. */
const charsets: ReadonlyMap<string, string> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['latin1', 'latin1'],
  ['latin-1', 'latin1'],
  ['iso-8859-1', 'latin1'],
  ['windows-1252', 'windows-1252'],
  ['utf-16', 'utf-16le'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
])

/** The text of a body; a Refusal where its type or its characters cannot be read. */
export function readContent(body: Uint8Array, type: string | undefined, untyped: Untyped): Content | Refusal {
  const kind = kindOf(type, untyped)
  if (kind === undefined) return unknownType(type)
  const name = charsetOf(type)
  const charset = charsets.get(name)
  if (charset === undefined) {
    return new Refusal(415, {
      error: `Unable to decode content-type ${JSON.stringify(type)}.`,
      reason: `found the character set ${JSON.stringify(name)}, expected utf-8, latin1 or utf-16`,
    })
  }
  try {
    return { kind, text: decoderOf(charset, name === 'utf-16' ? body : undefined).decode(body) }
  } catch {
    const reason = `found bytes that are not ${name}, expected text`
    return new Refusal(400, { error: 'The body cannot be read.', reason })
  }
}

function kindOf(type: string | undefined, untyped: Untyped): ContentKind | undefined {
  if (type === undefined || type.trim() === '') return untyped === 'text' ? 'text' : undefined
  const name = type.split(';', 1)[0]!.trim().toLowerCase()
  if (name === 'text/plain') return 'text'
  if (jsonLines.has(name)) return 'json-lines'
  return name === 'application/json' || /^application\/[^/]+\+json$/.test(name) ? 'json' : undefined
}

function charsetOf(type: string | undefined): string {
  const given = /;\s*charset\s*=\s*("?)([^";]*)\1/i.exec(type ?? '')?.[2]
  return given === undefined ? 'utf-8' : given.trim().toLowerCase()
}

/** @param body of UTF-16 whose order of bytes is not said: its mark tells */
function decoderOf(charset: string, body: Uint8Array | undefined): TextDecoder {
  const isBigEndian = body?.[0] === 0xfe && body[1] === 0xff
  return new TextDecoder(isBigEndian ? 'utf-16be' : charset, { fatal: true })
}

function unknownType(type: string | undefined): Refusal {
  return new Refusal(
    415,
    {
      error: `Unable to decode content-type ${JSON.stringify(type ?? 'None')}.`,
      reason: 'expected text/plain, application/json or application/x-ndjson',
    },
    { accept: 'text/plain, application/json, application/x-ndjson' },
  )
}

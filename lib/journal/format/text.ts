// Escapes a device's bytes to one line of plain UTF-8, and back to the very same bytes (docs/journal-format.md,
// "The text of a line").
import { isUtf8 } from 'node:buffer'

// C0, DEL, the backslash, C1, U+2028, U+2029, U+FEFF
const special = /[\x00-\x1f\x7f\\\u0080-\u009f\u2028\u2029\ufeff]/
const specials = /[\x00-\x1f\x7f\\\u0080-\u009f\u2028\u2029\ufeff]/g
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The journal's text of a line. A string is taken as its UTF-8 bytes (lone surrogates as U+FFFD), a Buffer
 * byte by byte where it is not valid UTF-8.
 */
export function escapeText(line: string | Uint8Array): string {
  if (typeof line === 'string')
    return special.test(line) ? escapeString(line.toWellFormed()) : line.toWellFormed()
  if (isUtf8(line)) return escapeText(strictDecoder.decode(line))
  return escapeInvalid(line)
}

/** The bytes that `escapeText` was given. Throws a SyntaxError where the text is not one it writes. */
export function unescapeBytes(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text, 'utf8')
  const parts: Buffer[] = []
  let from = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    const byte = /^\\x([0-9a-f]{2})/.exec(text.slice(at, at + 4))?.[1]
    if (byte === undefined) throw new SyntaxError(`a backslash that starts no \\xhh at character ${at}`)
    parts.push(Buffer.from(text.slice(from, at), 'utf8'), Buffer.of(Number.parseInt(byte, 16)))
    from = at + 4
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'))
  return Buffer.concat(parts)
}

/** A line as nodes get it: a string where the bytes are valid UTF-8, else a Buffer. */
export function unescapeLine(text: string): string | Buffer {
  if (!text.includes('\\')) return text
  const bytes = unescapeBytes(text)
  return isUtf8(bytes) ? strictDecoder.decode(bytes) : bytes
}

function escapeString(line: string): string {
  return line.replace(specials, (character) => hex(Buffer.from(character, 'utf8')))
}

/** Valid sequences stay readable; every other byte is written as \xhh. */
function escapeInvalid(bytes: Uint8Array): string {
  const parts: string[] = []
  let at = 0
  while (at < bytes.length) {
    const end = validUntil(bytes, at)
    if (end > at) parts.push(escapeString(strictDecoder.decode(bytes.subarray(at, end))))
    at = end
    if (at < bytes.length) parts.push(hex(bytes.subarray(at, at + 1)))
    at++
  }
  return parts.join('')
}

/** The end of the longest valid UTF-8 that starts at `from`. */
function validUntil(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return at
}

/** The length of the valid UTF-8 sequence at `at`, 0 where there is none (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const second = bytes[at + 1]!
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0
  return length
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += `\\x${byte.toString(16).padStart(2, '0')}`
  return text
}

// Escapes a device's bytes to one line of plain UTF-8, and back to the very same bytes (docs/journal-format.md,
// "The text of a line"). Both ways are one pass over the bytes, for a device may send megabytes of binary.
import { isUtf8 } from 'node:buffer'

// C0, DEL, the backslash, C1, U+2028, U+2029, U+FEFF
const special = /[\x00-\x1f\x7f\\\u0080-\u009f\u2028\u2029\ufeff]/
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const backslash = 0x5c
const letterX = 0x78
const digits = Buffer.from('0123456789abcdef')
/** How a byte by itself is written: so many of the four bytes of its word, the lowest first. */
const writtenLength = new Uint8Array(256).fill(4)
const writtenWord = new Uint32Array(256)
/** The value of a lower-case hex digit, 16 of any other byte. */
const digitValue = new Uint8Array(256).fill(16)
for (let byte = 0; byte < 256; byte++) {
  const isPlain = byte >= 0x20 && byte < 0x7f && byte !== backslash
  writtenLength[byte] = isPlain ? 1 : 4
  const word = Buffer.from([backslash, letterX, digits[byte >> 4]!, digits[byte & 15]!])
  writtenWord[byte] = isPlain ? byte : word.readUInt32LE()
}
for (const [value, digit] of digits.entries()) digitValue[digit] = value

/**
 * The journal's text of a line. A string is taken as its UTF-8 bytes (lone surrogates as U+FFFD), a Buffer
 * byte by byte where it is not valid UTF-8.
 */
export function escapeText(line: string | Uint8Array): string {
  if (typeof line === 'string') {
    const text = line.toWellFormed()
    return special.test(text) ? escapeBytes(Buffer.from(text)) : text
  }
  if (!isUtf8(line)) return escapeBytes(line)
  const text = strictDecoder.decode(line)
  return special.test(text) ? escapeBytes(line) : text
}

/** The bytes that `escapeText` was given. Throws a SyntaxError where the text is not one it writes. */
export function unescapeBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  let length = bytes.indexOf(backslash)
  if (length === -1) return bytes
  // it becomes shorter: the bytes take the place of their escapes
  for (let at = length; at < bytes.length; at++) {
    let byte = bytes[at]!
    if (byte === backslash) {
      const high = digitValue[bytes[at + 2] ?? 0]!
      const low = digitValue[bytes[at + 3] ?? 0]!
      if (bytes[at + 1] !== letterX || high > 15 || low > 15) throw notEscaped(text)
      byte = high * 16 + low
      at += 3
    }
    bytes[length++] = byte
  }
  return bytes.subarray(0, length)
}

/** Whether `unescapeBytes` takes the text. */
export function isUnescapable(text: string): boolean {
  return !text.includes('\\') || !wrongEscape.test(text)
}

/** A line as nodes get it: a string where the bytes are valid UTF-8, else a Buffer. */
export function unescapeLine(text: string): string | Buffer {
  if (!text.includes('\\')) return text
  const bytes = unescapeBytes(text)
  return isUtf8(bytes) ? strictDecoder.decode(bytes) : bytes
}

const wrongEscape = /\\(?!x[0-9a-f]{2})/

function notEscaped(text: string): SyntaxError {
  return new SyntaxError(`a backslash that starts no \\xhh at character ${text.search(wrongEscape)}`)
}

/** Valid sequences stay readable, but for the special characters; every other byte is written as \xhh. */
function escapeBytes(bytes: Uint8Array): string {
  const out = Buffer.allocUnsafe(bytes.length * 4)
  // words, though one byte of them may count: without a branch a byte of random data costs a fifth
  const words = new DataView(out.buffer, out.byteOffset, out.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte >= 0xc2 && (bytes[at + 1]! & 0xc0) === 0x80) {
      const size = sequenceLength(bytes, at)
      if (size > 0 && !isSpecial(bytes, at)) {
        for (const end = at + size; at < end; at++) out[length++] = bytes[at]!
        at--
        continue
      }
    }
    words.setUint32(length, writtenWord[byte]!, true)
    length += writtenLength[byte]!
  }
  return out.toString('utf8', 0, length)
}

/** Whether the valid sequence at `at`, of two bytes or more, is U+0080 to U+009F, U+2028, U+2029 or U+FEFF. */
function isSpecial(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at]
  const second = bytes[at + 1]!
  if (first === 0xc2) return second < 0xa0
  const third = bytes[at + 2]
  if (first === 0xe2) return second === 0x80 && (third === 0xa8 || third === 0xa9)
  return first === 0xef && second === 0xbb && third === 0xbf
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

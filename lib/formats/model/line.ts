// One reading while formats are tried on it. What several of them need (the text, the parsed JSON) is computed once.
import { decodeBytes } from './charset.ts'
import type { Charset } from './definition.ts'
import { PacketLine } from './packet-line.ts'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lossy = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Used again for each reading: nothing may keep it. */
export class Line {
  /** the line's text; undefined for a structured event */
  text: string | undefined
  /** what was no text: a structured event */
  structured: unknown
  /** the payload holds bytes that are not UTF-8; `text` shows U+FFFD in their place, or what `readAs` made of them */
  broken = false
  source = ''
  /** the lines of a record, as they came; undefined: it is none */
  pieces: ReadonlyArray<string | Uint8Array> | undefined
  /** the same line as a JeeLink packet; `node` -1 where it is none */
  readonly packet = new PacketLine()

  #bytes: Uint8Array | undefined
  /** how the text of bytes that are not UTF-8 was made */
  #charset: Charset = 'utf-8'
  #json: unknown
  #parsed = false

  set(payload: unknown, source: string): void {
    this.broken = false
    this.structured = undefined
    this.text = undefined
    this.source = source
    this.pieces = undefined
    this.#bytes = undefined
    this.#charset = 'utf-8'
    this.#parsed = false
    if (typeof payload === 'string') this.text = payload
    else if (payload instanceof Uint8Array) this.#setBytes(payload)
    else this.structured = payload
    if (this.text !== undefined) this.packet.parse(this.text)
    else this.packet.node = -1
  }

  /** A record: only formats of records take it, each in the form that it needs. */
  setPieces(pieces: ReadonlyArray<string | Uint8Array>, source: string): void {
    this.set(undefined, source)
    this.pieces = pieces
  }

  /** Lets go of the payload. */
  clear(): void {
    this.pieces = undefined
    this.text = undefined
    this.structured = undefined
    this.#bytes = undefined
    this.#json = undefined
  }

  /** The bytes as they came; undefined for a structured event. */
  bytes(): Uint8Array | undefined {
    if (this.#bytes === undefined && this.text !== undefined) this.#bytes = encoder.encode(this.text)
    return this.#bytes
  }

  /** Makes the text of bytes that are not UTF-8 by this character set. */
  readAs(charset: Charset): void {
    if (!this.broken || charset === this.#charset || this.#bytes === undefined) return
    this.#charset = charset
    this.#parsed = false
    this.text = charset === 'utf-8' ? lossy.decode(this.#bytes) : decodeBytes(this.#bytes, charset)
  }

  /** Its bytes are no text in the character set that it was read as. */
  get isUnreadable(): boolean {
    return this.broken && this.#charset === 'utf-8'
  }

  /** The value of the whole text as JSON; a SyntaxError where it is none. */
  json(): unknown {
    if (!this.#parsed) {
      this.#parsed = true
      this.#json = parseJson(this.text ?? '')
    }
    return this.#json
  }

  #setBytes(bytes: Uint8Array): void {
    try {
      this.text = strict.decode(bytes)
    } catch {
      this.broken = true
      this.#bytes = bytes
      this.text = lossy.decode(bytes)
    }
  }
}

/** The value of a JSON text, or the SyntaxError that says what is wrong with it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error instanceof SyntaxError ? error : new SyntaxError(String(error))
  }
}

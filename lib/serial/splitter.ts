// Splits a stream of bytes into lines. Each byte is looked at once and copied once at most, however the stream is
// chunked.
import { isAscii, isUtf8 } from 'node:buffer'
import type { LineSettings } from './source/settings.ts'

const LF = 10
const CR = 13

/** One line, or one piece of a line over the limit. */
export interface SplitLine {
  /** without its end; a string where it is valid UTF-8, else a Buffer of its own */
  payload: string | Buffer
  /** when its first byte was read: ms since 1970, UTC */
  received: number
  /** length of the payload in bytes */
  bytes: number
  /** 0 for a whole line; 1, 2, 3 … for the pieces of one that is over the limit */
  piece: number
}

export interface SplitterCounts {
  /** lines and pieces given out */
  lines: number
  /** lines of no bytes */
  empty: number
  /** lines over the limit */
  long: number
  /** bytes of lines that a disconnect cut off */
  cutOff: number
}

export class LineSplitter {
  readonly counts: SplitterCounts = { lines: 0, empty: 0, long: 0, cutOff: 0 }
  readonly #maxLine: number
  readonly #emptyLines: boolean
  readonly #give: (line: SplitLine) => void
  /** the incomplete line; it may be one byte over the limit, so that a CR there can wait for its LF */
  #pending = Buffer.alloc(0)
  #length = 0
  #received = 0
  #lastReceived = 0
  #piece = 0

  constructor(settings: LineSettings, give: (line: SplitLine) => void) {
    this.#maxLine = settings.maxLine
    this.#emptyLines = settings.emptyLines
    this.#give = give
  }

  /** Gives out every line that ends in this chunk. The chunk may be used again afterwards. */
  push(chunk: Buffer, received: number): void {
    const ascii = isAscii(chunk)
    let from = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      if (this.#length > 0 || this.#piece > 0 || end - from > this.#maxLine)
        this.#finish(chunk, from, end, received)
      else this.#line(chunk, from, chunk[end - 1] === CR && end > from ? end - 1 : end, received, ascii)
      from = end + 1
    }
    if (from < chunk.length) this.#keep(chunk, from, chunk.length, received)
  }

  /**
   * After a disconnect: drops the incomplete line, which must never be joined to what comes next. Returns its
   * bytes.
   */
  reset(): number {
    const dropped = this.#length
    this.counts.cutOff += dropped
    this.#length = 0
    this.#piece = 0
    return dropped
  }

  #finish(chunk: Buffer, from: number, end: number, received: number): void {
    this.#keep(chunk, from, end, received)
    const length = this.#length - (this.#pending[this.#length - 1] === CR && this.#length > 0 ? 1 : 0)
    const pending = this.#pending.subarray(0, length)
    this.#length = 0
    if (this.#piece > 0) this.#piece++
    this.#line(pending, 0, length, this.#received, isAscii(pending))
    this.#piece = 0
  }

  #keep(chunk: Buffer, from: number, to: number, received: number): void {
    let at = from
    while (at < to) {
      // more bytes follow, none of them an LF: so a CR that waited belongs to the line
      if (this.#length > this.#maxLine) this.#givePiece()
      if (this.#length === 0) this.#received = received
      const take = Math.min(this.#maxLine + 1 - this.#length, to - at)
      this.#reserve(this.#length + take)
      chunk.copy(this.#pending, this.#length, at, at + take)
      this.#length += take
      this.#lastReceived = received
      at += take
    }
    if (this.#length > this.#maxLine && this.#pending[this.#maxLine] !== CR) this.#givePiece()
  }

  #givePiece(): void {
    if (this.#piece++ === 0) this.counts.long++
    const piece = this.#pending.subarray(0, this.#maxLine)
    this.#line(piece, 0, piece.length, this.#received, isAscii(piece))
    this.#pending[0] = this.#pending[this.#maxLine]!
    this.#length = 1
    this.#received = this.#lastReceived
  }

  #line(bytes: Buffer, from: number, to: number, received: number, ascii: boolean): void {
    if (to === from) {
      this.counts.empty++
      if (!this.#emptyLines) return
    }
    this.counts.lines++
    this.#give({
      payload: ascii ? bytes.toString('latin1', from, to) : convert(bytes.subarray(from, to)),
      received,
      bytes: to - from,
      piece: this.#piece,
    })
  }

  #reserve(length: number): void {
    if (length <= this.#pending.length) return
    const grown = Buffer.allocUnsafeSlow(
      Math.min(Math.max(length, 256, this.#pending.length * 2), this.#maxLine + 1),
    )
    this.#pending.copy(grown, 0, 0, this.#length)
    this.#pending = grown
  }
}

/** A string where the bytes are valid UTF-8, else a copy that holds on to nothing else. */
function convert(bytes: Buffer): string | Buffer {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

// Lines whose end is found automatically: LF, CR LF, or CR alone. Each byte is looked at once and copied once at most,
// however the stream is chunked.
//
// It begins with lines that end in LF, a CR in front of it being part of the end, and gives those out at once. Only
// while no LF has come on a connection does it watch for lines that end in CR alone: when a kilobyte, or a pause, shows
// a CR and still no LF, that is what they are. A later LF proves it wrong, and it goes back.
import { isAscii } from 'node:buffer'
import type { Cut } from '../../event.ts'
import type { Clock } from '../../kit/clock.ts'
import {
  cutOf,
  type FrameCounts,
  type Framer,
  type FramerListener,
  type LineEnd,
  payloadOf,
} from './frame.ts'

const LF = 10
const CR = 13

/** so many bytes with a CR and without an LF are enough to know that lines end in CR */
const learnFrom = 1024
/** and so is a pause of so many ms behind them */
const learnPause = 300

export class LineFramer implements Framer {
  readonly counts: FrameCounts = { lines: 0, empty: 0, long: 0, cutOff: 0 }
  readonly #maxLine: number
  readonly #emptyLines: boolean
  readonly #clock: Clock
  readonly #listener: FramerListener
  /** the incomplete line; it may be one byte over the limit, so that a CR there can wait for its LF */
  #pending = Buffer.alloc(0)
  #length = 0
  #received = 0
  #lastReceived = 0
  #piece = 0
  /** the beginning of the line that is being read may be missing */
  #isUnsure = false
  /** `learning`: as `lf`, but no LF has come on this connection yet */
  #mode: 'learning' | 'lf' | 'cr' = 'learning'
  #found: LineEnd | undefined
  /** the last byte was a CR that ended a line */
  #isBehindCr = false
  /** while learning: the incomplete line's first CR, −1 where it has none, and the chunks from that one on */
  #firstCr = -1
  #chunks: Array<{ at: number; received: number }> = []
  #stopPause: () => void = () => undefined

  constructor(
    { maxLine, emptyLines }: { maxLine: number; emptyLines: boolean },
    clock: Clock,
    listener: FramerListener,
  ) {
    this.#maxLine = maxLine
    this.#emptyLines = emptyLines
    this.#clock = clock
    this.#listener = listener
  }

  get waiting(): Buffer {
    return this.#pending.subarray(0, this.#length)
  }

  begin(isWhole: boolean): void {
    this.#isUnsure = !isWhole
  }

  push(chunk: Buffer, received: number): void {
    if (this.#mode === 'lf') this.#pushLf(chunk, received)
    else if (this.#mode === 'cr') this.#pushCr(chunk, received)
    else this.#pushLearning(chunk, received)
  }

  lost(): void {
    if (this.#firstCr !== -1) this.#cutAtCr()
    if (this.#length > 0 || this.#piece > 0) {
      this.counts.cutOff += this.#length
      if (this.#piece > 0) this.#piece++
      const bytes = this.#pending.subarray(0, this.#length)
      this.#line(bytes, 0, bytes.length, this.#received, isAscii(bytes), this.#lacking(true))
    }
    this.#forget()
  }

  close(): void {
    if (this.#firstCr !== -1) this.#cutAtCr()
    this.counts.cutOff += this.#length
    this.#forget()
  }

  #forget(): void {
    this.#length = 0
    this.#piece = 0
    this.#isBehindCr = false
    this.#endLearning()
    if (this.#mode === 'lf') this.#mode = 'learning'
  }

  #pushLf(chunk: Buffer, received: number): void {
    const ascii = isAscii(chunk)
    let from = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      if (this.#length > 0 || this.#piece > 0 || end - from > this.#maxLine)
        this.#finish(chunk, from, end, received)
      else {
        const cut = this.#isUnsure ? this.#lacking(false) : undefined
        this.#line(chunk, from, chunk[end - 1] === CR && end > from ? end - 1 : end, received, ascii, cut)
      }
      from = end + 1
    }
    if (from < chunk.length) this.#keep(chunk, from, chunk.length, received)
  }

  #pushLearning(chunk: Buffer, received: number): void {
    const end = chunk.indexOf(LF)
    const inLine = end === -1 ? chunk.length : end
    const cr = this.#firstCr === -1 ? chunk.subarray(0, inLine).indexOf(CR) : -1
    const firstCr = cr === -1 ? this.#firstCr : this.#length + cr
    // at the same byte, whatever the chunks: a byte behind the CR must be there, for it may have been the LF
    const enough = this.#piece > 0 ? 0 : Math.min(learnFrom, this.#maxLine)
    const decidedAt = Math.max(enough, firstCr + 2)
    if (firstCr !== -1 && this.#length + inLine >= decidedAt) {
      this.#linesEndInCr()
      this.#pushCr(chunk, received)
    } else if (end !== -1) {
      const before = end > 0 ? chunk[end - 1] : this.#pending[this.#length - 1]
      this.#linesEndInLf(before === CR ? 'CR LF' : 'LF')
      this.#pushLf(chunk, received)
    } else {
      this.#keepLearning(chunk, received, firstCr)
    }
  }

  #keepLearning(chunk: Buffer, received: number, firstCr: number): void {
    const at = this.#length
    const pieces = this.#piece
    this.#keep(chunk, 0, chunk.length, received)
    const isShifted = this.#piece !== pieces
    this.#firstCr = isShifted ? this.waiting.indexOf(CR) : firstCr
    this.#stopPause()
    if (this.#firstCr === -1) return
    if (!isShifted) this.#chunks.push({ at, received })
    this.#stopPause = this.#clock.after(learnPause, () => this.#linesEndInCr())
  }

  #linesEndInLf(lineEnd: LineEnd): void {
    this.#mode = 'lf'
    this.#endLearning()
    this.#tell(lineEnd)
  }

  #linesEndInCr(): void {
    this.#mode = 'cr'
    this.#tell('CR')
    this.#cutAtCr()
  }

  /** What waits is cut once more, each part with the time of its chunk. */
  #cutAtCr(): void {
    const bytes = Buffer.from(this.waiting)
    const chunks = [{ at: 0, received: this.#received }, ...this.#chunks]
    this.#length = 0
    this.#endLearning()
    for (const [i, { at, received }] of chunks.entries()) {
      const end = chunks[i + 1]?.at ?? bytes.length
      if (end > at) this.#pushCr(bytes.subarray(at, end), received)
    }
  }

  #endLearning(): void {
    this.#stopPause()
    this.#firstCr = -1
    this.#chunks = []
  }

  #tell(lineEnd: LineEnd): void {
    if (this.#found === lineEnd) return
    this.#found = lineEnd
    this.#listener.found(lineEnd)
  }

  #pushCr(chunk: Buffer, received: number): void {
    const lf = chunk.indexOf(LF)
    const inLines = lf === -1 ? chunk.length : lf
    const ascii = isAscii(chunk)
    let from = 0
    for (let end = chunk.indexOf(CR); end !== -1 && end < inLines; end = chunk.indexOf(CR, from)) {
      if (this.#length > 0 || this.#piece > 0 || end - from > this.#maxLine)
        this.#finish(chunk, from, end, received)
      else this.#line(chunk, from, end, received, ascii, this.#lacking(false))
      from = end + 1
    }
    if (from > 0) this.#isBehindCr = from === inLines
    if (lf === -1) {
      if (from < chunk.length) {
        this.#isBehindCr = false
        this.#keep(chunk, from, chunk.length, received)
      }
      return
    }
    const isCrLf = this.#isBehindCr && from === lf
    this.#isBehindCr = false
    this.#linesEndInLf(isCrLf ? 'CR LF' : 'LF')
    if (isCrLf) {
      this.#pushLf(chunk.subarray(lf + 1), received)
      return
    }
    // what was cut at the CR before it was the beginning of this line
    this.#isUnsure = true
    this.#pushLf(chunk.subarray(from), received)
  }

  #finish(chunk: Buffer, from: number, end: number, received: number): void {
    this.#keep(chunk, from, end, received)
    const length = this.#length - (this.#pending[this.#length - 1] === CR && this.#length > 0 ? 1 : 0)
    const pending = this.#pending.subarray(0, length)
    this.#length = 0
    if (this.#piece > 0) this.#piece++
    this.#line(pending, 0, length, this.#received, isAscii(pending), this.#lacking(false))
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
    this.#line(piece, 0, piece.length, this.#received, isAscii(piece), this.#lacking(true))
    this.#pending[0] = this.#pending[this.#maxLine]!
    this.#length = 1
    this.#received = this.#lastReceived
  }

  /** What the line that ends here, or a piece that does not, lacks. */
  #lacking(lacksEnd: boolean): Cut | undefined {
    const cut = cutOf(this.#isUnsure || this.#piece > 1, lacksEnd)
    if (!lacksEnd) this.#isUnsure = false
    return cut
  }

  #line(
    bytes: Buffer,
    from: number,
    to: number,
    received: number,
    ascii: boolean,
    cut: Cut | undefined,
  ): void {
    if (to === from) {
      this.counts.empty++
      // an empty one that lacks its beginning parts a record before the connection from one behind it
      if (!this.#emptyLines && cut === undefined) return
    }
    this.counts.lines++
    this.#listener.frame({
      payload: ascii ? bytes.toString('latin1', from, to) : payloadOf(bytes.subarray(from, to)),
      received,
      bytes: to - from,
      piece: this.#piece,
      cut,
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

// Frames between a start and an end mark: STX … ETX, or a telegram `/ … !CRC`.
import type { Cutter, Part } from './cutter.ts'
import { StartFinder, stray } from './start-finder.ts'

const LF = 10
const CR = 13
/** ms without bytes after which a checksum behind the end mark is over, and so are stray bytes */
const pause = 100

export interface Marks {
  start: Buffer
  end: Buffer
  /** so many bytes behind the end mark belong to the frame; fewer where a line ends or a pause comes before */
  after: number
  /** whether the marks are part of the frame. One that is over the limit keeps them */
  keep: boolean
}

export class MarkedCutter implements Cutter {
  readonly idleAfter = pause
  readonly slack: number
  readonly #marks: Marks
  readonly #limit: number
  readonly #start: StartFinder
  /** a start mark that cannot be inside of a frame wherever it stands: a frame that it comes in was cut off */
  readonly #isControl: boolean
  /** inside of a frame: where its content begins; −1 outside */
  #content = -1
  /** the start mark was given out with a piece */
  #isPiece = false
  /** up to here neither the end nor another start begins */
  #seen = 0

  /** @param limit bytes of a frame */
  constructor(marks: Marks, limit: number) {
    this.#marks = marks
    this.#limit = limit
    this.#start = new StartFinder(marks.start, limit)
    this.#isControl = marks.start[0]! < 0x20
    this.slack = Math.max(marks.end.length - 1 + marks.after, marks.start.length - 1)
  }

  next(bytes: Buffer): Part | undefined {
    if (this.#content === -1) {
      const between = this.#lineEnds(bytes)
      if (between > 0) return { length: between }
      const begin = this.#start.find(bytes)
      if (begin !== 'here') return begin
      this.#content = this.#marks.start.length
      this.#seen = this.#content
    }
    return this.#inside(bytes, false)
  }

  skipped(count: number): void {
    this.#isPiece = true
    this.#content = 0
    this.#seen = Math.max(0, this.#seen - count)
  }

  reset(): void {
    this.#start.reset()
    this.#content = -1
    this.#isPiece = false
    this.#seen = 0
  }

  idle(bytes: Buffer): Part | undefined {
    if (bytes.length === 0) return undefined
    if (this.#content !== -1) return this.#inside(bytes, true)
    this.reset()
    return stray(bytes)
  }

  /** @param isOver nothing more belongs to the bytes behind the end mark */
  #inside(bytes: Buffer, isOver: boolean): Part | undefined {
    const { start, end } = this.#marks
    const endAt = bytes.indexOf(end, this.#seen)
    const again = this.#startAgain(bytes, endAt === -1 ? bytes.length : endAt)
    if (again !== -1) {
      this.reset()
      return { length: again, frame: bytes.subarray(0, again), lacksEnd: true, isWhole: true }
    }
    if (endAt === -1) {
      const lookBack = Math.max(start.length, end.length) - 1
      this.#seen = Math.max(this.#content, bytes.length - lookBack)
      return undefined
    }
    this.#seen = endAt
    const over = this.#afterEnd(bytes, endAt + end.length)
    const isShort = over - endAt - end.length < this.#marks.after
    if (isShort && over === bytes.length && !isOver) return undefined
    return this.#frame(bytes.subarray(0, over), endAt)
  }

  #frame(bytes: Buffer, endAt: number): Part {
    const { start, end, keep } = this.#marks
    const keepsMarks = keep || this.#isPiece || bytes.length > this.#limit
    const frame = keepsMarks
      ? bytes
      : Buffer.concat([bytes.subarray(start.length, endAt), bytes.subarray(endAt + end.length)])
    this.reset()
    return { length: bytes.length, frame, isWhole: true }
  }

  /** Where another frame begins before this one has ended: at a control character, or at the beginning of a line. */
  #startAgain(bytes: Buffer, before: number): number {
    const { start, end } = this.#marks
    if (start.equals(end)) return -1
    for (
      let at = bytes.indexOf(start, this.#seen);
      at !== -1 && at < before;
      at = bytes.indexOf(start, at + 1)
    ) {
      if (this.#isControl || isLineEnd(bytes[at - 1])) return at
    }
    return -1
  }

  #afterEnd(bytes: Buffer, from: number): number {
    const most = Math.min(bytes.length, from + this.#marks.after)
    let at = from
    while (at < most && !isLineEnd(bytes[at])) at++
    return at
  }

  /** Line ends between two frames are delimiters, where frames do not begin with one. */
  #lineEnds(bytes: Buffer): number {
    if (isLineEnd(this.#marks.start[0])) return 0
    let count = 0
    while (isLineEnd(bytes[count])) count++
    return count
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR
}

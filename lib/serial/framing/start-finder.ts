import type { Part } from './cutter.ts'

/** Finds where frames begin that begin with certain bytes; what stands in front of them is stray. */
export class StartFinder {
  readonly mark: Buffer
  readonly #limit: number
  /** so many of the bytes were looked at, and the mark does not begin there */
  #seen = 0

  /** @param limit bytes of a stray part; more are given in several */
  constructor(mark: Buffer, limit: number) {
    this.mark = mark
    this.#limit = limit
  }

  /**
   * The stray part at the beginning; `here` where there is none; undefined where more bytes must come.
   * @param from the mark is not looked for before this place
   */
  find(bytes: Buffer, from = 0): Part | 'here' | undefined {
    const { mark } = this
    if (mark.length === 0 && from === 0) return 'here'
    const found = mark.length === 0 ? -1 : bytes.indexOf(mark, Math.max(from, this.#seen))
    if (found === 0) return 'here'
    const length = Math.min(found === -1 ? this.#withoutMark(bytes, from) : found, this.#limit)
    if (found !== -1 || length === this.#limit) {
      this.#seen = 0
      return stray(bytes.subarray(0, length))
    }
    this.#seen = Math.max(from, bytes.length - mark.length + 1)
    return undefined
  }

  reset(): void {
    this.#seen = 0
  }

  /** Bytes that the mark does not begin in, whatever comes. */
  #withoutMark(bytes: Buffer, from: number): number {
    return Math.max(from, bytes.length - Math.max(this.mark.length - 1, 0))
  }
}

export function stray(frame: Buffer): Part {
  return { length: frame.length, frame, isStray: true }
}

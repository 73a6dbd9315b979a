// Frames whose length is known: always the same, or written in the frame.
import type { Cutter, Part } from './cutter.ts'
import { StartFinder, stray } from './start-finder.ts'

/** ms; a frame that does not go on for so long is cut off, and what comes then is the beginning of another */
const pause = 1_000

/** A frame's length in bytes by its first bytes; undefined: not known yet; 0: none can have these bytes. */
type SizeOf = (bytes: Buffer) => number | undefined

export class SizedCutter implements Cutter {
  readonly idleAfter = pause
  readonly #start: StartFinder
  readonly #sizeOf: SizeOf

  /**
   * @param sync what each frame begins with. Without it frames are found again only by a pause
   * @param limit bytes of a frame, and of a stray part
   */
  constructor(sync: Buffer, limit: number, sizeOf: SizeOf) {
    this.#start = new StartFinder(sync, limit)
    this.#sizeOf = sizeOf
  }

  next(bytes: Buffer): Part | undefined {
    const begin = this.#start.find(bytes)
    if (begin !== 'here') return begin
    const size = this.#sizeOf(bytes)
    if (size === undefined) return undefined
    if (size === 0) return this.#start.find(bytes, 1) as Part | undefined
    if (bytes.length < size) return undefined
    this.reset()
    const frame = { length: size, frame: bytes.subarray(0, size) }
    return this.#start.mark.length === 0 ? { ...frame, staysUnsure: true } : frame
  }

  skipped(): void {
    // no frame is longer than the limit
  }

  reset(): void {
    this.#start.reset()
  }

  idle(bytes: Buffer): Part {
    const isFrame = this.#start.find(bytes) === 'here' && this.#sizeOf(bytes) !== 0
    this.reset()
    if (bytes.length === 0) return { length: 0 }
    return isFrame ? { length: bytes.length, frame: bytes, lacksEnd: true } : stray(bytes)
  }
}

/** Where a frame's length stands in it, and what it counts. */
export interface LengthField {
  /** bytes before it */
  offset: number
  /** bytes that it has: 1 … 4 */
  size: number
  order: 'big' | 'little'
  /** the bytes behind it, or all of the frame's */
  counts: 'rest' | 'all'
  /** bytes at the frame's end that it does not count */
  extra: number
}

/** @param limit a length above it is none */
export function lengthField({ offset, size, order, counts, extra }: LengthField, limit: number): SizeOf {
  const header = offset + size
  return (bytes) => {
    if (bytes.length < header) return undefined
    const value = order === 'big' ? bytes.readUIntBE(offset, size) : bytes.readUIntLE(offset, size)
    const total = value + extra + (counts === 'rest' ? header : 0)
    return total < header || total > limit ? 0 : total
  }
}

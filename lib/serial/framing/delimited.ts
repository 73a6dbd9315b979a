// Frames with something between them: certain bytes, a pause, the END of SLIP, the zero of COBS.
import type { Cutter, Part } from './cutter.ts'
import { stray } from './start-finder.ts'

/** Certain bytes stand between two frames: a line end, or any others. */
export class DelimiterCutter implements Cutter {
  readonly slack: number
  readonly #delimiter: Buffer
  /** so many of the bytes were looked at, and the delimiter does not begin there */
  #seen = 0

  constructor(delimiter: Buffer) {
    this.#delimiter = delimiter
    this.slack = delimiter.length - 1
  }

  next(bytes: Buffer): Part | undefined {
    const { length } = this.#delimiter
    const end = bytes.indexOf(this.#delimiter, this.#seen)
    this.#seen = end === -1 ? Math.max(0, bytes.length - length + 1) : 0
    return end === -1 ? undefined : { length: end + length, frame: bytes.subarray(0, end) }
  }

  skipped(count: number): void {
    this.#seen = Math.max(0, this.#seen - count)
  }

  reset(): void {
    this.#seen = 0
  }
}

/** A pause ends a frame. */
export class SilenceCutter implements Cutter {
  readonly idleAfter: number

  /** @param pause ms */
  constructor(pause: number) {
    this.idleAfter = pause
  }

  next(): undefined {
    return undefined
  }

  skipped(): void {
    // nothing is known of the bytes
  }

  reset(): void {
    // nothing is known of the bytes
  }

  idle(frame: Buffer): Part {
    return frame.length === 0 ? { length: 0 } : { length: frame.length, frame }
  }
}

/** A byte ends each frame, and the frame is written so that it does not have that byte inside. */
class StuffedCutter implements Cutter {
  readonly #end: number
  readonly #limit: number
  readonly #decode: (bytes: Buffer) => Buffer | undefined
  #seen = 0
  #isPiece = false

  /**
   * @param limit a frame with more bytes as they came is left as it came
   * @param decode gives the frame's own bytes; undefined where they are damaged
   */
  constructor(end: number, limit: number, decode: (bytes: Buffer) => Buffer | undefined) {
    this.#end = end
    this.#limit = limit
    this.#decode = decode
  }

  next(bytes: Buffer): Part | undefined {
    const end = bytes.indexOf(this.#end, this.#seen)
    if (end === -1) {
      this.#seen = bytes.length
      return undefined
    }
    const coded = bytes.subarray(0, end)
    const isLong = this.#isPiece || end > this.#limit
    this.reset()
    const frame = isLong ? coded : this.#decode(coded)
    return frame ? { length: end + 1, frame } : { ...stray(coded), length: end + 1 }
  }

  skipped(count: number): void {
    this.#isPiece = true
    this.#seen = Math.max(0, this.#seen - count)
  }

  reset(): void {
    this.#seen = 0
    this.#isPiece = false
  }
}

const slip = { end: 0xc0, escape: 0xdb, escapedEnd: 0xdc, escapedEscape: 0xdd }

/** SLIP (RFC 1055): END behind each frame, usually in front of it, too. */
export function slipCutter(limit: number): Cutter {
  return new StuffedCutter(slip.end, limit, fromSlip)
}

function fromSlip(coded: Buffer): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(coded.length)
  let length = 0
  for (let i = 0; i < coded.length; i++) {
    let byte = coded[i]
    if (byte === slip.escape) {
      byte = coded[++i]
      if (byte === slip.escapedEnd) byte = slip.end
      else if (byte === slip.escapedEscape) byte = slip.escape
      else return undefined
    }
    bytes[length++] = byte!
  }
  return bytes.subarray(0, length)
}

/** COBS (Cheshire and Baker, 1999): a zero behind each frame. */
export function cobsCutter(limit: number): Cutter {
  return new StuffedCutter(0, limit, fromCobs)
}

function fromCobs(coded: Buffer): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(coded.length)
  let length = 0
  for (let i = 0; i < coded.length; ) {
    const code = coded[i]!
    const next = i + code
    if (next > coded.length) return undefined
    coded.copy(bytes, length, i + 1, next)
    length += code - 1
    // a block of 254 bytes ends without a zero, and so does the last one
    if (code < 0xff && next < coded.length) bytes[length++] = 0
    i = next
  }
  return bytes.subarray(0, length)
}

// Encodes text to bytes in pieces, into memory that is used again. V8 joins and encodes short strings much faster
// than a long one that was concatenated from many.
import { checksum } from '../../kit/sealed.ts'

/** Text is encoded when it has come to so many UTF-16 units. */
export const pieceLength = 16_384
/** Memory beyond this is given back when it is not needed any more. */
const keptSize = 1 << 20

export class ByteWriter {
  #memory = Buffer.allocUnsafeSlow(1 << 16)
  #length = 0
  #piece = ''

  /** Adds a text, and what follows it. */
  add(text: string, more = ''): void {
    this.#piece += text
    this.#piece += more
    if (this.#piece.length >= pieceLength) this.#encode()
  }

  /** Bytes so far. */
  get length(): number {
    this.#encode()
    return this.#length
  }

  /** What was written from an offset on; valid until more is written. */
  from(offset: number): Buffer {
    this.#encode()
    return this.#memory.subarray(offset, this.#length)
  }

  /** The CRC-32 of what was written from an offset on. */
  checksumFrom(offset: number): string {
    // a small batch is one piece: its text is encoded once, with its checksum, and not before and behind it
    return offset === this.#length ? checksum(this.#piece) : checksum(this.from(offset))
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0
    this.#piece = ''
    if (this.#memory.length > keptSize) this.#memory = Buffer.allocUnsafeSlow(1 << 16)
  }

  #encode(): void {
    const piece = this.#piece
    if (piece === '') return
    // three bytes are the most that one UTF-16 unit takes
    this.#makeRoom(piece.length > pieceLength * 2 ? Buffer.byteLength(piece) : piece.length * 3)
    this.#length += this.#memory.write(piece, this.#length)
    this.#piece = ''
  }

  #makeRoom(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#memory.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#memory.length * 2))
    this.#memory.copy(grown, 0, 0, this.#length)
    this.#memory = grown
  }
}

// The SHA-256 of the segment that is being written, kept up to date so that the next segment's header can name it at
// once (docs/journal-format.md, promise 9).
import { createHash, type Hash } from 'node:crypto'
import type { DiskFile } from '../disk/disk.ts'

const chunkSize = 1 << 20
/** What is hashed while the disk writes it, bytes: a larger batch takes longer to hash than a fast disk to write. */
const alongside = 1 << 16

/** Follows the bytes of one file. After a restart it reads the existing bytes in the background. */
export class RunningHash {
  #hash: Hash = createHash('sha256')
  /** with the bytes that are on their way to the medium */
  #ahead: Hash | undefined
  #hashed = 0
  #ready: boolean

  /** @param ready true for a new, empty file */
  constructor(ready: boolean) {
    this.#ready = ready
  }

  /** Whether bytes were added that must be read from the file: `catchUp` is to be called. */
  get isBehind(): boolean {
    return !this.#ready
  }

  /** Works ahead while the disk does: these bytes will be added, or none any more. */
  prepare(bytes: Uint8Array): void {
    const isSmall = bytes.length <= alongside
    this.#ahead = this.#ready && isSmall ? this.#hash.copy().update(bytes) : undefined
  }

  /** Bytes that were appended to the file. Large ones, and until `catchUp` has ended all, are read from it instead. */
  add(bytes: Uint8Array): void {
    if (!this.#ahead) {
      this.#ready = false
      return
    }
    this.#hash = this.#ahead
    this.#ahead = undefined
    this.#hashed += bytes.length
  }

  /**
   * Reads the file up to its end, which may move meanwhile; from then on `add` follows it. `rest` is awaited before
   * each piece.
   */
  async catchUp(
    file: DiskFile,
    end: () => number,
    stopped: () => boolean,
    rest: () => Promise<void>,
  ): Promise<void> {
    for (await rest(); !stopped(); await rest()) {
      if (this.#hashed === end()) {
        this.#ready = true
        return
      }
      const chunk = await file.read(this.#hashed, Math.min(chunkSize, end() - this.#hashed))
      if (chunk.length === 0) throw new Error(`the file is shorter than ${end()} bytes`)
      this.#hash.update(chunk)
      this.#hashed += chunk.length
    }
  }

  /** Hex, or undefined while it is not ready. */
  digest(): string | undefined {
    return this.#ready ? this.#hash.copy().digest('hex') : undefined
  }
}

// The SHA-256 of the segment that is being written, kept up to date so that the next segment's header can name it at
// once (docs/journal-format.md, promise 9).
import { createHash, type Hash } from 'node:crypto'
import type { DiskFile } from '../disk/disk.ts'

const chunkSize = 1 << 20
/** Small appends are gathered up to so many bytes, … */
const gathered = 1 << 16
/** … and from so many on hashed while the disk writes the next one: more would take longer than that. */
const worthHashing = 1 << 12

/** Follows the bytes of one file. After a restart it reads the existing bytes in the background. */
export class RunningHash {
  readonly #hash: Hash = createHash('sha256')
  /** bytes that were added and are not hashed yet: the first `#waiting` of it */
  #memory: Buffer | undefined
  #waiting = 0
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

  /** Does what is to be done, if it is worth it: called while the disk writes. */
  work(): void {
    if (this.#waiting >= worthHashing) this.#hashWaiting()
  }

  /**
   * Bytes that were appended to the file. Until `catchUp` has ended they are read from it instead; so is a large batch,
   * which takes longer to hash than a fast disk to write.
   */
  add(bytes: Uint8Array): void {
    if (!this.#ready) return
    if (bytes.length > gathered) {
      this.#hashWaiting()
      this.#ready = false
      return
    }
    this.#memory ??= Buffer.allocUnsafeSlow(2 * gathered)
    if (this.#waiting + bytes.length > this.#memory.length) this.#hashWaiting()
    this.#memory.set(bytes, this.#waiting)
    this.#waiting += bytes.length
  }

  #hashWaiting(): void {
    if (this.#memory) this.#hash.update(this.#memory.subarray(0, this.#waiting))
    this.#hashed += this.#waiting
    this.#waiting = 0
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
    if (!this.#ready) return undefined
    this.#hashWaiting()
    return this.#hash.copy().digest('hex')
  }
}

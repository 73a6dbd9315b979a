// The SHA-256 of a finished file, worked out in small steps.
import { createHash } from 'node:crypto'
import type { DiskFile } from './disk.ts'

const chunkSize = 1 << 20

/**
 * Hex, of the first `size` bytes; undefined where the file is shorter. `rest` is awaited between two steps.
 */
export async function sha256Of(
  file: DiskFile,
  size: number,
  rest: () => Promise<void> = async () => {},
): Promise<string | undefined> {
  const hash = createHash('sha256')
  for (let at = 0; at < size; ) {
    const chunk = await file.read(at, Math.min(chunkSize, size - at))
    if (chunk.length === 0) return undefined
    hash.update(chunk)
    at += chunk.length
    await rest()
  }
  return hash.digest('hex')
}

/** Hashes what is read through it; that must be the whole file, in order. */
export class HashingFile {
  readonly #file: Pick<DiskFile, 'read'>
  readonly #hash = createHash('sha256')
  /** the last two reads, the last one first */
  #recent: Array<{ position: number; bytes: Buffer }> = []

  constructor(file: Pick<DiskFile, 'read'>) {
    this.#file = file
  }

  async read(position: number, length: number): Promise<Buffer> {
    const bytes = await this.#file.read(position, length)
    this.#hash.update(bytes)
    this.#recent = [{ position, bytes }, ...this.#recent.slice(0, 1)]
    return bytes
  }

  /** A byte that was read lately; undefined where it is too long ago. */
  recentByte(position: number): number | undefined {
    const found = this.#recent.find((read) => read.position <= position)
    return found?.bytes[position - found.position]
  }

  /** Reads without hashing. */
  peek(position: number, length: number): Promise<Buffer> {
    return this.#file.read(position, length)
  }

  /** Hex, of all that was read. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

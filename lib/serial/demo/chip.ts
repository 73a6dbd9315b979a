// The memory of the demo collector's dataflash: 16 Mbit in pages of 256 bytes, kept in a file, so that the collector has its
// flash and its clock still after a restart of the gateway.
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { asError, errorCode } from '../../kit/errors.ts'

export const pageSize = 256
const chipPages = 8192

/** Pages of 256 bytes; the bytes of an erased one are 0xFF. */
export class Chip {
  protected readonly bytes = new Uint8Array(chipPages * pageSize).fill(0xff)

  read(page: number): Uint8Array {
    return this.bytes.subarray(page * pageSize, (page + 1) * pageSize)
  }

  write(page: number, content: Uint8Array): void {
    this.bytes.set(content.subarray(0, pageSize), page * pageSize)
    this.changed(page, 1)
  }

  erase(page: number, count: number): void {
    this.bytes.fill(0xff, page * pageSize, (page + count) * pageSize)
    this.changed(page, count)
  }

  /** Resolves when all that was written is in the file, where there is one. */
  async flush(): Promise<void> {}

  protected changed(_page: number, _count: number): void {}
}

/**
 * A chip in a file: a missing one is a new chip. Where the file cannot be read or written, the collector works on in
 * memory, and `report` is told once. In the file all bits are inverted, so that a hole in it is an erased page.
 */
export async function openChip(path: string, report: (text: string) => void): Promise<Chip> {
  let stored: Uint8Array | undefined
  try {
    stored = await readFile(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      report(
        `the demo collector's flash cannot be read: ${asError(error).message}; it begins with an empty one`,
      )
      return new Chip()
    }
  }
  return new FileChip(path, stored, report)
}

class FileChip extends Chip {
  readonly #path: string
  readonly #report: (text: string) => void
  #file: FileHandle | undefined
  #work: Promise<void> = Promise.resolve()
  #failed = false

  constructor(path: string, stored: Uint8Array | undefined, report: (text: string) => void) {
    super()
    this.#path = path
    this.#report = report
    stored?.subarray(0, this.bytes.length).forEach((byte, at) => {
      this.bytes[at] = byte ^ 0xff
    })
  }

  override async flush(): Promise<void> {
    await this.#work
    await this.#file?.close()
    this.#file = undefined
  }

  protected override changed(page: number, count: number): void {
    const at = page * pageSize
    const inverted = this.bytes.slice(at, at + count * pageSize).map((byte) => byte ^ 0xff)
    this.#work = this.#work.then(() => this.#store(inverted, at))
  }

  async #store(content: Uint8Array, at: number): Promise<void> {
    if (this.#failed) return
    try {
      this.#file ??= await openToWrite(this.#path)
      await this.#file.write(content, 0, content.length, at)
    } catch (error) {
      this.#failed = true
      this.#report(
        `the demo collector's flash cannot be kept: ${asError(error).message}; it is in memory only`,
      )
    }
  }
}

async function openToWrite(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return open(path, 'w+')
  }
}

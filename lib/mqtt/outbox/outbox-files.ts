// The files of an outbox: which seqs each one holds, its size, and its removal.
import { join } from 'node:path'
import { openText } from '../../journal/archive/open-text.ts'
import type { Disk } from '../../journal/disk/disk.ts'
import type { Journal } from '../../journal/journal.ts'
import { readCatalog } from '../../journal/read/catalog.ts'
import { asError } from '../../kit/errors.ts'

export interface OutboxFile {
  path: string
  firstSeq: number
  lastSeq: number
  bytes: number
}

export class OutboxFiles {
  readonly #disk: Disk
  readonly #directory: string
  /** oldest first; the last one is being written */
  #files: OutboxFile[] = []
  #bytes = 0
  #removing: Promise<void> = Promise.resolve()

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  /** Looks what there is, once the journal was started. */
  async find(journal: Journal): Promise<void> {
    const { files } = await readCatalog(this.#disk, this.#directory, openText(this.#disk, this.#directory))
    this.#files = []
    for (const [index, { path, firstSeq, validSize }] of files.entries()) {
      const lastSeq = (files[index + 1]?.firstSeq ?? journal.lastSeq + 1) - 1
      const bytes = validSize ?? journal.durableSize(path) ?? (await this.#sizeOf(path))
      this.#files.push({ path, firstSeq, lastSeq, bytes })
    }
    this.#bytes = this.#files.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get bytes(): number {
    return this.#bytes
  }

  get firstSeq(): number {
    return this.#files[0]?.firstSeq ?? 1
  }

  get oldestFinished(): OutboxFile | undefined {
    return this.#files.length > 1 ? this.#files[0] : undefined
  }

  /** Entries became durable, all in the file that is being written. */
  grew(firstSeq: number, lastSeq: number, journal: Journal): void {
    let file = this.#files.at(-1)
    if (file?.path !== journal.file) {
      file = { path: journal.file, firstSeq, lastSeq, bytes: 0 }
      this.#files.push(file)
    }
    const bytes = journal.durableSize(file.path) ?? file.bytes
    this.#bytes += bytes - file.bytes
    file.bytes = bytes
    file.lastSeq = lastSeq
  }

  /** Removes finished files that hold nothing above a seq. */
  removeUpTo(seq: number, journal: Journal): void {
    for (let file = this.oldestFinished; file && file.lastSeq <= seq; file = this.oldestFinished)
      this.remove(file, journal)
  }

  /** Removes the oldest file, which must be finished: it is noted first, and gone from the list at once. */
  remove(file: OutboxFile, journal: Journal): void {
    this.#files.shift()
    this.#bytes -= file.bytes
    journal.notice('retention', { upTo: file.path, lastSeq: file.lastSeq })
    this.#removing = this.#removing.then(async () => {
      try {
        await journal.flush()
        await this.#disk.remove(join(this.#directory, file.path))
      } catch (error) {
        process.emitWarning(`outbox: cannot remove ${file.path}: ${asError(error).message}`)
      }
    })
  }

  /** Resolves when what was to be removed is gone. */
  idle(): Promise<void> {
    return this.#removing
  }

  async #sizeOf(path: string): Promise<number> {
    const file = await this.#disk.open(join(this.#directory, path), 'read')
    try {
      return await file.size()
    } finally {
      await file.close()
    }
  }
}

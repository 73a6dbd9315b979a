// The segment that is open for appending: its place in the chain, how many of its bytes are durable, and what the
// next segment's header must say about it.
import { join } from 'node:path'
import { errorCode } from '../../kit/errors.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { filePath, headerLine, parseFilePath } from '../format/line.ts'
import { compactDay } from '../format/time.ts'
import { RunningHash } from './running-hash.ts'

/** What a new file's H says of the one before it. */
export interface Predecessor {
  path: string
  size: number
  hash: RunningHash
  /** an H was written with `?` for its hash, so a notice must give it */
  awaited: boolean
}

/** One journal file that is open for appending. */
export class AppendFile {
  readonly day: number
  /** path, hash, and the bytes that are durable: what follows them is void */
  readonly predecessor: Predecessor
  /** the H line, until the first batch is durable */
  head: string
  readonly #disk: Disk
  readonly #directory: string
  readonly #file: DiskFile

  private constructor(
    disk: Disk,
    directory: string,
    path: string,
    file: DiskFile,
    size: number,
    head: string,
  ) {
    this.#disk = disk
    this.#directory = directory
    this.#file = file
    this.day = parseFilePath(path)!.day
    this.predecessor = { path, size, hash: new RunningHash(size === 0), awaited: false }
    this.head = head
  }

  get path(): string {
    return this.predecessor.path
  }

  get size(): number {
    return this.predecessor.size
  }

  /** Goes on in a file that is there. */
  static async reopen(disk: Disk, directory: string, path: string, size: number): Promise<AppendFile> {
    return new AppendFile(disk, directory, path, await disk.open(join(directory, path), 'write'), size, '')
  }

  /** Makes the next file of the day of `now`; nothing is written yet. */
  static async create(
    disk: Disk,
    directory: string,
    chain: { day: number; epoch: string; firstSeq: number; now: number; previous: Predecessor | undefined },
  ): Promise<AppendFile> {
    const path = filePath(chain.day, await nextNumber(disk, directory, chain.day))
    const sha256 = chain.previous?.hash.digest() ?? null
    if (chain.previous && sha256 === null) chain.previous.awaited = true
    const head = headerLine({
      time: chain.now,
      epoch: chain.epoch,
      firstSeq: chain.firstSeq,
      previous: chain.previous?.path ?? null,
      previousSize: chain.previous?.size ?? 0,
      sha256,
    })
    const file = await disk.open(join(directory, path), 'create')
    return new AppendFile(disk, directory, path, file, 0, head)
  }

  /** Appends bytes (H included, in a new file) and returns when they are durable. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, this.size)
    const synced = this.#file.sync()
    this.predecessor.hash.prepare(bytes)
    await synced
    if (this.head !== '') {
      await this.#disk.syncDirectory(join(this.#directory, this.path, '..'))
      await this.#disk.syncDirectory(this.#directory)
      this.head = ''
    }
    this.predecessor.size += bytes.length
    this.predecessor.hash.add(bytes)
  }

  /** It never throws: everything that counts is synced by then, and the handle is gone either way. */
  close(): Promise<void> {
    return attempt(() => this.#file.close())
  }

  /**
   * Closes after a failed write or sync; what lies behind the durable bytes is void. A file in which nothing is
   * durable is removed, or a disk that fails for a day would fill a directory with them; on a full disk the
   * void bytes are given back. It never throws: the write's own failure is the one that counts.
   */
  async discard(isFull: boolean): Promise<void> {
    const isEmpty = this.size === 0
    if (isFull && !isEmpty) await attempt(() => this.#file.truncate(this.size))
    await this.close()
    if (isEmpty) await attempt(() => this.#disk.remove(join(this.#directory, this.path)))
  }
}

/** Does what is good to have done, and goes on where it fails. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (errorCode(error) === undefined) throw error
  }
}

/** The number of a day's next file: behind all that are there, whatever became of them. */
export async function nextNumber(disk: Disk, directory: string, day: number): Promise<number> {
  const year = filePath(day, 0).slice(0, 4)
  await disk.makeDirectory(join(directory, year))
  let next = 0
  for (const name of await disk.list(join(directory, year))) {
    const match = /^(\d{8})(?:-(\d+))?\.txt/.exec(name)
    if (match?.[1] === compactDay(day)) next = Math.max(next, Number(match[2] ?? 0) + 1)
  }
  return next
}

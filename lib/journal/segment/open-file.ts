// The segment that is open for appending: its place in the chain, how many of its bytes are durable, the room taken
// ahead behind them, and what the next segment's header must say about it.
import { dirname, join } from 'node:path'
import { errorCode } from '../../kit/errors.ts'
import { type Disk, type DiskFile, writeDurably } from '../disk/disk.ts'
import type { FileState } from '../disk/file-state.ts'
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

/** What changed a file under its writer: how it is now (null: it is gone), and how the writer left it. */
export interface ForeignChange {
  found: FileState | null
  left: FileState
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
  /** absolute path: it is looked at before each append */
  readonly #place: string
  readonly #file: DiskFile
  /** as the last append left it; from `size` to its end there are zeros */
  readonly #left: FileState

  private constructor(
    disk: Disk,
    directory: string,
    path: string,
    open: { file: DiskFile; left: FileState; size: number; head: string },
  ) {
    this.#disk = disk
    this.#directory = directory
    this.#place = join(directory, path)
    this.#file = open.file
    this.#left = open.left
    this.day = parseFilePath(path)!.day
    this.predecessor = { path, size: open.size, hash: new RunningHash(open.size === 0), awaited: false }
    this.head = open.head
  }

  get path(): string {
    return this.predecessor.path
  }

  get size(): number {
    return this.predecessor.size
  }

  /** Bytes that can be appended into blocks that are there. */
  get room(): number {
    return this.#left.size - this.size
  }

  /** Goes on in a file that is there and ends at `size`. */
  static async reopen(disk: Disk, directory: string, path: string, size: number): Promise<AppendFile> {
    const file = await disk.open(join(directory, path), 'write')
    try {
      const left = { size, inode: await inodeOf(disk, directory, path) }
      return new AppendFile(disk, directory, path, { file, left, size, head: '' })
    } catch (error) {
      await attempt(() => file.close())
      throw error
    }
  }

  /** Makes the next file of the day of `now`; nothing is written yet. */
  static async create(
    disk: Disk,
    directory: string,
    chain: { day: number; epoch: string; firstSeq: number; now: number; previous: Predecessor | undefined },
  ): Promise<AppendFile> {
    const path = filePath(chain.day, await numberBehind(disk, directory, chain.day, chain.previous?.path))
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
    try {
      const left = { size: 0, inode: await inodeOf(disk, directory, path) }
      return new AppendFile(disk, directory, path, { file, left, size: 0, head })
    } catch (error) {
      await attempt(() => file.close())
      await attempt(() => disk.remove(join(directory, path)))
      throw error
    }
  }

  /**
   * Whether something else has changed, replaced or removed the file since the last append: what, or undefined. At once
   * where the disk need not be asked.
   */
  foreignChange(): ForeignChange | undefined | Promise<ForeignChange | undefined> {
    const found = this.#disk.stat(this.#place)
    return found instanceof Promise ? found.then((state) => this.#changeTo(state)) : this.#changeTo(found)
  }

  #changeTo(found: FileState | undefined): ForeignChange | undefined {
    const { size, inode } = this.#left
    if (found?.size === size && found.inode === inode) return undefined
    return { found: found ?? null, left: { size, inode } }
  }

  /**
   * Appends bytes (H included, in a new file) and returns when they are durable.
   *
   * @param ahead size that the file should have then, with zeros behind the bytes
   */
  async append(bytes: Uint8Array, ahead = 0): Promise<void> {
    const end = this.size + bytes.length
    const durable = ahead > end ? this.#appendAhead(bytes, ahead) : writeDurably(this.#file, bytes, this.size)
    this.predecessor.hash.work()
    await durable
    if (this.head !== '') {
      await this.#disk.syncDirectory(dirname(this.#place))
      await this.#disk.syncDirectory(this.#directory)
      this.head = ''
    }
    this.#left.size = Math.max(this.#left.size, end)
    this.predecessor.size = end
    this.predecessor.hash.add(bytes)
  }

  async #appendAhead(bytes: Uint8Array, ahead: number): Promise<void> {
    const end = this.size + bytes.length
    await this.#file.write(bytes, this.size)
    try {
      await this.#file.write(Buffer.alloc(ahead - end), end)
      this.#left.size = ahead
    } catch {
      // no room for zeros, say: the bytes themselves were taken, and the file ends somewhere behind them
      this.#left.size = await this.#file.size()
    }
    await this.#file.sync()
  }

  /**
   * Gives back the room that was taken ahead, and closes. It never throws: everything that counts is synced by then,
   * readers take zeros for what they are, and the handle is gone either way.
   */
  async close(): Promise<void> {
    if (this.room > 0) await attempt(() => this.#cut())
    await this.abandon()
  }

  /** Nothing behind the durable bytes stays, unless something else has written there. */
  async #cut(): Promise<void> {
    if (!(await this.foreignChange())) await this.#file.truncate(this.size)
  }

  /** Closes a file that is not this writer's any more, as it is. */
  abandon(): Promise<void> {
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
    await this.abandon()
    if (isEmpty) await attempt(() => this.#disk.remove(this.#place))
  }
}

async function inodeOf(disk: Disk, directory: string, path: string): Promise<number> {
  // 0: it is gone already, which the next look will say
  return (await disk.stat(join(directory, path)))?.inode ?? 0
}

/** Does what is good to have done, and goes on where it fails. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (errorCode(error) === undefined) throw error
  }
}

/** The number of a day's next file, behind its predecessor's too, which may have been removed under its writer. */
async function numberBehind(
  disk: Disk,
  directory: string,
  day: number,
  previous: string | undefined,
): Promise<number> {
  const next = await nextNumber(disk, directory, day)
  const place = previous === undefined ? undefined : parseFilePath(previous)
  return place?.day === day ? Math.max(next, place.number + 1) : next
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

// Appends batches to the chain of daily files. It begins a new file when the day changes, keeps the hash chain, and
// never writes again to a file in which a write or sync has failed. It does not retry or buffer: the flusher does.
import { inBackground } from '../../kit/background.ts'
import { openText } from '../archive/open-text.ts'
import { withText } from '../archive/text-file.ts'
import { BatchEncoder } from '../format/batch.ts'
import { dayOf } from '../format/time.ts'
import type { LastFile } from '../recover/start.ts'
import { AppendFile, type ForeignChange, type Predecessor } from '../segment/open-file.ts'
import { Preallocation } from '../segment/preallocation.ts'
import { RunningHash } from '../segment/running-hash.ts'
import { DiskFullError, isDiskFull } from './failure.ts'
import type { JournalOptions } from './options.ts'
import type { Run } from './runs.ts'

/** What is written at one time. */
type Writing = Pick<Run, 'records' | 'size'> & {
  /** of the file; undefined: where the writer is */
  day: number | undefined
}

/** Room for the head of a new file and the C lines: they are not known yet, and short. */
const headSize = 4096
/** How old the last answer about free space may be, ms. */
const spaceInterval = 1_000
/** Before each piece of what a hash is behind, ms. */
const hashPause = 50
/** A previous file up to this size is hashed at a start at once, a larger one in the background. */
const hashAtOnce = 4 << 20

/** What the writer finds out about its files. */
export interface ChainListener {
  /** the hash of a file whose successor's H has `?` */
  hash(file: string, sha256: string): void
  /** something else has changed a file, which is not written to any more */
  foreign(file: string, change: ForeignChange): void
}

/** The end of the chain. */
export class ChainWriter {
  /** seq of the last durable entry */
  lastSeq: number
  batches = 0
  syncs = 0
  bytes = 0
  readonly #options: Required<JournalOptions>
  readonly #epoch: string
  readonly #listener: ChainListener
  readonly #preallocation: Preallocation
  readonly #encoder = new BatchEncoder()
  #file: AppendFile | undefined
  #previous: Predecessor | undefined
  /** durable bytes of files in which a write failed */
  readonly #abandoned = new Map<string, number>()
  #space = { free: Number.POSITIVE_INFINITY, asked: Number.NEGATIVE_INFINITY }
  #lastPath: string
  #closed = false
  #isWriting = false
  /** the file whose hash is being brought up to its end */
  #hashing: Predecessor | undefined

  constructor(options: Required<JournalOptions>, epoch: string, lastSeq: number, listener: ChainListener) {
    this.#options = options
    this.#epoch = epoch
    this.lastSeq = lastSeq
    this.#listener = listener
    this.#preallocation = new Preallocation(options.preallocate)
    this.#lastPath = options.directory
  }

  /** Goes on behind what recovery found. */
  async resume(last: LastFile): Promise<void> {
    const { disk, directory, clock } = this.#options
    this.#previous = { path: last.path, size: last.size, hash: new RunningHash(false), awaited: false }
    if (last.stored === last.path && last.day === dayOf(clock.wall())) {
      const file = await AppendFile.reopen(disk, directory, last.path, last.size)
      this.#file = file
      inBackground(this.#hash(file.predecessor, last.stored, () => file.size))
      return
    }
    const hashed = this.#hash(this.#previous, last.stored, () => last.size)
    if (last.size <= hashAtOnce) await hashed
  }

  /** Day of the file that is written to; undefined where the next write makes one. */
  get day(): number | undefined {
    return this.#file?.day
  }

  /**
   * Writes records that belong to one day's file and returns when they are durable. Where it throws nothing of them is
   * durable as far as anyone may rely on it, and the next call goes to a new file. With `intoReserve` the room
   * that is kept for others counts as free.
   */
  async write(writing: Writing, intoReserve = false): Promise<void> {
    this.#isWriting = true
    try {
      await this.#write(writing, intoReserve)
    } finally {
      this.#isWriting = false
    }
  }

  async #write({ records, day, size }: Writing, intoReserve: boolean): Promise<void> {
    const look = this.#file?.foreignChange()
    // an await takes its turn even where there is nothing to wait for
    const change = look instanceof Promise ? await look : look
    if (change) await this.#leaveForeign(this.#file!, change)
    if (!intoReserve && !this.#hasRoom(size + headSize)) await this.#checkSpace(size + headSize)
    const file = this.#goesOn(day) ? this.#file! : await this.#nextFile(day)
    this.#lastPath = file.path
    const { clock } = this.#options
    const { bytes, lastSeq } = this.#encoder.encode(records, this.lastSeq, clock.wall(), file.head)
    const isNew = file.head !== ''
    const before = file.size + file.room
    try {
      await file.append(bytes, intoReserve ? 0 : this.#sizeAhead(file, bytes.length))
    } catch (error) {
      await this.#abandonFile(file, error)
      throw error
    }
    this.syncs += isNew ? 3 : 1
    this.lastSeq = lastSeq
    this.batches++
    this.bytes += bytes.length
    this.#space.free -= file.size + file.room - before
    if (file.predecessor.hash.isBehind && this.#hashing !== file.predecessor)
      inBackground(
        this.#hash(
          file.predecessor,
          file.path,
          () => file.size,
          () => this.#quiet(),
        ),
      )
  }

  /** The size to which the file should grow with a batch, so that the next ones find their blocks there. */
  #sizeAhead(file: AppendFile, batch: number): number {
    if (batch <= file.room) return 0
    const { reserve, clock } = this.#options
    const room = this.#space.free - reserve - batch
    return this.#preallocation.sizeFor(batch, file.size + batch, room, clock.monotonic())
  }

  /** A file that something else has changed is left as it is: what counts of it, the next H says. */
  async #leaveForeign(file: AppendFile, change: ForeignChange): Promise<void> {
    this.#listener.foreign(file.path, change)
    this.#file = undefined
    if (file.size > 0) this.#previous = file.predecessor
    this.#abandoned.set(file.path, file.size)
    await file.abandon()
  }

  /** The path that is written to, or was last, for messages. */
  get path(): string {
    return this.#file?.path ?? this.#lastPath
  }

  /** Durable bytes of a file that is being written, or in which a write failed; undefined for any other. */
  durableSize(path: string): number | undefined {
    return this.#file?.path === path ? this.#file.size : this.#abandoned.get(path)
  }

  async close(): Promise<void> {
    this.#closed = true
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  /** Whether the file that is open takes what belongs to a day's file. */
  #goesOn(day: number | undefined): boolean {
    const file = this.#file
    return file !== undefined && file.day === (day ?? file.day) && file.size < this.#options.fileSize
  }

  async #nextFile(day: number | undefined): Promise<AppendFile> {
    const now = this.#options.clock.wall()
    const wanted = day ?? this.#file?.day ?? dayOf(now)
    if (this.#file) await this.#leaveFile(this.#file)
    const { disk, directory } = this.#options
    this.#file = await AppendFile.create(disk, directory, {
      day: wanted,
      epoch: this.#epoch,
      firstSeq: this.lastSeq + 1,
      now,
      previous: this.#previous,
    })
    // it may have the name of one that failed and was removed
    this.#abandoned.delete(this.#file.path)
    return this.#file
  }

  /** A finished file: its size and hash go into the next one's H. */
  async #leaveFile(file: AppendFile): Promise<void> {
    this.#previous = file.predecessor
    this.#file = undefined
    await file.close()
  }

  /**
   * After a failed write or sync the file's state is unknown: what lies beyond its good size is void. One in
   * which nothing is durable is no part of the chain, though the disk may not let it be removed.
   */
  async #abandonFile(file: AppendFile, error: unknown): Promise<void> {
    this.#file = undefined
    if (file.size > 0) this.#previous = file.predecessor
    this.#abandoned.set(file.path, file.size)
    await file.discard(isDiskFull(error))
  }

  /** Whether so many bytes fit into the room that was taken ahead: it is there whatever others have left of the disk. */
  #hasRoom(bytes: number): boolean {
    return this.#file !== undefined && bytes <= this.#file.room
  }

  /** Keeps the reserve, and makes no file that there is no room for. */
  async #checkSpace(bytes: number): Promise<void> {
    const { reserve, disk, directory, clock } = this.#options
    const now = clock.monotonic()
    const needed = reserve + bytes
    if (now - this.#space.asked >= spaceInterval || this.#space.free < needed) {
      this.#space = { free: await disk.freeSpace(directory), asked: now }
    }
    if (this.#space.free < needed) throw new DiskFullError(this.#space.free, reserve)
  }

  /** Appends go first: a hash has time until the next file begins, and longer. */
  async #quiet(): Promise<void> {
    const { clock } = this.#options
    do await new Promise<void>((resolve) => clock.after(hashPause, resolve))
    while (this.#isWriting && !this.#closed)
  }

  /** Where it fails the chain has a `?`, which verify names: events matter more. */
  async #hash(
    file: Predecessor,
    stored: string,
    size: () => number,
    rest: () => Promise<void> = async () => {},
  ): Promise<void> {
    this.#hashing = file
    try {
      const { disk, directory } = this.#options
      await withText({ stored }, openText(disk, directory), (text) =>
        file.hash.catchUp(text, size, () => this.#closed, rest),
      )
    } catch (error) {
      process.emitWarning(`journal: cannot hash ${file.path}: ${String(error)}`)
      return
    } finally {
      if (this.#hashing === file) this.#hashing = undefined
    }
    const sha256 = file.hash.digest()
    if (sha256 && file.awaited) this.#listener.hash(file.path, sha256)
  }
}

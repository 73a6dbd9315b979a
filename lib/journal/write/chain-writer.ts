// Writes runs of records to the chain of day files: rolls over, keeps the hash chain, never trusts a file in
// which a write or sync failed. No retries and no buffering here.

import { inBackground } from '../../kit/background.ts'
import { openText } from '../archive/open-text.ts'
import { withText } from '../archive/text-file.ts'
import { BatchEncoder } from '../format/batch.ts'
import { dayOf } from '../format/time.ts'
import type { LastFile } from '../recover/start.ts'
import { AppendFile, type Predecessor } from '../segment/open-file.ts'
import { RunningHash } from '../segment/running-hash.ts'
import type { Held } from './buffer.ts'
import { DiskFullError, isDiskFull } from './failure.ts'
import type { JournalOptions } from './options.ts'

/** How old the last answer about free space may be, ms. */
const spaceInterval = 1_000
/** A previous file up to this size is hashed at a start at once, a larger one in the background. */
const hashAtOnce = 4 << 20

/** The end of the chain. */
export class ChainWriter {
  /** seq of the last durable entry */
  lastSeq: number
  batches = 0
  syncs = 0
  bytes = 0
  readonly #options: Required<JournalOptions>
  readonly #epoch: string
  readonly #onHash: (file: string, sha256: string) => void
  readonly #encoder = new BatchEncoder()
  #file: AppendFile | undefined
  #previous: Predecessor | undefined
  /** durable bytes of files in which a write failed */
  readonly #abandoned = new Map<string, number>()
  #space = { free: Number.POSITIVE_INFINITY, asked: Number.NEGATIVE_INFINITY }
  #lastPath: string
  #closed = false

  /** @param onHash is told the hash of a file whose successor's H has `?` */
  constructor(
    options: Required<JournalOptions>,
    epoch: string,
    lastSeq: number,
    onHash: (file: string, sha256: string) => void,
  ) {
    this.#options = options
    this.#epoch = epoch
    this.lastSeq = lastSeq
    this.#onHash = onHash
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

  /**
   * Writes records that belong to one day and returns when they are durable. Where it throws nothing of them is
   * durable as far as anyone may rely on it, and the next call goes to a new file. With `intoReserve` the room
   * that is kept for others counts as free.
   */
  async write(records: readonly Held[], day: number | undefined, intoReserve = false): Promise<void> {
    // the head of a new file is not known yet; it is short
    if (!intoReserve) await this.#checkSpace(textSize(records))
    const file = await this.#fileFor(day)
    this.#lastPath = file.path
    const now = this.#options.clock.wall()
    const { bytes, lastSeq } = this.#encoder.encode(records, this.lastSeq, now, file.head)
    try {
      const isNew = file.head !== ''
      await file.append(bytes)
      this.syncs += isNew ? 3 : 1
    } catch (error) {
      await this.#abandonFile(file, error)
      throw error
    }
    this.lastSeq = lastSeq
    this.batches++
    this.bytes += bytes.length
    this.#space.free -= bytes.length
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

  async #fileFor(day: number | undefined): Promise<AppendFile> {
    const now = this.#options.clock.wall()
    const wanted = day ?? this.#file?.day ?? dayOf(now)
    const current = this.#file
    if (current?.day === wanted && current.size < this.#options.fileSize) return current
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

  /** Where it fails the chain has a `?`, which verify names: events matter more. */
  async #hash(file: Predecessor, stored: string, size: () => number): Promise<void> {
    try {
      const { disk, directory } = this.#options
      await withText({ stored }, openText(disk, directory), (text) =>
        file.hash.catchUp(text, size, () => this.#closed),
      )
    } catch (error) {
      process.emitWarning(`journal: cannot hash ${file.path}: ${String(error)}`)
      return
    }
    const sha256 = file.hash.digest()
    if (sha256 && file.awaited) this.#onHash(file.path, sha256)
  }
}

/** A guess at the bytes that records take, as used for the room they need. */
function textSize(records: readonly Held[]): number {
  let size = 4096
  for (const record of records) size += record.kind === 'N' ? record.json.length : record.text.length + 32
  return size
}

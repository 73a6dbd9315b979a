// Writes runs of records to the chain of day files: rolls over, keeps the hash chain, never trusts a file in
// which a write or sync failed. No retries and no buffering here.
import { errorCode } from '../errors.ts'
import { openText } from './archive.ts'
import { encodeBatches } from './batch.ts'
import type { Gap, Held } from './buffer.ts'
import { DiskFullError } from './failure.ts'
import { RunningHash } from './hash.ts'
import { AppendFile, type Predecessor } from './open-file.ts'
import type { JournalOptions } from './options.ts'
import type { FoundEnd } from './start.ts'
import { dayOf } from './time.ts'

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
  #file: AppendFile | undefined
  #previous: Predecessor | undefined
  #space = { free: Number.POSITIVE_INFINITY, asked: Number.NEGATIVE_INFINITY }
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
  }

  /** Goes on behind what recovery found. */
  async resume(last: NonNullable<FoundEnd['last']>): Promise<void> {
    const { disk, directory, clock } = this.#options
    const isPlain = last.file.stored === last.file.path
    this.#previous = { path: last.file.path, size: last.size, hash: new RunningHash(false), awaited: false }
    if (isPlain && last.file.day === dayOf(clock.wall())) {
      const file = await AppendFile.reopen(disk, directory, last.file.path, last.size)
      this.#file = file
      this.#hashInBackground(file.predecessor, () => file.size)
      return
    }
    if (last.size > hashAtOnce) this.#hashInBackground(this.#previous, () => last.size)
    else await this.#catchUp(this.#previous, () => last.size)
  }

  /**
   * Writes records that belong to one day and returns when they are durable. A gap is noted before them.
   * Where it throws nothing of them is durable as far as anyone may rely on it, and the next call goes to a new
   * file.
   */
  async write(
    records: readonly Held[],
    day: number | undefined,
    gap: Gap | undefined,
    now: number,
  ): Promise<void> {
    await this.#checkSpace()
    const file = await this.#fileFor(day, now)
    const noted = gap
      ? [{ kind: 'N' as const, notice: 'gap', json: JSON.stringify(gap) }, ...records]
      : records
    const { bytes, lastSeq } = encodeBatches(noted, this.lastSeq, now, file.head)
    try {
      const isNew = file.head !== ''
      await file.append(bytes)
      this.syncs += isNew ? 3 : 1
    } catch (error) {
      await this.#abandonFile(file)
      throw error
    }
    this.lastSeq = lastSeq
    this.batches++
    this.bytes += bytes.length
    this.#space.free -= bytes.length
  }

  /** The path that is written to, for messages. */
  get path(): string {
    return this.#file?.path ?? this.#options.directory
  }

  /** Durable bytes of the current file; undefined for any other. */
  durableSize(path: string): number | undefined {
    return this.#file?.path === path ? this.#file.size : undefined
  }

  async close(): Promise<void> {
    this.#closed = true
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async #fileFor(day: number | undefined, now: number): Promise<AppendFile> {
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
    return this.#file
  }

  /** A finished file: its size and hash go into the next one's H. */
  async #leaveFile(file: AppendFile): Promise<void> {
    this.#previous = file.predecessor
    this.#file = undefined
    await file.close()
  }

  /** After a failed write or sync the file's state is unknown: what lies beyond its good size is void. */
  async #abandonFile(file: AppendFile): Promise<void> {
    this.#previous = file.predecessor
    this.#file = undefined
    await file.close().catch((error: unknown) => {
      // the write's own failure is the one that is reported
      if (errorCode(error) === undefined) throw error
    })
  }

  async #checkSpace(): Promise<void> {
    const { reserve, disk, directory, clock } = this.#options
    const now = clock.monotonic()
    if (now - this.#space.asked >= spaceInterval || this.#space.free < reserve) {
      this.#space = { free: await disk.freeSpace(directory), asked: now }
    }
    if (this.#space.free < reserve) throw new DiskFullError(this.#space.free, reserve)
  }

  #hashInBackground(file: Predecessor, size: () => number): void {
    this.#catchUp(file, size).catch((error: unknown) => {
      // the chain has a `?` there then, which verify names; events matter more
      process.emitWarning(`journal: cannot hash ${file.path}: ${String(error)}`)
    })
  }

  async #catchUp(file: Predecessor, size: () => number): Promise<void> {
    const handle = await openText(this.#options.disk, this.#options.directory)(file.path)
    try {
      await file.hash.catchUp(handle, size, () => this.#closed)
    } finally {
      await handle.close()
    }
    const sha256 = file.hash.digest()
    if (sha256 && file.awaited) this.#onHash(file.path, sha256)
  }
}

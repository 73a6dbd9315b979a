// The journal's one writer: a dual buffer in front of a chain of daily files. What it promises is numbered in
// docs/journal-format.md; README.md says what happens at each failure.
import { dirname } from 'node:path'
import { inBackground } from '../kit/background.ts'
import { doneWithin } from '../kit/deadline.ts'
import { errorCode, withCode } from '../kit/errors.ts'
import type { Disk } from './disk/disk.ts'
import type { Lock } from './disk/lock.ts'
import { checkEntry, type NewEntry } from './format/batch.ts'
import type { Entry } from './format/entry.ts'
import { checkDepth, checkEntryLimit, checkLength } from './format/entry-limit.ts'
import type { Salvage } from './recover/recovery.ts'
import { recover } from './recover/start.ts'
import { DualBuffer, type Held, type HeldEntry, heldEntry, newNotice } from './write/buffer.ts'
import { ChainWriter } from './write/chain-writer.ts'
import { SlowDiskError, UnwrittenError } from './write/failure.ts'
import { Flusher, guarded } from './write/flusher.ts'
import { type JournalOptions, type LiveOptions, withDefaults } from './write/options.ts'
import { StepWatch } from './write/step-watch.ts'

/** An entry that is on the medium, with its caller's tag. */
export interface DurableEntry extends Entry {
  tag: unknown
}

/** Counters of one writer since its start. */
export interface JournalStatistics {
  /** entries that became durable */
  events: number
  /** entries that memory had no room for, or that came after the stop */
  dropped: number
  /** entries and notices in memory */
  held: number
  /** entries and notices written */
  records: number
  batches: number
  syncs: number
  bytes: number
  /** writes and syncs that failed */
  failures: number
  lastSeq: number
  /** why the disk does not take events now, and what is done about it; undefined while all is well */
  failure: string | undefined
}

/** What the writer tells. */
export interface JournalListener {
  /** entries in order of seq, each once, after their C is on the medium */
  durable?(entries: DurableEntry[]): void
  /** writing began to fail, fails otherwise, or works again (undefined) */
  failure?(message: string | undefined): void
}

/** What a start found. */
export interface StartResult {
  /** seq of the last entry that was there */
  lastSeq: number
  /** what had to be repaired */
  salvages: Salvage[]
}

/** A start that takes longer is reported as a failure, although it may still succeed; ms. */
const slowStart = 5_000

/** The writer of one journal directory. */
export class Journal {
  readonly directory: string
  /** drawn at `start` */
  epoch = ''
  readonly #options: Required<JournalOptions>
  readonly #listener: JournalListener
  readonly #buffer: DualBuffer
  readonly #steps: StepWatch
  readonly #flusher: Flusher
  readonly #counts = { events: 0, dropped: 0, records: 0 }
  #lock: Lock | undefined
  #writer: ChainWriter | undefined
  #starting: Promise<StartResult> | undefined
  #stopping: Promise<void> | undefined
  /** the limit for closing has passed: what is still held is lost */
  #ended = false

  constructor(options: JournalOptions, listener: JournalListener = {}) {
    this.#options = withDefaults(options)
    checkEntryLimit(this.#options.entryLimit)
    this.#listener = listener
    this.directory = this.#options.directory
    this.#buffer = new DualBuffer(this.#options.maxHeldEvents, this.#options.maxHeldBytes)
    this.#steps = new StepWatch(this.#options.clock, (step) => this.notice('step', step))
    this.#flusher = new Flusher(this.#options, this.#buffer, this.#steps, {
      written: (records, lastSeqBefore) => this.#tellDurable(records, lastSeqBefore),
      failure: (message) => guarded(this.#listener.failure, message),
    })
  }

  /**
   * Takes the lock, repairs the end of the last file, and begins to write; entries appended before wait. It
   * resolves after the first write, or when that failed and is being tried again. It rejects with a
   * JournalLockedError or what the disk said meanwhile, and may then be called again.
   * @param beforeNew is awaited between the repair, with the last durable seq, and the first new entry
   */
  start(beforeNew?: (lastSeq: number) => Promise<void>): Promise<StartResult> {
    if (this.#stopping)
      return Promise.reject(withCode('JOURNAL_CLOSED', new Error(`journal: ${this.directory} is closed`)))
    if (!this.#starting) {
      this.#starting = this.#open(beforeNew)
      this.#starting.catch(() => {
        this.#starting = undefined
      })
    }
    return this.#starting
  }

  /** Other settings from now on; what is left out stays as it is. */
  configure(options: LiveOptions): void {
    Object.assign(this.#options, options)
    this.#buffer.limit(this.#options.maxHeldEvents, this.#options.maxHeldBytes)
    this.#flusher.changed()
  }

  /**
   * Takes an entry into the active buffer; false where memory is full and it had to be dropped, or after
   * `stop`. Throws a TypeError at an entry that the journal's format cannot hold, an EntryTooLongError at one that
   * is longer than `entryLimit`, and an EntryTooDeepError at a structured event that is nested too deep.
   * @param kept bytes of memory that the caller keeps until it is durable: they count for the limit
   */
  append(entry: NewEntry, tag?: unknown, kept = 0): boolean {
    checkEntry(entry)
    checkLength(entry.text, this.#options.entryLimit)
    if (entry.kind === 'E') checkDepth(entry.text)
    if (this.#stopping || !this.#buffer.add(heldEntry(entry, this.#steps.now(), tag, kept))) {
      this.#counts.dropped++
      return false
    }
    this.#flusher.changed()
    return true
  }

  /** Notes something beside the entries; `value` is any JSON value. */
  notice(kind: string, value: unknown): void {
    this.#buffer.addNotice(newNotice(kind, value, this.#options.clock.wall()))
    this.#flusher.changed()
  }

  /** Resolves when everything appended before is durable; makes the next flush start at once. */
  flush(): Promise<void> {
    return this.#flusher.flush()
  }

  /**
   * Flushes all, closes, and gives the lock back. Where that took longer than `limit` ms, or the journal was
   * never open, it rejects and says what is lost; the lock is kept until the disk operation in progress has ended.
   */
  stop(limit = 8_000): Promise<void> {
    this.#stopping ??= this.#stop(limit)
    return this.#stopping
  }

  /** The part of memory for what is held that is in use: 0 … 1, or slightly more. */
  get fill(): number {
    return this.#buffer.fill
  }

  /** Seq of the last durable entry; 0 in an empty journal or before the start. */
  get lastSeq(): number {
    return this.#writer?.lastSeq ?? 0
  }

  /** Path of the file that is being written. */
  get file(): string {
    return this.#writer?.path ?? ''
  }

  /** How far a file may be read: durable bytes where it is being written, or a write failed; else undefined. */
  durableSize(path: string): number | undefined {
    return this.#writer?.durableSize(path)
  }

  get statistics(): JournalStatistics {
    const { batches = 0, syncs = 0, bytes = 0 } = this.#writer ?? {}
    const { failures, failure } = this.#flusher
    const { held } = this.#buffer
    return { ...this.#counts, batches, syncs, bytes, held, lastSeq: this.lastSeq, failures, failure }
  }

  async #open(beforeNew?: (lastSeq: number) => Promise<void>): Promise<StartResult> {
    const { disk, lock, drawEpoch, software, clock } = this.#options
    const found = await this.#watched(async () => {
      await disk.makeDirectory(this.directory)
      await syncParent(disk, this.directory)
      this.#lock ??= lock(this.directory, clock.wall())
      const epoch = drawEpoch()
      const end = await recover(disk, this.directory, clock.wall(), epoch)
      const writer = new ChainWriter(this.#options, epoch, end.lastSeq, {
        hash: (file, sha256) => this.notice('hash', { file, sha256 }),
        foreign: (file, change) => this.notice('foreign', { file, ...change }),
      })
      if (end.last) await writer.resume(end.last)
      await beforeNew?.(end.lastSeq)
      return { ...end, epoch, writer }
    })
    this.#writer = found.writer
    if (this.#ended) throw withCode('JOURNAL_CLOSED', new Error(`journal: ${this.directory} is closed`))
    this.epoch = found.epoch
    const now = clock.wall()
    this.#buffer.addFirst([
      ...found.setAside.map((salvage) => newNotice('salvage', salvage, now)),
      newNotice('open', { epoch: found.epoch, software }, now),
    ])
    await this.#flusher.begin(found.writer)
    return { lastSeq: found.lastSeq, salvages: found.salvages }
  }

  /** Reports a disk that hangs at the start, too. */
  async #watched<T>(work: () => Promise<T>): Promise<T> {
    const stopWatch = this.#options.clock.after(slowStart, () =>
      this.#flusher.fail(new SlowDiskError(slowStart), this.directory),
    )
    try {
      return await work()
    } finally {
      stopWatch()
    }
  }

  #tellDurable(records: readonly Held[], lastSeqBefore: number): void {
    const epoch = this.epoch
    let seq = lastSeqBefore
    for (const record of records) {
      if (record.kind === 'N') continue
      record.seq = ++seq
      record.epoch = epoch
    }
    const count = seq - lastSeqBefore
    this.#counts.events += count
    this.#counts.records += records.length
    if (count > 0 && this.#listener.durable) guarded(this.#listener.durable, entriesOf(records, count))
  }

  async #stop(limit: number): Promise<void> {
    const closed = this.#close()
    const ended = closed.catch(() => {})
    const inTime = await doneWithin(ended, limit, this.#options.clock)
    this.#ended = true
    if (!inTime) {
      inBackground(this.#flusher.end())
      closed.catch((error: unknown) => process.emitWarning(`journal: closing late: ${String(error)}`))
    }
    if (this.#buffer.held > 0) {
      const { gap, tags } = this.#buffer.unwritten
      throw new UnwrittenError(this.directory, gap, tags)
    }
    if (!inTime)
      throw withCode(
        'JOURNAL_NOT_CLOSED',
        new Error(`journal: ${this.directory}: the disk has not let it be closed after ${limit} ms`),
      )
    return closed
  }

  /** Flushes as long as the limit allows, then closes the file and releases the lock. */
  async #close(): Promise<void> {
    try {
      await this.#starting
    } catch {
      // its caller knows
    }
    this.#flusher.hurry()
    try {
      // the flush itself may find something to note: a clock step, a gap
      while (this.#writer && this.#buffer.held > 0 && !this.#ended) await this.#flusher.flush()
    } catch {
      // the limit has passed; `stop` counts what is lost
    }
    try {
      await this.#flusher.end()
      await this.#writer?.close()
    } finally {
      this.#lock?.release()
      this.#lock = undefined
    }
  }
}

/** The parent directory may not be accessible to this user; its durability is not our responsibility. */
async function syncParent(disk: Disk, directory: string): Promise<void> {
  try {
    await disk.syncDirectory(dirname(directory))
  } catch (error) {
    const code = errorCode(error)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
  }
}

/** The entries among records, in a list of their own; `count` says how many there are: nearly always all. */
function entriesOf(records: readonly Held[], count: number): HeldEntry[] {
  if (count === records.length) return records.slice() as HeldEntry[]
  return records.filter((record) => record.kind !== 'N')
}

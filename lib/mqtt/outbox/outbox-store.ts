// The outbox on disk: a journal of its own whose entries are messages, and a checkpoint up to which they are
// acknowledged. A finished file is removed when everything in it is acknowledged.
import { join } from 'node:path'
import { agreement, viewOf } from '../../delivery/progress/agreement.ts'
import { CheckpointFile } from '../../delivery/progress/checkpoint.ts'
import { Epochs } from '../../delivery/progress/epochs.ts'
import { SeqRanges } from '../../delivery/progress/ranges.ts'
import { type Disk, systemDisk } from '../../journal/disk/disk.ts'
import { isEntry, type Entry as JournalEntry } from '../../journal/format/entry.ts'
import { largestEntryLimit } from '../../journal/format/entry-limit.ts'
import { type DurableEntry, Journal } from '../../journal/journal.ts'
import { readJournal } from '../../journal/read/reader.ts'
import type { JournalOptions } from '../../journal/write/options.ts'
import { inBackground } from '../../kit/background.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { asError } from '../../kit/errors.ts'
import { OutboxFiles } from './outbox-files.ts'

export type StoreOptions = Pick<
  JournalOptions,
  'directory' | 'disk' | 'clock' | 'reserve' | 'fileSize' | 'lock' | 'drawEpoch'
>

export interface StoreListener {
  /** entries with the tags of their append, in order, each once */
  durable(entries: readonly DurableEntry[]): void
  /** the disk fails, fails otherwise, or works again (undefined) */
  problem(text: string | undefined): void
}

/** A stretch of seqs, both ends included; empty where `to` < `from`. */
export interface Span {
  from: number
  to: number
}

/** ms between checkpoints while messages are acknowledged */
const saveInterval = 1_000
/** ms that close() gives the disk */
const closeLimit = 4_000
/** what may wait for the disk in memory; beyond it messages find no room */
const heldLimits = { count: 20_000, bytes: 32 << 20 }

export class OutboxStore {
  readonly #directory: string
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #listener: StoreListener
  readonly #files: OutboxFiles
  readonly #journal: Journal
  readonly #checkpoint: CheckpointFile
  #lastSeq = 0
  /** bytes of what was appended and is not durable */
  #heldBytes = 0
  /** acknowledged: all up to `#base`, and those in `#beyond` */
  #base = 0
  readonly #beyond = new SeqRanges()
  #saved = 0
  /** what the checkpoint says of the journal that it is of: see lib/delivery/README.md */
  #identity: string | undefined
  #epochs = new Epochs()
  #stopTimer: (() => void) | undefined
  #saving: Promise<void> = Promise.resolve()
  #closed = false
  /** the last checkpoint could not be written */
  #failed = false

  constructor(options: StoreOptions, listener: StoreListener) {
    this.#directory = options.directory
    this.#disk = options.disk ?? systemDisk
    this.#clock = options.clock ?? systemClock
    this.#listener = listener
    this.#files = new OutboxFiles(this.#disk, this.#directory)
    this.#checkpoint = new CheckpointFile(this.#disk, join(this.#directory, '.checkpoint'))
    this.#journal = new Journal(
      // a message may hold more than an entry: its data, and what the line was
      { ...options, flushInterval: 0, entryLimit: largestEntryLimit, subject: 'outbox' },
      {
        durable: (entries) => this.#durable(entries),
        failure: (text) => listener.problem(text),
      },
    )
  }

  /** Takes the directory over. Rejects with what the disk said, or a JournalLockedError; may be called again. */
  async open(): Promise<void> {
    const { lastSeq } = await this.#journal.start()
    await this.#files.find(this.#journal)
    const stored = await this.#checkpoint.read()
    this.#lastSeq = lastSeq
    const view = viewOf(this.#disk, this.#directory)
    const top = stored?.seq ?? 0
    // messages that another history put in the place of acknowledged ones are sent
    const known = stored ? Math.min(top, await agreement(stored, view, top, lastSeq)) : 0
    this.#base = Math.min(Math.max(known, this.#files.firstSeq - 1), lastSeq)
    this.#saved = this.#base
    const isSame = stored?.journal !== undefined && known > 0
    this.#identity = isSame ? stored.journal : ((await view.oldest())?.epoch ?? this.#journal.epoch)
    this.#epochs = new Epochs(isSame ? stored.epochs?.filter(([from]) => from <= known) : [])
    const first = this.#base < lastSeq ? await view.epochFrom(this.#base + 1) : undefined
    if (first !== undefined) this.#epochs.saw(this.#base + 1, first)
  }

  /** Seq of the last entry that was appended, durable or not. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  get durableSeq(): number {
    return this.#journal.lastSeq
  }

  /** All up to it are acknowledged. */
  get acknowledgedSeq(): number {
    return this.#base
  }

  get bytes(): number {
    return this.#files.bytes
  }

  /**
   * Appends an entry. Returns its seq; undefined where memory is full, because the disk takes nothing.
   * @param must beyond the limits of memory, too: for the few that have no other place
   */
  append(text: string, tag: unknown, must = false): number | undefined {
    if (this.#closed || (!must && this.isBehind)) return undefined
    const entry = { kind: 'E' as const, received: this.#clock.wall(), source: 'outbox', text }
    if (!this.#journal.append(entry, tag)) return undefined
    this.#heldBytes += text.length
    return ++this.#lastSeq
  }

  /** Much of what was appended is not durable yet: it takes no more. */
  get isBehind(): boolean {
    return this.#lastSeq - this.durableSeq >= heldLimits.count || this.#heldBytes > heldLimits.bytes
  }

  /** Resolves when everything appended before is durable. */
  flush(): Promise<void> {
    return this.#journal.flush()
  }

  /** Notes something beside the messages. */
  notice(kind: string, value: unknown): void {
    this.#journal.notice(kind, value)
  }

  /** Those of a span are dealt with. */
  acknowledge(from: number, to = from): void {
    if (from === this.#base + 1 && this.#beyond.size === 0) this.#base = to
    else {
      this.#beyond.addRange(from, to)
      this.#base = this.#beyond.advance(this.#base)
    }
    this.#stopTimer ??= this.#clock.after(saveInterval, () => {
      this.#stopTimer = undefined
      inBackground(this.save())
    })
  }

  isAcknowledged(seq: number): boolean {
    return seq <= this.#base || this.#beyond.has(seq)
  }

  /** Entries from a seq on, to the end of what is durable; unreadable ones are missing. */
  async *read(from: number): AsyncGenerator<JournalEntry[]> {
    const limits = { durableSize: (path: string) => this.#journal.durableSize(path) }
    for await (const reading of readJournal(this.#disk, this.#directory, from, limits)) {
      if (reading.kind !== 'batch') continue
      const entries = reading.items.filter(isEntry)
      for (const { seq, epoch } of entries) this.#epochs.saw(seq, epoch)
      if (entries.length > 0) yield entries
    }
  }

  /** What is in the oldest finished file, or was in those before it, and is not acknowledged, lies in this span. */
  get oldestFinished(): Span | undefined {
    const file = this.#files.oldestFinished
    // an entry in flight outlives its file: the span begins where the checkpoint is, not where the file does
    return file && { from: this.#base + 1, to: file.lastSeq }
  }

  /**
   * Removes the oldest finished file. What is in it, is not acknowledged, and is not held (in flight), counts as
   * acknowledged from now on; returns how many those are, undefined where there is no finished file.
   */
  dropOldest(isHeld: (seq: number) => boolean): { span: Span; count: number } | undefined {
    const span = this.oldestFinished
    if (span === undefined) return undefined
    let count = 0
    for (let { from: seq } = span; seq <= span.to; seq++) {
      if (this.isAcknowledged(seq) || isHeld(seq)) continue
      this.acknowledge(seq)
      count++
    }
    this.removeOldest(count)
    return { span, count }
  }

  /** Removes the oldest finished file, with so many messages in it that are given up; they are noted. */
  removeOldest(count: number): void {
    const file = this.#files.oldestFinished
    if (file === undefined) return
    const { firstSeq: from, lastSeq: to } = file
    if (count > 0) this.notice('dropped', { from, to, count, reason: 'size limit' })
    this.#files.remove(file, this.#journal)
  }

  /** Puts the checkpoint on disk, then removes the files that are not needed any more. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save())
    return this.#saving
  }

  /** What was appended is on disk when it resolves; rejects where the disk did not take all of it in time. */
  async close(): Promise<void> {
    this.#stopTimer?.()
    this.#closed = true
    await doneWithin(this.save(), closeLimit, this.#clock)
    try {
      await this.#journal.stop(closeLimit)
      await this.#files.idle()
      await this.save()
    } finally {
      await this.#checkpoint.close()
    }
  }

  async #save(): Promise<void> {
    const seq = Math.min(this.#base, this.durableSeq)
    if (seq === this.#saved) return
    try {
      const counters = { complete: seq, failed: 0, incomplete: 0, damaged: 0 }
      const identity = this.#identity === undefined ? {} : { journal: this.#identity }
      await this.#checkpoint.write({ seq, counters, ...identity, epochs: this.#epochs.upTo(seq) })
    } catch (error) {
      // messages may come twice after a crash; the next save may work
      this.#failed = true
      this.#listener.problem(`outbox: cannot write its checkpoint: ${asError(error).message}`)
      return
    }
    this.#saved = seq
    if (!this.#closed) this.#files.removeUpTo(seq, this.#journal)
    if (this.#failed) this.#listener.problem(undefined)
    this.#failed = false
  }

  #durable(entries: readonly DurableEntry[]): void {
    for (const { text, seq, epoch } of entries) {
      this.#heldBytes -= text.length
      this.#epochs.saw(seq, epoch)
    }
    this.#files.grew(entries[0]!.seq, entries.at(-1)!.seq, this.#journal)
    this.#listener.durable(entries)
  }
}

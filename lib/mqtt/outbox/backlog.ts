// The messages that an outbox has on disk, in order. The oldest (which are sent next) and the newest are in memory,
// too; those in between are read back when their turn comes.

import type { Entry as JournalEntry } from '../../journal/format/entry.ts'
import { BoundedQueue, type QueueLimits } from '../../kit/bounded-queue.ts'
import type { Clock } from '../../kit/clock.ts'
import { asError } from '../../kit/errors.ts'
import type { Entry } from './outbox.ts'
import { entryOf } from './outbox-record.ts'
import type { OutboxStore, Span } from './outbox-store.ts'

export interface BacklogEvents {
  readable(): void
  /** entries of these seqs are lost */
  lost(span: Span, count: number, why: string): void
  problem(text: string): void
}

/** ms until the next try when the disk could not be read */
const readPause = 2_000

/** what one end may hold */
const endLimits: QueueLimits = { count: 4_000, bytes: 4 << 20 }

const bytesOf = ({ bytes }: Entry) => bytes

export class Backlog {
  readonly #store: OutboxStore
  readonly #clock: Clock
  readonly #events: BacklogEvents
  readonly #head: BoundedQueue<Entry>
  readonly #tail: BoundedQueue<Entry>
  /** between head and tail: on disk only */
  #between: Span
  /** entries of the batch that was read last, the next one last */
  #ahead: JournalEntry[] = []
  #source: AsyncGenerator<JournalEntry[]> | undefined
  #reading: Promise<void> | undefined
  #stopRetry: (() => void) | undefined
  #closed = false

  /** @param store an open one */
  constructor(store: OutboxStore, clock: Clock, events: BacklogEvents, limits: Partial<QueueLimits> = {}) {
    const both = { ...endLimits, ...limits }
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#head = new BoundedQueue<Entry>(both, bytesOf)
    this.#tail = new BoundedQueue<Entry>(both, bytesOf)
    this.#between = { from: store.acknowledgedSeq + 1, to: store.lastSeq }
    if (this.#isBetween) this.#readAhead()
  }

  /** Messages that read() has still to give. */
  get unread(): number {
    return this.#head.length + this.#tail.length + this.#between.to - this.#between.from + 1
  }

  /** When the next one was handed over, ms since 1970; undefined while it is not in memory. */
  get oldest(): number | undefined {
    return this.#head.first?.at
  }

  /** Takes an entry that the store has given a seq, behind all others. */
  push(entry: Entry): void {
    const end = this.#isBetween || this.#tail.length > 0 || this.#head.isFull ? this.#tail : this.#head
    end.push(entry)
    this.trim()
    if (this.unread === 1) this.#events.readable()
  }

  /** Lets go of what is on disk and too much for memory. */
  trim(): void {
    const { durableSeq } = this.#store
    while (this.#tail.isFull && this.#tail.first!.seq <= durableSeq) {
      const { seq } = this.#tail.shift()!
      if (!this.#isBetween) this.#between.from = seq
      this.#between.to = seq
    }
  }

  /** The next one, in order; undefined while it is not in memory (`readable` tells), or when there is none. */
  read(): Entry | undefined {
    const entry = this.#head.shift() ?? (this.#isBetween ? undefined : this.#tail.shift())
    if (this.#isBetween && !this.#head.isFull) this.#readAhead()
    return entry
  }

  /** These were read, and are the next again. */
  putBack(entries: Entry[]): void {
    this.#head.putBack(entries.sort((a, b) => a.seq - b.seq))
  }

  /** What is not read of a span will never be. */
  skip({ to }: Span): void {
    for (const end of [this.#head, this.#tail])
      while ((end.first?.seq ?? Number.POSITIVE_INFINITY) <= to) end.shift()
    if (!this.#isBetween) return
    if (to >= this.#between.from) this.#between.from = Math.min(to, this.#between.to) + 1
    this.#closeSource()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopRetry?.()
    await this.#reading
    this.#closeSource()
  }

  get #isBetween(): boolean {
    return this.#between.from <= this.#between.to
  }

  #readAhead(): void {
    if (this.#reading !== undefined || this.#stopRetry !== undefined || this.#closed) return
    this.#reading = this.#fill()
      .catch((error: unknown) => {
        this.#closeSource()
        this.#events.problem(`outbox: cannot read what waits in it: ${asError(error).message}`)
        this.#stopRetry = this.#clock.after(readPause, () => {
          this.#stopRetry = undefined
          this.#readAhead()
        })
      })
      .finally(() => {
        this.#reading = undefined
      })
  }

  async #fill(): Promise<void> {
    const wasEmpty = this.#head.length === 0
    while (this.#isBetween && !this.#head.isFull && !this.#closed) {
      if (this.#ahead.length === 0) await this.#readBatch()
      this.#takeAhead()
      if (wasEmpty && this.#head.length > 0) break
    }
    if (!this.#isBetween) this.#closeSource()
    if (this.#head.length > 0) this.#events.readable()
  }

  async #readBatch(): Promise<void> {
    const isNew = this.#source === undefined
    const source = this.#source ?? this.#store.read(this.#between.from)
    this.#source = source
    const next = await source.next()
    if (this.#source !== source) return
    if (!next.done) this.#ahead = next.value.reverse()
    else {
      this.#source = undefined
      // a reader that was opened just now, and finds nothing: there is nothing
      if (isNew) this.#lose(this.#between.to)
    }
  }

  /** Moves to the head what was read and belongs there. */
  #takeAhead(): void {
    while (this.#ahead.length > 0 && this.#isBetween && !this.#head.isFull) {
      const { seq, text, received } = this.#ahead.at(-1)!
      if (seq > this.#between.from) this.#lose(Math.min(seq - 1, this.#between.to))
      if (!this.#isBetween) return
      this.#ahead.pop()
      if (seq < this.#between.from) continue
      this.#between.from = seq + 1
      if (!this.#store.isAcknowledged(seq)) this.#head.push(entryOf(text, seq, received))
    }
  }

  #lose(to: number): void {
    const span = { from: this.#between.from, to }
    this.#between.from = to + 1
    this.#events.lost(span, to - span.from + 1, 'they cannot be read any more')
  }

  #closeSource(): void {
    const source = this.#source
    this.#source = undefined
    this.#ahead = []
    source?.return(undefined).catch((error: unknown) => process.emitWarning(String(error)))
  }
}

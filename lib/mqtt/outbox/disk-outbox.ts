// An outbox that touches the disk only when it must (docs/mqtt.md, promise 5). While the broker keeps up, messages
// are in memory and their senders wait for the acknowledgement. From `spill` on every message is written to disk, in
// order, and its sender is told when it is synced. That ends when the broker answers again and everything that waited
// is in flight (live first: as soon as the broker answers). Messages of closed topics go to disk, too, beside the others.
import { join } from 'node:path'
import type { DurableEntry } from '../../journal/journal.ts'
import { BoundedQueue, type QueueLimits } from '../../kit/bounded-queue.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { asError } from '../../kit/errors.ts'
import { LinkedList } from '../../kit/linked-list.ts'
import { perSecond, TokenBucket } from '../../kit/token-bucket.ts'
import { Backlog } from './backlog.ts'
import type { ParkedTopic } from './lines.ts'
import {
  type Entry,
  earliest,
  type Outbox,
  OutboxFullError,
  type OutboxListener,
  takeLateForm,
} from './outbox.ts'
import { keyInRecord, recordText } from './outbox-record.ts'
import { OutboxStore, type Span, type StoreOptions } from './outbox-store.ts'
import { Parked } from './parked.ts'

export interface DiskOutboxOptions extends StoreOptions {
  /** bytes on disk; default 1 GB */
  maxBytes?: number
  /** what stays when they are used up: the oldest messages, or the newest; default `oldest` */
  keep?: 'oldest' | 'newest'
  /**
   * default `strict`: the backlog is sent first; `live-first`: new messages are sent at once, the backlog behind
   * them
   */
  order?: 'strict' | 'live-first'
  /** live first: messages a second of the backlog; default 0: as fast as the broker takes them */
  pace?: number
  /** of what is held in memory at each end of what waits on disk, and of what is parked */
  memory?: Partial<QueueLimits>
}

const defaultMaxBytes = 1_000_000_000
/** An outbox has several files, so that the oldest can go; each has this share of the limit at most. */
const filesInLimit = 8
/** ms until the next try when it could not be opened */
const openPause = 5_000
/** when the outbox is opened, the ids of this many of the newest entries on disk are read, to recognise repeats */
const rememberedEntries = 10_000
/** ms of the pace that may go at once, so that what waits does not flood the broker and its subscribers */
const burst = 100
/** of what is in memory of what is parked */
const parkedLimits: QueueLimits = { count: 4_000, bytes: 4 << 20 }
/** of messages that are in memory alone */
const liveLimits = { count: 100_000, bytes: 64 << 20 }

export class DiskOutbox implements Outbox {
  listener: OutboxListener | undefined
  readonly #options: DiskOutboxOptions
  readonly #maxBytes: number
  readonly #clock: Clock
  readonly #store: OutboxStore
  readonly #parked: Parked
  /** of what waits on disk; undefined: as fast as the broker takes it */
  readonly #pace: TokenBucket | undefined
  /** undefined until the store is open */
  #backlog: Backlog | undefined
  /** in memory alone, not read */
  readonly #live = new BoundedQueue<Entry>(liveLimits, ({ bytes }) => bytes)
  readonly #read = new LinkedList<Entry>()
  #count = 0
  /** new messages go to disk */
  #spilling = false
  /** the broker has answered since the last `spill` */
  #answered = false
  /** messages that found no room, and are not noted yet */
  #turnedAway = 0
  /** the oldest are being dropped */
  #dropping = false
  /** seqs of entries that are parked, and not durable there yet: until then this is where they are safe */
  readonly #moving = new Set<number>()
  #closed = false
  #opening: Promise<void> = Promise.resolve()
  #stopRetry: (() => void) | undefined

  constructor(options: DiskOutboxOptions) {
    const { maxBytes = defaultMaxBytes, fileSize = 16_000_000, clock = systemClock, pace = 0 } = options
    this.#options = options
    this.#maxBytes = maxBytes
    this.#clock = clock
    const store = { ...options, fileSize: Math.min(fileSize, Math.ceil(maxBytes / filesInLimit)) }
    this.#store = new OutboxStore(store, {
      durable: (entries) => this.#durable(entries),
      problem: (text) => this.listener?.problem(text),
    })
    const parked = { ...store, directory: join(options.directory, 'parked') }
    this.#parked = new Parked(
      parked,
      { ...parkedLimits, ...options.memory },
      {
        readable: () => this.listener?.readable(),
        moved: (entry, home) => this.#moved(entry, home),
        lost: (count, why) => this.listener?.dropped(count, why),
        grew: () => this.#keepLimit(),
        problem: (text) => this.listener?.problem(text),
      },
    )
    if (options.order === 'live-first' && pace > 0) {
      const options = { ...perSecond(pace, burst), first: 1, pause: Math.min(burst, 1000 / pace) }
      this.#pace = new TokenBucket(options, clock, () => this.listener?.readable())
    }
  }

  open(): Promise<void> {
    this.#opening = this.#tryOpen()
    return this.#opening
  }

  get count(): number {
    return this.#count + this.#parked.count
  }

  get diskBytes(): number {
    return this.#store.bytes + this.#parked.bytes
  }

  get oldest(): number | undefined {
    return earliest(this.#read.first?.at, this.#backlog?.oldest, this.#live.first?.at, this.#parked.oldest)
  }

  append(entry: Entry): Error | undefined {
    if (this.#spilling && this.#backlog !== undefined && this.#spillLive()) {
      if (this.#isFull) return this.#turnAway()
      if (this.#keep(entry)) {
        this.#count++
        this.#backlog.push(entry)
        return undefined
      }
    }
    if (!this.#live.hasRoomFor(entry.bytes)) {
      return new OutboxFullError(
        `${this.#live.length} messages wait in memory already, there is no room for more`,
      )
    }
    this.#count++
    this.#live.push(entry)
    if (this.#live.length === 1) this.listener?.readable()
    return undefined
  }

  read(): Entry | undefined {
    const entry = this.#next()
    if (entry !== undefined) entry.read = this.#read.push(entry)
    this.#endSpill()
    return entry
  }

  acknowledge(entry: Entry): void {
    this.#answered = true
    if (entry.parked) this.#parked.acknowledge(entry)
    else if (entry.read && this.#read.remove(entry.read)) {
      this.#count--
      if (entry.seq > 0) this.#store.acknowledge(entry.seq)
    }
    this.#endSpill()
  }

  rewind(): void {
    const read = [...this.#read].filter(({ held }) => !held)
    for (const entry of read) this.#read.remove(entry.read!)
    this.#backlog?.putBack(read.filter(({ seq }) => seq > 0))
    this.#live.putBack(read.filter(({ seq }) => seq === 0))
    this.#parked.rewind()
  }

  putBack(entry: Entry): void {
    if (entry.parked) this.#parked.putBack(entry)
    else if (entry.read && this.#read.remove(entry.read)) {
      if (entry.seq > 0) this.#backlog?.putBack([entry])
      else this.#live.putBack([entry])
    }
  }

  park(entry: Entry, inFlight: boolean): boolean | OutboxFullError {
    if (!entry.read) return false
    // the few in flight have their place in any case
    if (!inFlight && entry.seq === 0 && this.#backlog !== undefined && this.#isFull) return this.#turnAway()
    takeLateForm(entry)
    const { seq: home } = entry
    if (!this.#parked.add(entry, inFlight, inFlight)) return false
    if (home > 0) this.#moving.add(home)
    this.#read.remove(entry.read)
    this.#count--
    return true
  }

  readParked(topic: string, ahead: boolean): Entry | undefined {
    if (this.#pace?.isEmpty) return undefined
    const entry = this.#parked.read(topic, ahead)
    if (entry !== undefined) this.#pace?.take()
    return entry
  }

  parkedOn(topic: string): ParkedTopic | undefined {
    return this.#parked.lines.get(topic)?.state
  }

  parked(): ParkedTopic[] {
    return this.#parked.lines.states()
  }

  spill(): void {
    this.#spilling = true
    this.#answered = false
    if (this.#backlog === undefined) return
    for (const entry of this.#read) if (entry.seq === 0) this.#keep(entry)
    this.#spillLive()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopRetry?.()
    this.#pace?.stop()
    await this.#opening
    this.#noteTurnedAway()
    await this.#backlog?.close()
    // what is acknowledged here is so because it is there
    await this.#parked.close()
    await this.#store.close()
  }

  async #tryOpen(): Promise<void> {
    if (this.#closed) return
    try {
      await this.#store.open()
      const before = this.#parked.count
      await this.#parked.open()
      const waiting = this.#store.lastSeq - this.#store.acknowledgedSeq
      const keys = [...(await this.#parked.knownKeys(rememberedEntries)), ...(await this.#knownKeys())]
      this.#count += waiting
      this.listener?.found(waiting + this.#parked.count - before, keys)
    } catch (error) {
      const text = `outbox: cannot be opened: ${asError(error).message}; messages wait in memory`
      this.listener?.problem(text)
      this.#stopRetry = this.#clock.after(openPause, () => {
        this.#opening = this.#tryOpen().then(() => {
          if (this.#backlog !== undefined) this.listener?.problem(undefined)
        })
      })
      return
    }
    const events = {
      readable: () => this.listener?.readable(),
      lost: (span: Span, count: number, why: string) => this.#lost(span, count, why),
      problem: (text: string) => this.listener?.problem(text),
    }
    this.#backlog = new Backlog(this.#store, this.#clock, events, this.#options.memory)
    if (this.#spilling) this.spill()
    else if (this.#backlog.unread > 0) this.#spilling = true
  }

  async #knownKeys(): Promise<string[]> {
    const from = Math.max(1, this.#store.lastSeq - rememberedEntries + 1)
    const keys: string[] = []
    if (this.#store.lastSeq === 0) return keys
    for await (const entries of this.#store.read(from)) {
      for (const { seq, text } of entries) if (seq >= from) keys.push(keyInRecord(text))
    }
    return keys
  }

  #next(): Entry | undefined {
    const backlog = this.#backlog
    if (backlog === undefined || backlog.unread === 0) return this.#live.shift()
    if (this.#options.order !== 'live-first') return backlog.read()
    const live = this.#live.shift()
    if (live !== undefined || this.#pace?.isEmpty) return live
    const waiting = backlog.read()
    if (waiting !== undefined) this.#pace?.take()
    return waiting
  }

  /** From now on messages stay in memory again, if all that has to be before them is on its way. */
  #endSpill(): void {
    if (!this.#spilling || !this.#answered || this.#backlog === undefined) return
    if (this.#backlog.unread === 0 || this.#options.order === 'live-first') this.#spilling = false
  }

  /** Moves what is in memory alone to disk; false while the disk does not take all of it. */
  #spillLive(): boolean {
    for (let entry = this.#live.first; entry !== undefined; entry = this.#live.first) {
      if (!this.#keep(entry)) return false
      this.#live.shift()
      this.#backlog?.push(entry)
    }
    return true
  }

  /** Hands an entry to the disk, in its late form. */
  #keep(entry: Entry): boolean {
    if (entry.late !== undefined && !entry.replayed) Object.assign(entry, entry.late())
    entry.replayed = true
    const seq = this.#store.append(recordText(entry), entry)
    if (seq === undefined) return false
    entry.seq = seq
    this.#noteTurnedAway()
    return true
  }

  #durable(entries: readonly DurableEntry[]): void {
    for (const { tag } of entries) this.listener?.kept(tag as Entry)
    this.#backlog?.trim()
    this.#keepLimit()
  }

  /** An entry has its place among the parked ones: its place here is free. */
  #moved(entry: Entry, home: number): void {
    if (home > 0) {
      this.#moving.delete(home)
      this.#store.acknowledge(home)
    }
    this.listener?.kept(entry)
  }

  get #isFull(): boolean {
    return this.#options.keep !== 'newest' && this.diskBytes >= this.#maxBytes
  }

  /** Keep the newest: what is parked has waited longest, so it goes first. */
  #keepLimit(): void {
    if (this.#options.keep !== 'newest' || this.#dropping || this.diskBytes <= this.#maxBytes) return
    this.#dropping = true
    this.#parked
      .dropOldest()
      .then((count) => {
        this.#dropping = false
        if (count !== undefined) this.#tellDropped(count)
        else if (!this.#dropOldest()) return
        this.#keepLimit()
      })
      .catch((error: unknown) => {
        this.#dropping = false
        this.listener?.problem(`outbox: cannot make room: ${asError(error).message}`)
      })
  }

  #turnAway(): OutboxFullError {
    this.#turnedAway++
    const size = `${Math.round(this.#maxBytes / 1e6)} MB`
    return new OutboxFullError(`the outbox has its ${size}, with ${this.count} messages`)
  }

  #noteTurnedAway(): void {
    if (this.#turnedAway === 0) return
    this.#store.notice('dropped', { count: this.#turnedAway, reason: 'size limit, the oldest stay' })
    this.#turnedAway = 0
  }

  #dropOldest(): boolean {
    // once it has moved this is tried again
    if (this.#moving.size > 0) return false
    const read = new Set([...this.#read].map(({ seq }) => seq))
    const dropped = this.#store.dropOldest((seq) => read.has(seq))
    if (dropped === undefined) return false
    this.#backlog?.skip(dropped.span)
    this.#count -= dropped.count
    this.#tellDropped(dropped.count)
    return true
  }

  #tellDropped(count: number): void {
    if (count > 0) this.listener?.dropped(count, `the outbox has its ${Math.round(this.#maxBytes / 1e6)} MB`)
  }

  #lost(span: Span, count: number, why: string): void {
    this.#store.notice('lost', { ...span, count })
    this.#store.acknowledge(span.from, span.to)
    this.#count -= count
    if (count > 0) this.listener?.dropped(count, why)
  }
}

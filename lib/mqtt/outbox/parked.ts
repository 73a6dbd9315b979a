// The messages of closed topics, in a journal of their own in which each topic is a line by itself. Why:
// docs/decisions/014-parked-messages.md. While that journal is not open they are in memory.
import { join } from 'node:path'
import { type Disk, systemDisk } from '../../journal/disk/disk.ts'
import type { DurableEntry } from '../../journal/journal.ts'
import { inBackground } from '../../kit/background.ts'
import type { QueueLimits } from '../../kit/bounded-queue.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { asError } from '../../kit/errors.ts'
import { type Line, Lines } from './lines.ts'
import type { Entry } from './outbox.ts'
import { keyInRecord, recordText, topicInRecord } from './outbox-record.ts'
import { OutboxStore, type StoreOptions } from './outbox-store.ts'
import { ParkedReader } from './parked-reader.ts'
import { readTopics, type StoredTopics, writeTopics } from './parked-topics.ts'

export interface ParkedListener {
  /** a line that had nothing in memory has, or there is room for more */
  readable(): void
  /** an entry is durable in its line; `home` is the seq that it had in the main queue, 0 for none */
  moved(entry: Entry, home: number): void
  /** messages are given up because they cannot be read any more */
  lost(count: number, why: string): void
  /** it takes more room on disk */
  grew(): void
  problem(text: string | undefined): void
}

/** undefined: it was here before, and is appended anew */
type Tag = { entry: Entry; home: number } | undefined

/** ms between savings of what is acknowledged */
const saveInterval = 1_000
/** ms that close() gives the disk for the last one */
const closeLimit = 2_000
/** of the memory for lines: what those that nobody reads may take */
const idleShare = 0.5
/** messages of a line that is appended anew: they are in memory for a moment */
const mostRenewed = 10_000
const mostRenewedBytes = 16 << 20
/** files that may hold little that is needed before a line is appended anew */
const filesBeforeRenewal = 4

export class Parked {
  readonly #path: string
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #limits: QueueLimits
  readonly #renewFrom: number
  readonly #listener: ParkedListener
  readonly #store: OutboxStore
  readonly #lines = new Lines<Entry>()
  readonly #reader: ParkedReader
  /** lines that have ended, as long as their entries may be in the journal: the seq up to which they are done */
  readonly #ended = new Map<string, number>()
  #isOpen = false
  #closed = false
  /** an entry found no room because the disk is behind */
  #wasBehind = false
  #stopTimer: (() => void) | undefined
  #saving: Promise<void> = Promise.resolve()
  /** the last saving did not work */
  #failed = false

  /** @param limits of what is in memory of what is on disk */
  constructor(options: StoreOptions, limits: QueueLimits, listener: ParkedListener) {
    this.#path = join(options.directory, '.topics')
    this.#disk = options.disk ?? systemDisk
    this.#clock = options.clock ?? systemClock
    this.#limits = limits
    this.#renewFrom = filesBeforeRenewal * (options.fileSize ?? Number.POSITIVE_INFINITY)
    this.#listener = listener
    this.#store = new OutboxStore(options, {
      durable: (entries) => this.#durable(entries),
      problem: (text) => listener.problem(text),
    })
    this.#reader = new ParkedReader(this.#store, this.#lines, limits, this.#clock, {
      readable: () => listener.readable(),
      lost: (line) => this.#lost(line),
      problem: (text) => listener.problem(text),
    })
  }

  /** Takes the directory over, and moves what is in memory there. May be called again where it rejected. */
  async open(): Promise<void> {
    await this.#store.open()
    const stored = await this.#find()
    const early = this.#lines.takeAll()
    for (const { topic, count, first, upTo, done } of stored.topics) {
      if (count === 0) {
        this.#ended.set(topic, upTo)
        continue
      }
      const line = this.#lines.lineOf(topic, upTo)
      for (const seq of done) line.done.add(seq)
      this.#lines.addBehind(line, first, count)
    }
    this.#isOpen = true
    for (const { entry, inFlight } of early) this.add(entry, inFlight, true)
  }

  get count(): number {
    return this.#lines.count
  }

  get bytes(): number {
    return this.#store.bytes
  }

  get oldest(): number | undefined {
    return this.#lines.oldest
  }

  get lines(): Pick<Lines<Entry>, 'get' | 'states'> {
    return this.#lines
  }

  /** Ids and topics (keyOf) of the newest entries. */
  async knownKeys(most: number): Promise<string[]> {
    const { lastSeq } = this.#store
    const from = Math.max(1, lastSeq - most + 1)
    const keys: string[] = []
    if (lastSeq === 0) return keys
    for await (const entries of this.#store.read(from)) {
      for (const { seq, text } of entries) if (seq >= from) keys.push(keyInRecord(text))
    }
    return keys
  }

  /**
   * Puts an entry at the end of its topic's line. False where the disk is behind.
   * @param must even then: it has no other place
   */
  add(entry: Entry, inFlight: boolean, must: boolean): boolean {
    if (!this.#isOpen) {
      this.#lines.add(entry, inFlight)
      return true
    }
    const tag: Tag = { entry, home: entry.seq }
    const seq = this.#store.append(recordText(entry), tag, must)
    if (seq === undefined) {
      this.#wasBehind = true
      return false
    }
    entry.seq = seq
    const line = this.#lines.lineOf(entry.topic, this.#ended.get(entry.topic))
    this.#ended.delete(entry.topic)
    if (inFlight || (line.behind === 0 && this.#hasRoom(line))) this.#lines.add(entry, inFlight)
    else this.#lines.addBehind(line, seq)
    this.#changed()
    return true
  }

  /** The next entry of a line that is not read; see Outbox.readParked. */
  read(topic: string, ahead: boolean): Entry | undefined {
    const entry = this.#lines.read(topic)
    const line = this.#lines.get(topic)
    if (line !== undefined && line.behind > 0) this.#reader.ask(topic, ahead)
    return entry
  }

  acknowledge(entry: Entry): boolean {
    const wasHere = this.#lines.acknowledge(entry)
    if (wasHere && this.#isOpen) {
      if (this.#lines.get(entry.topic) === undefined) this.#ended.set(entry.topic, this.#store.lastSeq)
      this.#changed()
    }
    return wasHere
  }

  putBack(entry: Entry): void {
    this.#lines.putBack(entry)
  }

  rewind(): void {
    this.#lines.rewind()
  }

  /**
   * Gives up what is unread in the oldest finished file, and removes it. Resolves to how many messages those are;
   * undefined where there is no finished file.
   */
  async dropOldest(): Promise<number | undefined> {
    const span = this.#isOpen ? this.#store.oldestFinished : undefined
    if (span === undefined) return undefined
    let count = 0
    for await (const entries of this.#store.read(span.from)) {
      for (const { seq, text } of entries) {
        const line = seq > span.to ? undefined : this.#lines.get(topicInRecord(text))
        if (line === undefined || line.behind === 0 || seq < line.from || line.isAcknowledged(seq)) continue
        this.#lines.forgetBehind(line, 1, seq)
        this.#endIfEmpty(line)
        count++
      }
      if (entries.at(-1)!.seq >= span.to) break
    }
    for (const line of [...this.#lines]) {
      count += this.#lines.forgetUpTo(line, span.to)
      this.#endIfEmpty(line)
    }
    this.#store.removeOldest(count)
    this.#changed()
    return count
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopTimer?.()
    await this.#reader.close()
    if (this.#isOpen) await doneWithin(this.#save(), closeLimit, this.#clock)
    await this.#store.close()
  }

  #hasRoom(line: Line<Entry>): boolean {
    return line.head.length === 0 || !this.#lines.reaches(this.#limits, idleShare)
  }

  /** What is stored of the lines, and what the journal has beyond that. */
  async #find(): Promise<StoredTopics> {
    const { acknowledgedSeq, lastSeq } = this.#store
    const stored = await readTopics(this.#disk, this.#path, lastSeq)
    const lines = new Map(stored?.topics.map((line) => [line.topic, line]))
    const from = Math.max(acknowledgedSeq, stored?.seq ?? 0) + 1
    if (from > lastSeq) return { seq: lastSeq, topics: [...lines.values()] }
    for await (const entries of this.#store.read(from)) {
      for (const { seq, text } of entries) {
        if (seq < from) continue
        const topic = topicInRecord(text)
        const line = lines.get(topic) ?? { topic, count: 0, first: seq, upTo: 0, done: [] }
        lines.set(topic, { ...line, first: line.count === 0 ? seq : line.first, count: line.count + 1 })
      }
    }
    return { seq: lastSeq, topics: [...lines.values()] }
  }

  #durable(entries: readonly DurableEntry[]): void {
    for (const { tag } of entries) {
      const parked = tag as Tag
      if (parked !== undefined) this.#listener.moved(parked.entry, parked.home)
    }
    this.#reader.wake()
    this.#listener.grew()
    if (!this.#wasBehind) return
    this.#wasBehind = false
    this.#listener.readable()
  }

  #lost(line: Line<Entry>): void {
    const { behind: count, from } = line
    const to = this.#store.lastSeq
    this.#store.notice('lost', { from, to, count })
    this.#lines.forgetBehind(line, count, to)
    this.#endIfEmpty(line)
    this.#changed()
    this.#listener.lost(count, 'they cannot be read any more')
  }

  #endIfEmpty(line: Line<Entry>): void {
    if (line.count === 0) this.#ended.set(line.topic, this.#store.lastSeq)
  }

  #changed(): void {
    if (this.#closed) return
    this.#stopTimer ??= this.#clock.after(saveInterval, () => {
      this.#stopTimer = undefined
      inBackground(this.#save())
    })
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveNow())
    return this.#saving
  }

  /** Files are let go of only when it is stored that nothing in them is needed. */
  async #saveNow(): Promise<void> {
    const seq = this.#store.lastSeq
    let floor = seq
    const topics = [...this.#ended].map(([topic, upTo]) => ({
      topic,
      count: 0,
      first: 0,
      upTo,
      done: [] as number[],
    }))
    for (const line of this.#lines) {
      line.trim()
      const { topic, count, first, upTo, done } = line
      floor = Math.min(floor, first - 1)
      topics.push({ topic, count, first, upTo, done: [...done] })
    }
    try {
      await this.#store.flush()
      await writeTopics(this.#disk, this.#path, { seq, topics })
    } catch (error) {
      // messages may come twice after a crash; the next save may work
      this.#failed = true
      this.#listener.problem(`outbox: cannot write what is parked in it: ${asError(error).message}`)
      return
    }
    if (this.#failed) this.#listener.problem(undefined)
    this.#failed = false
    for (const [topic, upTo] of this.#ended) if (upTo <= floor) this.#ended.delete(topic)
    const base = this.#store.acknowledgedSeq
    if (floor > base) this.#store.acknowledge(base + 1, floor)
    await this.#renew()
  }

  /**
   * The line with the oldest message is appended anew, where it keeps files alive in which hardly anything is needed: a
   * topic that is refused for months beside another that comes and goes.
   */
  async #renew(): Promise<void> {
    const { acknowledgedSeq, lastSeq, bytes } = this.#store
    if (bytes < this.#renewFrom || this.#lines.count * 2 > lastSeq - acknowledgedSeq || this.#closed) return
    const line = [...this.#lines].sort((a, b) => a.first - b.first)[0]
    if (line === undefined || line.read.size > 0 || line.count > mostRenewed) return
    const texts: string[] = []
    try {
      for await (const entries of this.#store.read(line.first)) {
        for (const { seq, text } of entries)
          if (seq >= line.first && topicInRecord(text) === line.topic && !line.isAcknowledged(seq))
            texts.push(text)
      }
    } catch {
      // whoever needs them says that they cannot be read
      return
    }
    // otherwise something has happened to it meanwhile, or is not durable yet: another time
    const isSame = this.#lines.get(line.topic) === line && line.read.size === 0 && line.count === texts.length
    const size = texts.reduce((sum, text) => sum + text.length, 0)
    if (!isSame || size > mostRenewedBytes || this.#store.isBehind || this.#closed) return
    const upTo = this.#store.lastSeq
    for (const text of texts) this.#store.append(text, undefined, true)
    line.renewed(upTo, upTo + 1)
    this.#changed()
  }
}

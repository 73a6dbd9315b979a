// The lines in which messages of closed topics wait, one line a topic: what is known of them in memory. Those of an outbox
// on disk are there, too, and its lines may be longer than their heads.
import type { QueueLimits } from '../../kit/bounded-queue.ts'
import { Fifo } from '../../kit/fifo.ts'

/** The messages of a topic that wait apart from the others. */
export interface ParkedTopic {
  topic: string
  /** not acknowledged */
  count: number
  /** of these: to be read */
  unread: number
  /** of these: sent, and without an answer */
  inFlight: number
  /** when the oldest that is in memory was handed over, ms since 1970 */
  oldest: number | undefined
}

/** What a line must know of a message. */
export interface Parkable {
  readonly topic: string
  readonly order: number
  readonly bytes: number
  readonly at: number
  seq: number
  parked?: boolean
  held?: boolean
}

/** The parked messages of one topic, in the order in which they are sent. */
export class Line<Entry extends Parkable> {
  readonly topic: string
  /** read and not acknowledged: in flight, or on their way to the dead-letter store */
  readonly read = new Set<Entry>()
  /** unread and in memory, the next one first */
  readonly head = new Fifo<Entry>()
  /** unread and on disk alone: all behind the head */
  behind = 0
  /** no seq of those on disk alone is below it */
  from = 0
  /** acknowledged: all of the topic up to this seq … */
  upTo: number
  /** … and these above it */
  readonly done = new Set<number>()

  constructor(topic: string, upTo = 0) {
    this.topic = topic
    this.upTo = upTo
  }

  get unread(): number {
    return this.head.length + this.behind
  }

  get count(): number {
    return this.read.size + this.unread
  }

  get state(): ParkedTopic {
    let inFlight = 0
    let oldest = this.head.first?.at
    for (const { at, held } of this.read) {
      if (!held) inFlight++
      if (oldest === undefined || at < oldest) oldest = at
    }
    return { topic: this.topic, count: this.count, unread: this.unread, inFlight, oldest }
  }

  /** The lowest seq that is not acknowledged; what is on disk alone may begin above it. */
  get first(): number {
    let first = this.behind > 0 ? this.from : Number.POSITIVE_INFINITY
    first = Math.min(first, this.head.first?.seq ?? first)
    for (const { seq } of this.read) first = Math.min(first, seq)
    return first
  }

  isAcknowledged(seq: number): boolean {
    return seq <= this.upTo || this.done.has(seq)
  }

  /** Sums up what is acknowledged, while something of the line is left. */
  trim(): void {
    this.upTo = Math.max(this.upTo, this.first - 1)
    for (const seq of this.done) if (seq <= this.upTo) this.done.delete(seq)
  }

  /** All of it, unread, was stored once more: from this seq on, one behind the other. What is up to `upTo` is done with. */
  renewed(upTo: number, from: number): void {
    const entries = this.head.takeAll()
    entries.forEach((entry, index) => {
      entry.seq = from + index
    })
    this.head.putBack(entries)
    this.from = from + entries.length
    this.upTo = upTo
    this.done.clear()
  }

  /** Entries that were read are unread again, in their places. */
  putBack(entries: readonly Entry[]): void {
    const back = entries.filter((entry) => this.read.delete(entry)).sort(inOrder)
    const last = back.at(-1)
    if (last === undefined) return
    const before: Entry[] = []
    while (this.head.length > 0 && inOrder(this.head.first!, last) < 0) before.push(this.head.shift()!)
    this.head.putBack([...before, ...back].sort(inOrder))
  }
}

/** The order of a line: by number on disk, in memory by hand-over. */
function inOrder(a: Parkable, b: Parkable): number {
  return a.seq - b.seq || a.order - b.order
}

export class Lines<Entry extends Parkable> {
  readonly #lines = new Map<string, Line<Entry>>()
  #count = 0
  #unread = 0
  #bytes = 0

  /** Entries in all lines, those on disk alone included. */
  get count(): number {
    return this.#count
  }

  /** Whether the entries in all heads reach this part of the limits. */
  reaches({ count, bytes }: QueueLimits, part = 1): boolean {
    return this.#unread >= count * part || this.#bytes >= bytes * part
  }

  get oldest(): number | undefined {
    let oldest: number | undefined
    for (const line of this.#lines.values()) {
      const { oldest: at } = line.state
      if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at
    }
    return oldest
  }

  get(topic: string): Line<Entry> | undefined {
    return this.#lines.get(topic)
  }

  states(): ParkedTopic[] {
    return [...this.#lines.values()].map(({ state }) => state)
  }

  [Symbol.iterator](): IterableIterator<Line<Entry>> {
    return this.#lines.values()
  }

  /** The topic's line. @param upTo of a new one: what is acknowledged already */
  lineOf(topic: string, upTo?: number): Line<Entry> {
    let line = this.#lines.get(topic)
    if (line === undefined) {
      line = new Line<Entry>(topic, upTo)
      this.#lines.set(topic, line)
    }
    return line
  }

  /** Puts an entry into the memory of its line, behind all that is there. */
  add(entry: Entry, inFlight: boolean): void {
    const line = this.lineOf(entry.topic)
    entry.parked = true
    this.#count++
    if (inFlight) line.read.add(entry)
    else this.#push(line, entry)
  }

  /** An entry that is on disk alone stands at the end of a line. */
  addBehind(line: Line<Entry>, seq: number, count = 1): void {
    this.#count += count
    if (line.behind === 0) line.from = seq
    line.behind += count
  }

  /** The first of those on disk alone is here. */
  fetched(line: Line<Entry>, entry: Entry): void {
    line.behind--
    line.from = entry.seq + 1
    entry.parked = true
    this.#push(line, entry)
  }

  /** Those of a line that are on disk alone are gone, or the first of them up to a seq. */
  forgetBehind(line: Line<Entry>, count: number, upTo: number): void {
    this.#count -= count
    line.behind -= count
    line.from = upTo + 1
    this.#end(line)
  }

  /** Unread ones in memory up to a seq are gone; returns how many those were. */
  forgetUpTo(line: Line<Entry>, seq: number): number {
    let count = 0
    for (; (line.head.first?.seq ?? Number.POSITIVE_INFINITY) <= seq; count++) this.#shift(line)
    this.#count -= count
    this.#end(line)
    return count
  }

  read(topic: string): Entry | undefined {
    const line = this.#lines.get(topic)
    const entry = line && this.#shift(line)
    if (entry !== undefined) line?.read.add(entry)
    return entry
  }

  /** Whether it was here. */
  acknowledge(entry: Entry): boolean {
    const line = this.#lines.get(entry.topic)
    if (!line?.read.delete(entry)) return false
    line.done.add(entry.seq)
    this.#count--
    this.#end(line)
    return true
  }

  putBack(entry: Entry): void {
    const line = this.#lines.get(entry.topic)
    if (!line?.read.has(entry)) return
    line.putBack([entry])
    this.#unread++
    this.#bytes += entry.bytes
  }

  rewind(): void {
    for (const line of this.#lines.values()) {
      const read = [...line.read].filter(({ held }) => !held)
      for (const { bytes } of read) this.#bytes += bytes
      this.#unread += read.length
      line.putBack(read)
    }
  }

  /** Empties the lines; returns what was in their memory, line by line, in order. */
  takeAll(): Array<{ entry: Entry; inFlight: boolean }> {
    const all = [...this.#lines.values()].flatMap(({ read, head }) => [
      ...[...read].map((entry) => ({ entry, inFlight: true })),
      ...head.takeAll().map((entry) => ({ entry, inFlight: false })),
    ])
    this.#lines.clear()
    this.#count = 0
    this.#unread = 0
    this.#bytes = 0
    return all
  }

  #push(line: Line<Entry>, entry: Entry): void {
    line.head.push(entry)
    this.#unread++
    this.#bytes += entry.bytes
  }

  #shift(line: Line<Entry>): Entry | undefined {
    const entry = line.head.shift()
    if (entry === undefined) return undefined
    this.#unread--
    this.#bytes -= entry.bytes
    return entry
  }

  /** A line without entries is none. */
  #end(line: Line<Entry>): void {
    if (line.count === 0) this.#lines.delete(line.topic)
  }
}

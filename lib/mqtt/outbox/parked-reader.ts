// Reads parked messages back for the lines that ask for them, all on one way through their journal. A line that asks
// for messages which the reader has passed makes it begin again there.
import type { Entry as JournalEntry } from '../../journal/format/entry.ts'
import type { QueueLimits } from '../../kit/bounded-queue.ts'
import type { Clock } from '../../kit/clock.ts'
import { asError } from '../../kit/errors.ts'
import type { Line, Lines } from './lines.ts'
import type { Entry } from './outbox.ts'
import { entryOf, topicInRecord } from './outbox-record.ts'
import type { OutboxStore } from './outbox-store.ts'

export interface ReaderListener {
  /** a line that asked has something in memory */
  readable(): void
  /** what is on disk alone of this line cannot be read any more */
  lost(line: Line<Entry>): void
  problem(text: string): void
}

/** ms until the next try when the disk could not be read */
const readPause = 2_000
/** entries that it looks at before others have their turn */
const entriesInTurn = 2_000

export class ParkedReader {
  readonly #store: OutboxStore
  readonly #lines: Lines<Entry>
  readonly #limits: QueueLimits
  readonly #clock: Clock
  readonly #listener: ReaderListener
  /** topics whose lines ask; true: for all of it, false: for the next one */
  readonly #asking = new Map<string, boolean>()
  #source: AsyncGenerator<JournalEntry[]> | undefined
  /** the next seq that it gives */
  #at = 0
  /** entries of the batch that was read last, the next one last */
  #ahead: JournalEntry[] = []
  /** the last seq when it was opened, where all was durable then: what it does not give up to there is lost */
  #end: number | undefined
  /** lines of which it has passed nothing that they have not got */
  readonly #served = new Set<Line<Entry>>()
  #running: Promise<void> | undefined
  #stopRetry: (() => void) | undefined
  #closed = false

  constructor(
    store: OutboxStore,
    lines: Lines<Entry>,
    limits: QueueLimits,
    clock: Clock,
    listener: ReaderListener,
  ) {
    this.#store = store
    this.#lines = lines
    this.#limits = limits
    this.#clock = clock
    this.#listener = listener
  }

  /** A line wants its next entry where it has none in memory, or (`ahead`) all of them in turn. */
  ask(topic: string, ahead: boolean): void {
    this.#asking.set(topic, ahead)
    this.wake()
  }

  /** Goes on reading, if there is somebody to read for: more is durable, or there is room again. */
  wake(): void {
    if (this.#running !== undefined || this.#stopRetry !== undefined || this.#closed) return
    if (this.#asking.size === 0 || this.#lines.reaches(this.#limits)) {
      if (!this.#hasStarving()) return
    }
    this.#running = this.#run()
      .catch((error: unknown) => {
        this.#closeSource()
        this.#listener.problem(`outbox: cannot read what is parked in it: ${asError(error).message}`)
        this.#stopRetry = this.#clock.after(readPause, () => {
          this.#stopRetry = undefined
          this.wake()
        })
      })
      .finally(() => {
        this.#running = undefined
      })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopRetry?.()
    await this.#running
    this.#closeSource()
  }

  async #run(): Promise<void> {
    for (;;) {
      const wanting = this.#wanting()
      if (wanting.length === 0 || this.#closed) return this.#closeSource()
      if (this.#source === undefined || wanting.some((line) => this.#hasPassed(line)))
        this.#openSource(wanting)
      for (const line of wanting) this.#served.add(line)
      if (this.#ahead.length > 0) {
        if (!this.#takeAhead()) return
        // what there is to do is done in turns with everything else
        await new Promise((resolve) => setImmediate(resolve))
      } else if (!(await this.#readBatch())) return
    }
  }

  /** False where the rest is not durable yet. */
  async #readBatch(): Promise<boolean> {
    const source = this.#source!
    const next = await source.next()
    if (this.#source !== source) return true
    if (!next.done) {
      this.#ahead = next.value.reverse()
      return true
    }
    const { durableSeq, lastSeq } = this.#store
    const wasAll = this.#end === lastSeq
    this.#closeSource()
    if (!wasAll) return durableSeq >= this.#at
    for (const line of this.#wanting()) this.#listener.lost(line)
    return true
  }

  /** Gives what was read to the lines; false where they have no room. */
  #takeAhead(): boolean {
    for (let looked = 0; this.#ahead.length > 0 && looked < entriesInTurn; looked++) {
      const { seq, text, received } = this.#ahead.at(-1)!
      const line = seq < this.#at ? undefined : this.#lines.get(topicInRecord(text))
      if (line !== undefined && seq >= line.from && !line.isAcknowledged(seq)) {
        if (!this.#wants(line)) this.#served.delete(line)
        else if (line.head.length > 0 && this.#lines.reaches(this.#limits)) return false
        else this.#give(line, entryOf(text, seq, received))
      }
      this.#at = Math.max(this.#at, seq + 1)
      this.#ahead.pop()
    }
    return true
  }

  #give(line: Line<Entry>, entry: Entry): void {
    this.#lines.fetched(line, entry)
    if (line.head.length === 1) this.#listener.readable()
  }

  /** Whether it asks for what is before the place where the reader is. */
  #hasPassed(line: Line<Entry>): boolean {
    return !this.#served.has(line) && line.from < this.#at
  }

  #wants(line: Line<Entry>): boolean {
    const ahead = this.#asking.get(line.topic)
    return line.behind > 0 && ahead !== undefined && (ahead || line.head.length === 0)
  }

  #wanting(): Array<Line<Entry>> {
    return [...this.#asking.keys()].flatMap((topic) => {
      const line = this.#lines.get(topic)
      if (line !== undefined && line.behind > 0) return this.#wants(line) ? [line] : []
      this.#asking.delete(topic)
      return []
    })
  }

  #hasStarving(): boolean {
    return this.#wanting().some(({ head }) => head.length === 0)
  }

  #openSource(wanting: ReadonlyArray<Line<Entry>>): void {
    this.#closeSource()
    const { durableSeq, lastSeq } = this.#store
    this.#at = Math.min(...wanting.map(({ from }) => from))
    this.#end = durableSeq === lastSeq ? lastSeq : undefined
    this.#source = this.#store.read(this.#at)
  }

  #closeSource(): void {
    const source = this.#source
    for (const line of this.#served) line.from = Math.max(line.from, this.#at)
    this.#served.clear()
    this.#source = undefined
    this.#ahead = []
    source?.return(undefined).catch((error: unknown) => process.emitWarning(String(error)))
  }
}

// The dead-letter store: messages that can never pass, with the broker's reason. They block nothing behind them and can be
// sent again (docs/mqtt.md, "What a broker refuses, and how it comes back").

import type { DurableEntry } from '../../journal/journal.ts'
import { inBackground } from '../../kit/background.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import type { Entry } from './outbox.ts'
import { entryOf, recordText } from './outbox-record.ts'
import { OutboxStore, type StoreOptions } from './outbox-store.ts'

/** The broker refuses a message; sending it again unchanged would not help. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code = 'MESSAGE_REFUSED'
}

export interface Refusal {
  entry: Entry
  /** the broker's reason in words */
  reason: string
  /** when it was refused, ms since 1970 */
  at: number
}

export interface RefusedPile {
  /** is told of messages that are given up for want of room */
  dropped: (count: number, why: string) => void
  /** messages in it */
  readonly count: number
  open?(): Promise<void>
  /** Resolves when the message is where it stays. */
  add(entry: Entry, reason: string): Promise<void>
  /** The newest of them, the oldest first. */
  list(most: number): Promise<Refusal[]>
  /**
   * Hands over all that are in it now, the oldest first; returns how many. A message leaves the store when `settled` is
   * called without an error, or when it is refused once more (it is then at the store's end).
   */
  resend(handOver: (entry: Entry, settled: (error?: Error) => void) => void): Promise<number>
  close(): Promise<void>
}

export interface PileLimits {
  /** messages, default 1,000 */
  maxCount?: number
  /** bytes of payloads, default 4 MiB */
  maxBytes?: number
}

const noRoom = 'the dead-letter store has no room for more'
/** what a message that is handed over again does not keep of its first time */
const asNew = { seq: 0, order: 1, parked: false, held: false, read: undefined, underWay: undefined }

/** A dead-letter store in memory: it keeps the newest messages, for as long as the process lives. */
export class MemoryRefusedPile implements RefusedPile {
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #clock: Clock
  readonly #pile: Refusal[] = []
  dropped: RefusedPile['dropped'] = () => {}
  #bytes = 0

  constructor({ maxCount = 1000, maxBytes = 4 * 2 ** 20 }: PileLimits = {}, clock = systemClock) {
    this.#maxCount = maxCount
    this.#maxBytes = maxBytes
    this.#clock = clock
  }

  get count(): number {
    return this.#pile.length
  }

  async add(entry: Entry, reason: string): Promise<void> {
    this.#pile.push({ entry, reason, at: this.#clock.wall() })
    this.#bytes += entry.payload.length
    let count = 0
    for (; this.count > this.#maxCount || (this.#bytes > this.#maxBytes && this.count > 1); count++)
      this.#shift()
    if (count > 0) this.dropped(count, noRoom)
  }

  async list(most: number): Promise<Refusal[]> {
    return this.#pile.slice(-most)
  }

  async resend(handOver: (entry: Entry, settled: (error?: Error) => void) => void): Promise<number> {
    const { count } = this
    for (let i = 0; i < count; i++) {
      const { entry, reason } = this.#shift()
      handOver({ ...entry, ...asNew }, (error) => {
        if (error !== undefined && errorCode(error) !== 'MESSAGE_REFUSED')
          inBackground(this.add(entry, reason))
      })
    }
    return count
  }

  async close(): Promise<void> {
    // it ends with the process
  }

  #shift(): Refusal {
    const first = this.#pile.shift()!
    this.#bytes -= first.entry.payload.length
    return first
  }
}

/** bytes on disk; the oldest file goes when there are more */
const maxBytes = 16_000_000
const fileSize = 2_000_000

/** The dead-letter store on disk, which survives restarts: a journal of its own, like the outbox. */
export class DiskRefusedPile implements RefusedPile {
  readonly #store: OutboxStore
  readonly #report: (text: string) => void
  /** for as long as the disk does not take it */
  readonly #memory: MemoryRefusedPile
  readonly #waiting = new Map<number, () => void>()
  /** handed over again, and without an outcome */
  readonly #resending = new Set<number>()
  dropped: RefusedPile['dropped'] = () => {}
  #count = 0
  #isOpen = false

  /** @param report what goes wrong, in words */
  constructor(options: StoreOptions, report: (text: string) => void) {
    this.#report = report
    this.#memory = new MemoryRefusedPile({}, options.clock)
    this.#memory.dropped = (count, why) => this.dropped(count, why)
    this.#store = new OutboxStore(
      { fileSize, ...options },
      {
        durable: (entries) => this.#durable(entries),
        problem: (text) => {
          if (text !== undefined) report(`what the broker refused: ${text}`)
        },
      },
    )
  }

  get count(): number {
    return this.#count + this.#memory.count
  }

  async open(): Promise<void> {
    try {
      await this.#store.open()
      this.#isOpen = true
      this.#count = this.#store.lastSeq - this.#store.acknowledgedSeq
    } catch (error) {
      this.#report(`what the broker refuses is kept in memory alone: ${asError(error).message}`)
    }
  }

  add(entry: Entry, reason: string): Promise<void> {
    const seq = this.#isOpen ? this.#store.append(withReason(entry, reason), undefined) : undefined
    if (seq === undefined) return this.#memory.add(entry, reason)
    this.#count++
    return new Promise((resolve) => this.#waiting.set(seq, resolve))
  }

  async list(most: number): Promise<Refusal[]> {
    const found: Refusal[] = []
    if (this.#isOpen && this.#count > 0) {
      const from = Math.max(this.#store.acknowledgedSeq + 1, this.#store.lastSeq - most + 1)
      for await (const refusal of this.#read(from)) found.push(refusal)
    }
    return [...found, ...(await this.#memory.list(most))].slice(-most)
  }

  async resend(handOver: (entry: Entry, settled: (error?: Error) => void) => void): Promise<number> {
    let count = await this.#memory.resend(handOver)
    if (!this.#isOpen || this.#count === 0) return count
    const { lastSeq } = this.#store
    for await (const { entry } of this.#read(this.#store.acknowledgedSeq + 1)) {
      const { seq } = entry
      if (seq > lastSeq) break
      if (this.#resending.has(seq)) continue
      this.#resending.add(seq)
      count++
      handOver({ ...entry, key: entry.key, ...asNew }, (error) => {
        this.#resending.delete(seq)
        if (error !== undefined && errorCode(error) !== 'MESSAGE_REFUSED') return
        this.#store.acknowledge(seq)
        this.#count--
      })
    }
    return count
  }

  async close(): Promise<void> {
    await this.#store.close()
  }

  async *#read(from: number): AsyncGenerator<Refusal> {
    for await (const entries of this.#store.read(from)) {
      for (const { seq, text, received } of entries) {
        if (seq < from || this.#store.isAcknowledged(seq)) continue
        const { reason } = JSON.parse(text) as { reason: string }
        yield { entry: entryOf(text, seq, received), reason, at: received }
      }
    }
  }

  #durable(entries: readonly DurableEntry[]): void {
    for (const { seq } of entries) {
      this.#waiting.get(seq)?.()
      this.#waiting.delete(seq)
    }
    while (this.#store.bytes > maxBytes) {
      const dropped = this.#store.dropOldest((seq) => this.#resending.has(seq))
      if (dropped === undefined) break
      this.#count -= dropped.count
      if (dropped.count > 0) this.dropped(dropped.count, noRoom)
    }
  }
}

function withReason(entry: Entry, reason: string): string {
  return `${recordText(entry).slice(0, -1)},"reason":${JSON.stringify(reason)}}`
}

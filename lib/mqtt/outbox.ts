// Where messages wait while the broker is away. The session knows only the interface; a message in an outbox
// keeps its place until it is acknowledged.
import { Fifo } from './fifo.ts'

/** What a sink hands over: one event as it is to be published. */
export interface Publication {
  /** the event's id: a repeat of the same id to the same topic is not published again */
  readonly id: string
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

/**
 * What makes two publications the same message: the id and the topic. The same event on another topic is another
 * message: its verdict may have changed, or two nodes publish it.
 */
export function keyOf(publication: Publication): string {
  return `${publication.id} ${publication.topic}`
}

/** Called once: without an error when the broker (or an outbox on disk) has the message for certain. */
export type Settled = (error?: Error) => void

/** A message between its hand-over and the broker's answer. */
export interface Entry extends Publication {
  /** keyOf it */
  readonly key: string
  /** number of its hand-over in this process, growing */
  readonly order: number
  /** of topic and payload together */
  readonly bytes: number
  /** who waits for it; empty once they were told, and for what was read back from disk */
  settled: Settled[]
}

/**
 * All messages of a session pass through its outbox. One on disk may hold them in memory as long as the broker
 * takes them at once; `spill` tells it when that is over.
 */
export interface Outbox {
  /** entries not yet acknowledged, those that were read included */
  readonly count: number
  /** bytes of those */
  readonly bytes: number
  /** called when read() has something again after it had nothing */
  onReadable: (() => void) | undefined
  /**
   * Puts an entry behind all others. `kept` is called at most once: with an OutboxFullError or the disk's error when
   * there is no place for it, without an error when it is where no end of the process can lose it. An outbox that
   * never writes an entry to disk never says so.
   */
  append(entry: Entry, kept: (error?: Error) => void): void
  /** The next entry that was not read since the last rewind, in order; undefined when there is none now. */
  read(): Entry | undefined
  /** Removes an entry that was read. */
  acknowledge(entry: Entry): void
  /** read() begins again with the oldest entry. */
  rewind(): void
  /** The broker is away, or late: what is here and what comes until it is empty belongs on disk, if there is one. */
  spill(): void
  /** Releases what it holds; what is on disk stays. */
  close(): Promise<void>
}

/** An outbox had no room for a message. */
export class OutboxFullError extends Error {
  override readonly name = 'OutboxFullError'
}

export interface MemoryOutboxLimits {
  /** messages; default 100,000 */
  maxCount?: number
  /** bytes of topics and payloads; default 64 MiB */
  maxBytes?: number
}

/** An outbox that lives as long as the process: the sender is told by the broker's acknowledgement alone. */
export class MemoryOutbox implements Outbox {
  onReadable: (() => void) | undefined
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #unread = new Fifo<Entry>()
  readonly #read = new Map<number, Entry>()
  #bytes = 0

  constructor(limits: MemoryOutboxLimits = {}) {
    this.#maxCount = limits.maxCount ?? 100_000
    this.#maxBytes = limits.maxBytes ?? 64 * 2 ** 20
  }

  get count(): number {
    return this.#unread.length + this.#read.size
  }

  get bytes(): number {
    return this.#bytes
  }

  append(entry: Entry, kept: (error?: Error) => void): void {
    if (this.count >= this.#maxCount || this.#bytes + entry.bytes > this.#maxBytes) {
      kept(
        new OutboxFullError(
          `${this.count} messages (${this.#bytes} bytes) wait already, there is no room for more`,
        ),
      )
      return
    }
    const wasEmpty = this.#unread.length === 0
    this.#unread.push(entry)
    this.#bytes += entry.bytes
    if (wasEmpty) this.onReadable?.()
  }

  read(): Entry | undefined {
    const entry = this.#unread.shift()
    if (entry !== undefined) this.#read.set(entry.order, entry)
    return entry
  }

  acknowledge(entry: Entry): void {
    if (this.#read.delete(entry.order)) this.#bytes -= entry.bytes
  }

  spill(): void {
    // There is nowhere to spill to: the senders are told at the acknowledgement.
  }

  rewind(): void {
    this.#unread.putBack([...this.#read.values()])
    this.#read.clear()
  }

  async close(): Promise<void> {
    this.#unread.takeAll()
    this.#read.clear()
    this.#bytes = 0
  }
}

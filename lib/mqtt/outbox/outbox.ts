// The interface of an outbox, in which messages wait for the broker, and an outbox in memory. A message keeps its
// place until it is acknowledged; the session knows nothing else about where it is.
import { Fifo } from '../../kit/fifo.ts'
import { type Link, LinkedList } from '../../kit/linked-list.ts'
import type { Payload, QoS } from '../message/outgoing.ts'
import { Lines, type ParkedTopic } from './lines.ts'

/** What a sink hands over: one event as it is to be published. */
export interface Publication {
  /** the event's id: a repeat of the same id to the same topic is not published again */
  readonly id: string
  readonly topic: string
  readonly payload: Payload
  readonly retain: boolean
  /** default 1 */
  readonly qos?: QoS | undefined
  /** MQTT 5: seconds from the sending after which the broker need not deliver it; default: never */
  readonly expiry?: number | undefined
  /** MQTT 5: such as application/json */
  readonly contentType?: string | undefined
  /** MQTT 5: noted as a user property beside the id */
  readonly replayed?: boolean
  /** how it is published when it had to wait for the broker; default: the same, with `replayed` */
  readonly late?: (() => LateForm) | undefined
}

/** Topic and payload of a message that had to wait. */
export interface LateForm {
  topic: string
  payload: Payload
}

/**
 * What makes two publications the same message: the id and the topic. The same event on another topic is another
 * message: its verdict may have changed, or two nodes publish it.
 */
export function keyOf({ id, topic }: Pick<Publication, 'id' | 'topic'>): string {
  return `${id} ${topic}`
}

/** Called once: without an error when the broker (or an outbox on disk) has the message for certain. */
export type Settled = (error?: Error) => void

/** A message between its hand-over and the broker's answer. */
export interface Entry extends Publication {
  /** keyOf the publication as it was handed over */
  readonly key: string
  /** number of its hand-over in this process, growing; 0 for what was read back from disk */
  readonly order: number
  /** of topic and payload together, or a little more: for limits of memory and of what is in flight */
  readonly bytes: number
  /** when it was handed over, ms since 1970 */
  readonly at: number
  /** becomes that of its late form */
  topic: string
  payload: Payload
  replayed: boolean
  /** its number in an outbox on disk, 1, 2, 3 …; 0 while it is in memory alone */
  seq: number
  /** who waits for it; empty once they were told, and for what was read back from disk */
  settled: Settled[]
  /** among those that somebody waits for */
  awaited?: Link<Entry> | undefined
  /** among those without an answer on this connection, and when it was sent there (ms of the clock) */
  underWay?: Link<Entry> | undefined
  sentAt?: number
  /** among those that were read from the outbox */
  read?: Link<Entry> | undefined
  /** it waits in its topic's line; `seq` is then its number there */
  parked?: boolean
  /** it is on its way to the dead-letter store: read, and not given again by a rewind */
  held?: boolean
}

/** What an outbox tells. */
export interface OutboxListener {
  /** read() has something again after it had nothing */
  readable(): void
  /** the entry is where no end of the process can lose it */
  kept(entry: Entry): void
  /** messages that had been kept are given up: by the limit of size, or because they cannot be read any more */
  dropped(count: number, why: string): void
  /**
   * It is open, with so many messages that an earlier process has left; `keys` are the ids and topics (keyOf) of the
   * newest that were kept, waiting or not.
   */
  found(waiting: number, keys: readonly string[]): void
  /** the disk fails, fails otherwise, or works again (undefined) */
  problem(text: string | undefined): void
}

/**
 * All messages of a session pass through its outbox. One on disk may hold them in memory as long as the broker
 * takes them at once; `spill` tells it when that is over. Messages of a topic that the broker does not take now are
 * parked: they stand in a line of their topic, out of the way of the others.
 */
export interface Outbox {
  listener: OutboxListener | undefined
  /** entries not yet acknowledged, those that were read and those that are parked included */
  readonly count: number
  /** when the oldest of them was handed over, ms since 1970 */
  readonly oldest: number | undefined
  /** bytes of its files */
  readonly diskBytes: number
  /**
   * Must have ended before anything else is called. An outbox that cannot be opened goes on in memory, says why,
   * and tries again by itself.
   */
  open?(): Promise<void>
  /** Puts an entry behind all others. Returns the OutboxFullError when there is no room for it. */
  append(entry: Entry): Error | undefined
  /** The next entry that was not read since the last rewind, in order; undefined when there is none now. */
  read(): Entry | undefined
  /** Removes an entry that was read. */
  acknowledge(entry: Entry): void
  /** read() begins again with the oldest entry, readParked() with the oldest of the line. */
  rewind(): void
  /** An entry that was read is the next again: of the outbox, or of its line. */
  putBack(entry: Entry): void
  /**
   * Moves an entry that was read to the end of its topic's line. `inFlight`: it counts as read there, else readParked
   * gives it. An OutboxFullError where it is not on disk yet and there is no room; false where the disk is behind
   * (`readable` tells when it is not): the entry stays where it was.
   */
  park(entry: Entry, inFlight: boolean): boolean | OutboxFullError
  /**
   * The next entry of a topic's line that was not read since the last rewind; undefined while it is not in memory
   * (`readable` tells), or when there is none. `ahead`: all of the line will be asked for.
   */
  readParked(topic: string, ahead: boolean): Entry | undefined
  /** A topic's line; undefined where it has none. */
  parkedOn(topic: string): ParkedTopic | undefined
  /** The topics that have a line. */
  parked(): ParkedTopic[]
  /**
   * The broker is away or late: what is here, and what comes until it is empty, belongs on disk (if the outbox has
   * one).
   */
  spill(): void
  /** Releases what it holds; what is on disk stays. */
  close(): Promise<void>
}

/** An outbox had no room for a message. */
export class OutboxFullError extends Error {
  override readonly name = 'OutboxFullError'
  readonly code = 'OUTBOX_FULL'
}

export interface MemoryOutboxLimits {
  /** messages; default 100,000 */
  maxCount?: number
  /** bytes of topics and payloads; default 64 MiB */
  maxBytes?: number
}

/** An outbox in memory: senders are told the outcome only by the broker's acknowledgement. */
export class MemoryOutbox implements Outbox {
  listener: OutboxListener | undefined
  readonly diskBytes = 0
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #unread = new Fifo<Entry>()
  readonly #read = new LinkedList<Entry>()
  readonly #lines = new Lines<Entry>()
  #bytes = 0

  constructor(limits: MemoryOutboxLimits = {}) {
    this.#maxCount = limits.maxCount ?? 100_000
    this.#maxBytes = limits.maxBytes ?? 64 * 2 ** 20
  }

  get count(): number {
    return this.#unread.length + this.#read.size + this.#lines.count
  }

  get bytes(): number {
    return this.#bytes
  }

  get oldest(): number | undefined {
    return earliest((this.#read.first ?? this.#unread.first)?.at, this.#lines.oldest)
  }

  append(entry: Entry): Error | undefined {
    if (this.count >= this.#maxCount || this.#bytes + entry.bytes > this.#maxBytes) {
      return new OutboxFullError(
        `${this.count} messages (${this.#bytes} bytes) wait already, there is no room for more`,
      )
    }
    const wasEmpty = this.#unread.length === 0
    this.#unread.push(entry)
    this.#bytes += entry.bytes
    if (wasEmpty) this.listener?.readable()
    return undefined
  }

  read(): Entry | undefined {
    const entry = this.#unread.shift()
    if (entry !== undefined) entry.read = this.#read.push(entry)
    return entry
  }

  acknowledge(entry: Entry): void {
    const wasHere = entry.parked
      ? this.#lines.acknowledge(entry)
      : entry.read && this.#read.remove(entry.read)
    if (wasHere) this.#bytes -= entry.bytes
  }

  spill(): void {
    // There is nowhere to spill to: the senders are told at the acknowledgement.
  }

  rewind(): void {
    const read = [...this.#read].filter(({ held }) => !held)
    for (const entry of read) this.#read.remove(entry.read!)
    this.#unread.putBack(read)
    this.#lines.rewind()
  }

  putBack(entry: Entry): void {
    if (entry.parked) this.#lines.putBack(entry)
    else if (entry.read && this.#read.remove(entry.read)) this.#unread.putBack([entry])
  }

  park(entry: Entry, inFlight: boolean): boolean {
    if (!entry.read || !this.#read.remove(entry.read)) return false
    takeLateForm(entry)
    this.#lines.add(entry, inFlight)
    return true
  }

  readParked(topic: string): Entry | undefined {
    return this.#lines.read(topic)
  }

  parkedOn(topic: string): ParkedTopic | undefined {
    return this.#lines.get(topic)?.state
  }

  parked(): ParkedTopic[] {
    return this.#lines.states()
  }

  async close(): Promise<void> {
    this.#unread.takeAll()
    this.#read.clear()
    this.#lines.takeAll()
    this.#bytes = 0
  }
}

/** The payload of a parked message says that it had to wait; the topic stays: it is the one that is closed. */
export function takeLateForm(entry: Entry): void {
  if (entry.late !== undefined && !entry.replayed) entry.payload = entry.late().payload
  entry.replayed = true
}

/** The first of some moments; undefined where there is none. */
export function earliest(...moments: Array<number | undefined>): number | undefined {
  const known = moments.filter((moment) => moment !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

// The messages of a session: each is known here from its hand-over until the broker (or an outbox on disk) has it,
// or it is set aside. Knows repeats, the order, the window; nothing of connections, and of topics only where they wait.
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { LinkedList } from '../../kit/linked-list.ts'
import type { ParkedTopic } from '../outbox/lines.ts'
import { type Entry, keyOf, type Outbox, type Publication, type Settled } from '../outbox/outbox.ts'
import { RefusedError, type RefusedPile } from '../outbox/refused.ts'
import { Recent } from './recent.ts'

/**
 * Distinct messages, those found on disk included: in = acknowledged + refused + dropped + waiting at every moment.
 * `repeats` were known already and stand apart.
 */
export interface DeliveryCounts {
  in: number
  acknowledged: number
  /** in the dead-letter store, and not just being sent again */
  refused: number
  dropped: number
  repeats: number
}

export interface DeliveryParts {
  refused: RefusedPile
  /** ids whose repeats are recognised */
  rememberedIds: number
  clock: Pick<Clock, 'wall'>
  /** there is a next message */
  readable(): void
  /** a message finds no room; told once, until one was acknowledged */
  full(error: Error): void
  /** messages that had been kept are given up */
  dropped(count: number, why: string): void
  /** the outbox's disk fails, fails otherwise, or works again (undefined) */
  problem(text: string | undefined): void
  /** counts changed asynchronously, after the broker answered */
  changed(): void
}

/** messages that are parked before others have their turn */
const parkedInTurn = 1_000

export class Delivery {
  readonly counts: DeliveryCounts = { in: 0, acknowledged: 0, refused: 0, dropped: 0, repeats: 0 }
  readonly #outbox: Outbox
  readonly #parts: DeliveryParts
  /** messages that the broker or the disk has: their repeats are recognised */
  readonly #known: Recent
  /** ids and topics of messages whose senders wait for the outcome */
  readonly #awaitedKeys = new Set<string>()
  readonly #awaited = new LinkedList<Entry>()
  /** in flight: sent on this connection and not answered, in the order of sending */
  readonly #underWay = new LinkedList<Entry>()
  #bytesUnderWay = 0
  #orders = 0
  #full = false
  /** handed over before the outbox was open */
  #early: Array<() => void> | undefined
  /** the oldest message in flight has no answer, although one that was sent after it has */
  #overtaken: Entry | undefined

  constructor(outbox: Outbox, parts: DeliveryParts) {
    this.#outbox = outbox
    this.#parts = parts
    this.#known = new Recent(parts.rememberedIds)
    outbox.listener = {
      readable: parts.readable,
      problem: parts.problem,
      kept: (entry) => {
        this.#known.add(entry.key)
        this.#settle(entry)
      },
      found: (waiting, keys) => {
        this.counts.in += waiting
        for (const key of keys) this.#known.add(key)
      },
      dropped: (count, why) => {
        this.counts.dropped += count
        parts.dropped(count, why)
      },
    }
    parts.refused.dropped = (count, why) => {
      this.counts.refused -= count
      this.counts.dropped += count
      parts.dropped(count, why)
    }
    if (outbox.open !== undefined) this.#early = []
  }

  /** Opens the outbox; until that has ended, what is taken waits for it. */
  async open(): Promise<void> {
    await Promise.all([this.#outbox.open?.(), this.#parts.refused.open?.()])
    this.counts.in += this.#parts.refused.count
    this.counts.refused += this.#parts.refused.count
    const early = this.#early ?? []
    this.#early = undefined
    for (const take of early) take()
    this.#parts.readable()
  }

  /** Takes a message in, unless it is a repeat. */
  take(publication: Publication, settled: Settled, again: boolean): void {
    if (this.#early !== undefined) {
      this.#early.push(() => this.take(publication, settled, again))
      return
    }
    const key = keyOf(publication)
    if (!again) {
      if (this.#known.has(key)) {
        this.counts.repeats++
        settled()
        return
      }
      if (this.#awaitedKeys.has(key)) {
        this.counts.repeats++
        this.#awaitedWith(key)?.settled.push(settled)
        return
      }
    }
    this.counts.in++
    const error = this.#append(key, publication, settled)
    if (error === undefined) return
    this.#tellFull(error)
    settled(error)
  }

  /** Messages without an answer, in flight or in the outbox. What came before that was open is not counted yet. */
  get waiting(): number {
    return this.#outbox.count
  }

  get underWay(): number {
    return this.#underWay.size
  }

  /** Whether nothing waits to be sent but what waits for its topic to be open. */
  get areAllSent(): boolean {
    const unsent = this.waiting - this.#underWay.size
    return unsent === 0 || unsent === this.parked().reduce((sum, { unread }) => sum + unread, 0)
  }

  get bytesUnderWay(): number {
    return this.#bytesUnderWay
  }

  /** The oldest message in flight, and when it was sent (ms of the clock). */
  get oldest(): { entry: Entry; since: number } | undefined {
    const entry = this.#underWay.first
    return entry && { entry, since: entry.sentAt ?? 0 }
  }

  /** Whether one that was sent after the oldest message in flight has an answer already. */
  get isOvertaken(): boolean {
    return this.#overtaken !== undefined && this.#overtaken === this.#underWay.first
  }

  /** The next message to send; from now on it is in flight. */
  next(now: number): Entry | undefined {
    return this.#begin(this.#outbox.read(), now)
  }

  /** The same, of the topics that are open; what comes before it is parked. */
  nextOpen(now: number, isOpen: (topic: string) => boolean): Entry | undefined {
    for (let parked = 0; parked < parkedInTurn; parked++) {
      const entry = this.#outbox.read()
      if (entry === undefined || isOpen(entry.topic)) return this.#begin(entry, now)
      if (!this.#park(entry)) return undefined
    }
    this.#parts.readable()
    return undefined
  }

  /** The next parked message of a topic, to be sent; undefined while it is not in memory, too. */
  nextParked(topic: string, now: number, ahead: boolean): Entry | undefined {
    return this.#begin(this.#outbox.readParked(topic, ahead), now)
  }

  /** Another parked message of the topic than the first one, which keeps its place. */
  nextButFirst(topic: string, now: number): Entry | undefined {
    const first = this.#outbox.readParked(topic, true)
    if (first === undefined) return undefined
    const second = this.#outbox.readParked(topic, true)
    this.#outbox.putBack(first)
    return this.#begin(second, now)
  }

  parkedOn(topic: string): ParkedTopic | undefined {
    return this.#outbox.parkedOn(topic)
  }

  parked(): ParkedTopic[] {
    return this.#outbox.parked()
  }

  /** The broker has it. */
  acknowledge(entry: Entry): void {
    const oldest = this.#underWay.first
    if (!this.#leave(entry)) return
    if (oldest !== entry && entry.qos !== 0) this.#overtaken = oldest
    this.#outbox.acknowledge(entry)
    this.counts.acknowledged++
    // what was kept on disk is known since then
    if (entry.order > 0) this.#known.add(entry.key)
    this.#settle(entry)
  }

  /**
   * The broker does not take it now: it waits in the line of its topic. So does what of the topic is in flight, in the
   * same order; whatever is acknowledged all the same leaves the line.
   */
  postpone(entry: Entry): void {
    if (!entry.underWay?.isIn) return
    for (const other of this.#underWay) {
      if (other.topic === entry.topic && !other.parked) this.#outbox.park(other, true)
    }
    this.#leave(entry)
    this.#outbox.putBack(entry)
  }

  /** It can never pass: it goes to the dead-letter store with the reason. `text` is the error for its senders. */
  setAside(entry: Entry, reason: string, text: string): void {
    if (!this.#leave(entry)) return
    entry.held = true
    const added = this.#parts.refused.add(entry, reason).then(() => {
      this.#outbox.acknowledge(entry)
      this.counts.refused++
      this.#settle(entry, new RefusedError(text))
      this.#parts.changed()
    })
    inBackground(added)
  }

  /** Publishes again what was set aside; resolves to how many those are. */
  async resend(): Promise<number> {
    if (this.#early !== undefined) return 0
    return this.#parts.refused.resend((entry, settled) => {
      this.counts.refused--
      const error = this.#append(entry.key, entry, settled)
      if (error === undefined) return
      // it stays where it was
      this.counts.refused++
      settled(error)
    })
  }

  /** The connection ended, so no answer will come for what is in flight: it is sent next again, in order. */
  rewind(): void {
    this.#underWay.clear()
    this.#bytesUnderWay = 0
    this.#overtaken = undefined
    this.#outbox.rewind()
  }

  #begin(entry: Entry | undefined, now: number): Entry | undefined {
    if (entry === undefined) return undefined
    entry.sentAt = now
    entry.underWay = this.#underWay.push(entry)
    this.#bytesUnderWay += entry.bytes
    return entry
  }

  /** False while the disk is behind. */
  #park(entry: Entry): boolean {
    const parked = this.#outbox.park(entry, false)
    if (parked === true) return true
    if (parked === false) {
      this.#outbox.putBack(entry)
      return false
    }
    this.#outbox.acknowledge(entry)
    this.#tellFull(parked)
    this.#settle(entry, parked)
    return true
  }

  /** Found by looking at all of them: repeats are rare. */
  #awaitedWith(key: string): Entry | undefined {
    for (const entry of this.#awaited) if (entry.key === key) return entry
    return undefined
  }

  /** Puts it into the outbox; the error where that has no room. */
  #append(key: string, publication: Publication, settled: Settled): Error | undefined {
    const { id, topic, payload, retain, qos, expiry, contentType, replayed = false, late } = publication
    const bytes = Buffer.byteLength(topic) + Buffer.byteLength(payload)
    const order = ++this.#orders
    const at = this.#parts.clock.wall()
    // named one by one: a copy by spreading takes twice as long
    const entry: Entry = {
      id,
      topic,
      payload,
      retain,
      qos,
      expiry,
      contentType,
      replayed,
      late,
      key,
      bytes,
      order,
      at,
      seq: 0,
      settled: [settled],
      awaited: undefined,
      underWay: undefined,
      sentAt: 0,
      read: undefined,
      parked: false,
      held: false,
    }
    this.#awaitedKeys.add(key)
    entry.awaited = this.#awaited.push(entry)
    const error = this.#outbox.append(entry)
    if (error !== undefined) this.#forget(entry)
    return error
  }

  /** A message is dropped because there is no room for it. */
  #tellFull(error: Error): void {
    this.counts.dropped++
    if (!this.#full) this.#parts.full(error)
    this.#full = true
  }

  #leave(entry: Entry): boolean {
    if (!entry.underWay || !this.#underWay.remove(entry.underWay)) return false
    this.#bytesUnderWay -= entry.bytes
    this.#full = false
    return true
  }

  #settle(entry: Entry, error?: Error): void {
    const waiting = entry.settled
    if (waiting.length === 0) return
    this.#forget(entry)
    for (const settled of waiting) settled(error)
  }

  /** Nobody waits for it any more. */
  #forget(entry: Entry): void {
    if (entry.awaited && this.#awaited.remove(entry.awaited)) this.#awaitedKeys.delete(entry.key)
    entry.settled = []
  }
}

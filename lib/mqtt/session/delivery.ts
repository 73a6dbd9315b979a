// The messages of a session: each is known here from its hand-over until the broker (or an outbox on disk) has it,
// or refuses it. Knows repeats, the order, the window; nothing of connections.
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { LinkedList } from '../../kit/linked-list.ts'
import { type Entry, keyOf, type Outbox, type Publication, type Settled } from '../outbox/outbox.ts'
import { RefusedError, type RefusedPile } from '../outbox/refused.ts'
import { Recent } from './recent.ts'

/**
 * Distinct messages: in = acknowledged + refused + dropped + waiting. `repeats` were known already and stand
 * apart.
 */
export interface DeliveryCounts {
  in: number
  acknowledged: number
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
  /** refused, on the way to the dead-letter store, and not yet removed from the outbox */
  readonly #settingAside = new Map<Entry, { isRead: boolean; isKept: boolean }>()
  #bytesUnderWay = 0
  #orders = 0
  #full = false
  /** handed over before the outbox was open */
  #early: Array<() => void> | undefined

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
    if (outbox.open !== undefined) this.#early = []
  }

  /** Opens the outbox; until that has ended, what is taken waits for it. */
  async open(): Promise<void> {
    await Promise.all([this.#outbox.open?.(), this.#parts.refused.open?.()])
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
    this.#append(key, publication, settled)
  }

  /** Messages without an answer, in flight or in the outbox. */
  get waiting(): number {
    return this.#outbox.count + (this.#early?.length ?? 0)
  }

  get underWay(): number {
    return this.#underWay.size
  }

  get bytesUnderWay(): number {
    return this.#bytesUnderWay
  }

  /** The oldest message in flight, and when it was sent (ms of the clock). */
  get oldest(): { entry: Entry; since: number } | undefined {
    const entry = this.#underWay.first
    return entry && { entry, since: entry.sentAt ?? 0 }
  }

  /** The next message to send; from now on it is in flight. */
  next(now: number): Entry | undefined {
    let entry = this.#outbox.read()
    while (entry !== undefined && this.#isSetAside(entry)) entry = this.#outbox.read()
    if (entry === undefined) return undefined
    entry.sentAt = now
    entry.underWay = this.#underWay.push(entry)
    this.#bytesUnderWay += entry.bytes
    return entry
  }

  /** The broker has it. */
  acknowledge(entry: Entry): void {
    if (!this.#leave(entry)) return
    this.#outbox.acknowledge(entry)
    this.counts.acknowledged++
    // what was kept on disk is known since then
    if (entry.order > 0) this.#known.add(entry.key)
    this.#settle(entry)
  }

  /** The broker refuses it: it goes to the dead-letter store with the reason. `text` is the error for its senders. */
  refuse(entry: Entry, reason: string, text: string): void {
    if (!this.#leave(entry)) return
    const aside = { isRead: true, isKept: false }
    this.#settingAside.set(entry, aside)
    const added = this.#parts.refused.add(entry, reason).then(() => {
      aside.isKept = true
      if (aside.isRead) this.#dropAside(entry)
      this.counts.refused++
      this.#settle(entry, new RefusedError(text))
      this.#parts.changed()
    })
    inBackground(added)
  }

  /** Publishes again what was refused; resolves to how many those are. */
  resend(): Promise<number> {
    return this.#parts.refused.resend((entry, settled) => this.take(entry, settled, true))
  }

  /** The connection ended, so no answer will come for what is in flight: it is sent next again, in order. */
  rewind(): void {
    this.#underWay.clear()
    this.#bytesUnderWay = 0
    for (const aside of this.#settingAside.values()) aside.isRead = false
    this.#outbox.rewind()
  }

  /** An entry that was read again although it is refused: it leaves the outbox once the dead-letter store has it. */
  #isSetAside(entry: Entry): boolean {
    const aside = this.#settingAside.get(entry)
    if (aside === undefined) return false
    aside.isRead = true
    if (aside.isKept) this.#dropAside(entry)
    return true
  }

  #dropAside(entry: Entry): void {
    this.#settingAside.delete(entry)
    this.#outbox.acknowledge(entry)
  }

  /** Found by looking at all of them: repeats are rare. */
  #awaitedWith(key: string): Entry | undefined {
    for (const entry of this.#awaited) if (entry.key === key) return entry
    return undefined
  }

  #append(key: string, publication: Publication, settled: Settled): void {
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
    }
    this.counts.in++
    this.#awaitedKeys.add(key)
    entry.awaited = this.#awaited.push(entry)
    const error = this.#outbox.append(entry)
    if (error === undefined) return
    this.counts.dropped++
    this.#settle(entry, error)
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
    if (entry.awaited && this.#awaited.remove(entry.awaited)) this.#awaitedKeys.delete(entry.key)
    entry.settled = []
    for (const settled of waiting) settled(error)
  }
}

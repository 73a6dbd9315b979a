// The messages of a session: each is known here from its hand-over until the broker (or an outbox on disk) has it,
// or refuses it. Knows repeats, the order, the window; nothing of connections.
import { type Entry, keyOf, type Outbox, OutboxFullError, type Publication, type Settled } from './outbox.ts'
import { Recent } from './recent.ts'
import { RefusedError, RefusedPile } from './refused.ts'

/** Distinct messages: in = acknowledged + refused + dropped + waiting. `repeats` were known already and stand apart. */
export interface DeliveryCounts {
  in: number
  acknowledged: number
  refused: number
  dropped: number
  repeats: number
}

export class Delivery {
  readonly counts: DeliveryCounts = { in: 0, acknowledged: 0, refused: 0, dropped: 0, repeats: 0 }
  readonly refused = new RefusedPile()
  readonly #outbox: Outbox
  readonly #acknowledged: Recent
  /** by id and topic: those that somebody waits for */
  readonly #awaited = new Map<string, Entry>()
  /** sent on this connection and not answered, in the order of sending, with the time of sending */
  readonly #underWay = new Map<Entry, number>()
  #bytesUnderWay = 0
  #orders = 0
  #full = false

  constructor(outbox: Outbox, rememberedIds: number) {
    this.#outbox = outbox
    this.#acknowledged = new Recent(rememberedIds)
  }

  /** Takes a message in, unless it is a repeat. Returns the OutboxFullError of the first one that finds no room. */
  take(publication: Publication, settled: Settled, again: boolean): Error | undefined {
    const key = keyOf(publication)
    if (!again) {
      if (this.#acknowledged.has(key)) {
        this.counts.repeats++
        settled()
        return undefined
      }
      const twin = this.#awaited.get(key)
      if (twin !== undefined) {
        this.counts.repeats++
        twin.settled.push(settled)
        return undefined
      }
    }
    return this.#append(key, publication, settled)
  }

  /** Messages without an answer, under way or in the outbox. */
  get waiting(): number {
    return this.#outbox.count
  }

  get underWay(): number {
    return this.#underWay.size
  }

  get bytesUnderWay(): number {
    return this.#bytesUnderWay
  }

  /** The oldest of those under way and when it was sent (ms of the clock). */
  get oldest(): { entry: Entry; since: number } | undefined {
    for (const [entry, since] of this.#underWay) return { entry, since }
    return undefined
  }

  /** The next message to send, from now on under way. */
  next(now: number): Entry | undefined {
    const entry = this.#outbox.read()
    if (entry === undefined) return undefined
    this.#underWay.set(entry, now)
    this.#bytesUnderWay += entry.bytes
    return entry
  }

  /** The broker has it. */
  acknowledge(entry: Entry): void {
    if (!this.#remove(entry)) return
    this.counts.acknowledged++
    this.#acknowledged.add(entry.key)
    this.#settle(entry)
  }

  /** The broker does not take it: set aside, with the reason. `text` is for those who wait. */
  refuse(entry: Entry, reason: string, text: string): void {
    if (!this.#remove(entry)) return
    this.counts.refused++
    const { id, topic, payload, retain } = entry
    this.refused.add({ id, topic, payload, retain }, reason)
    this.#settle(entry, new RefusedError(text))
  }

  /** There is no answer to come for those under way: they are the next again, in order. */
  rewind(): void {
    this.#underWay.clear()
    this.#bytesUnderWay = 0
    this.#outbox.rewind()
  }

  #append(key: string, publication: Publication, settled: Settled): Error | undefined {
    const { id, topic, payload, retain } = publication
    const bytes = Buffer.byteLength(topic) + Buffer.byteLength(payload)
    const entry: Entry = { key, id, topic, payload, retain, bytes, order: ++this.#orders, settled: [settled] }
    this.counts.in++
    this.#awaited.set(key, entry)
    let first: Error | undefined
    this.#outbox.append(entry, (error) => {
      if (error !== undefined) {
        this.counts.dropped++
        if (!this.#full) first = error
        this.#full = error instanceof OutboxFullError
      }
      this.#settle(entry, error)
    })
    return first
  }

  #remove(entry: Entry): boolean {
    if (!this.#underWay.delete(entry)) return false
    this.#bytesUnderWay -= entry.bytes
    this.#outbox.acknowledge(entry)
    if (this.#outbox.count === 0) this.#full = false
    return true
  }

  #settle(entry: Entry, error?: Error): void {
    const waiting = entry.settled
    if (waiting.length === 0) return
    if (this.#awaited.get(entry.key) === entry) this.#awaited.delete(entry.key)
    entry.settled = []
    for (const settled of waiting) settled(error)
  }
}

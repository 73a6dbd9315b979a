// The messages of a session: each is known here from its hand-over until the broker (or an outbox on disk) has it,
// or refuses it. Knows repeats, the order, the window; nothing of connections.
import { type Entry, keyOf, type Outbox, type Publication, type Settled } from './outbox.ts'
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

export interface DeliveryParts {
  /** ids whose repeats are recognised */
  rememberedIds: number
  /** ms since 1970 */
  wallClock(): number
  /** there is a next message */
  readable(): void
  /** a message finds no room; told once, until one was acknowledged */
  full(error: Error): void
  /** messages that had been kept are given up */
  dropped(count: number, why: string): void
  /** the outbox's disk fails, fails otherwise, or works again (undefined) */
  problem(text: string | undefined): void
}

export class Delivery {
  readonly counts: DeliveryCounts = { in: 0, acknowledged: 0, refused: 0, dropped: 0, repeats: 0 }
  readonly refused = new RefusedPile()
  readonly #outbox: Outbox
  readonly #parts: DeliveryParts
  /** what the broker or the disk has */
  readonly #known: Recent
  /** by id and topic: those that somebody waits for */
  readonly #awaited = new Map<string, Entry>()
  /** sent on this connection and not answered, in the order of sending, with the time of sending */
  readonly #underWay = new Map<Entry, number>()
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
    await this.#outbox.open?.()
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
      const twin = this.#awaited.get(key)
      if (twin !== undefined) {
        this.counts.repeats++
        twin.settled.push(settled)
        return
      }
    }
    this.#append(key, publication, settled)
  }

  /** Messages without an answer, under way or in the outbox. */
  get waiting(): number {
    return this.#outbox.count + (this.#early?.length ?? 0)
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
    this.#known.add(entry.key)
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

  #append(key: string, publication: Publication, settled: Settled): void {
    const { topic, payload, replayed = false } = publication
    const bytes = Buffer.byteLength(topic) + Buffer.byteLength(payload)
    const order = ++this.#orders
    const at = this.#parts.wallClock()
    const entry: Entry = {
      ...publication,
      replayed,
      key,
      bytes,
      order,
      at,
      seq: 0,
      settled: [settled],
    }
    this.counts.in++
    this.#awaited.set(key, entry)
    const error = this.#outbox.append(entry)
    if (error === undefined) return
    this.counts.dropped++
    this.#settle(entry, error)
    if (!this.#full) this.#parts.full(error)
    this.#full = true
  }

  #remove(entry: Entry): boolean {
    if (!this.#underWay.delete(entry)) return false
    this.#bytesUnderWay -= entry.bytes
    this.#outbox.acknowledge(entry)
    this.#full = false
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

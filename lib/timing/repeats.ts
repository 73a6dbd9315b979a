// Events that come again: the same id after a restart or a replay, or the same content by another transport.
import { Fifo } from '../kit/fifo.ts'
import type { TimeEvent } from './time-event.ts'

/** ids that are remembered; of what came before them only the seq is known */
const mostIds = 20_000
/** ms in which one transport may bring what another has brought */
const shadow = 1_000
/** contents that are stored: after a crash the doubles of a flood may count twice */
const mostStored = 1_000
/** contents that are remembered, so that a flood does not fill the memory within that time */
const mostContents = 20_000

interface Heard {
  content: string
  at: number
}

/** Plain JSON; `at` counts from the moment of saving. */
export type StoredContents = Array<Heard & { transport: string }>

export interface RepeatCounts {
  /** the same id */
  repeats: number
  /** the same content by another transport */
  doubled: number
}

export class Repeats {
  readonly counts: RepeatCounts = { repeats: 0, doubled: 0 }
  /** up to this seq everything has been taken */
  #floor = 0
  readonly #ids = new Set<string>()
  /** content to the transport that brought it first */
  readonly #contents = new Map<string, string>()
  // What came first goes first. A map's own order would do, but asking for its head takes the longer the more was deleted.
  readonly #idOrder = new Fifo<Pick<TimeEvent, 'id' | 'seq'>>()
  readonly #contentOrder = new Fifo<Heard>()

  /** Whether the event has been taken before; else it is remembered. @param now by the listening clock, ms */
  has(event: TimeEvent, now: number): boolean {
    if (event.seq <= this.#floor || this.#ids.has(event.id)) {
      this.counts.repeats++
      return true
    }
    this.#ids.add(event.id)
    this.#idOrder.push({ id: event.id, seq: event.seq })
    if (this.#ids.size > mostIds) this.#forgetOldest()
    if (!this.#isDoubled(event, now)) return false
    this.counts.doubled++
    return true
  }

  /** What was logged up to this seq was taken by an earlier process, or is of no interest. */
  passed(seq: number): void {
    this.#floor = Math.max(this.#floor, seq)
  }

  save(now: number): StoredContents {
    return this.#contentOrder
      .last(mostStored)
      .map(({ content, at }) => ({ content, at: at - now, transport: this.#contents.get(content) ?? '' }))
  }

  /** Before the first event. */
  load(contents: StoredContents, now: number): void {
    for (const { content, at, transport } of contents) {
      this.#contents.set(content, transport)
      this.#contentOrder.push({ content, at: at + now })
    }
  }

  #forgetOldest(): void {
    const oldest = this.#idOrder.shift()
    if (!oldest) return
    this.#ids.delete(oldest.id)
    this.passed(oldest.seq)
  }

  #isDoubled({ transport, ...event }: TimeEvent, now: number): boolean {
    this.#forgetContents(now)
    const { msec, category, sender, pid, subject, step, message } = event
    const content = JSON.stringify([msec, category, sender, pid, subject, step, message])
    const before = this.#contents.get(content)
    if (before !== undefined) return before !== transport
    this.#contents.set(content, transport)
    this.#contentOrder.push({ content, at: now })
    return false
  }

  #forgetContents(now: number): void {
    for (let oldest = this.#contentOrder.first; oldest; oldest = this.#contentOrder.first) {
      if (now - oldest.at <= shadow && this.#contents.size <= mostContents) return
      this.#contentOrder.shift()
      this.#contents.delete(oldest.content)
    }
  }
}

// Durable entries that are kept in memory, so that a flow that keeps up needs no reading from disk.

import type { DurableEntry } from '../../journal/journal.ts'
import { BoundedQueue, type QueueLimits } from '../../kit/bounded-queue.ts'

/**
 * A run of entries without a gap, bounded by number and by bytes of text. When it is full, further entries are not kept
 * until the run is used up: they are in the journal. (Keeping the newest instead would be pointless: they are read from
 * the journal by the time that their turn comes.)
 */
export class LiveTail {
  readonly #entries: BoundedQueue<DurableEntry>
  /** of the newest entry held */
  #lastSeq = 0

  constructor(limits: QueueLimits = { count: 10_000, bytes: 16 << 20 }) {
    this.#entries = new BoundedQueue(limits, ({ text }) => text.length)
  }

  /** Seq of the oldest entry held; infinite when there is none. */
  get firstSeq(): number {
    return this.#entries.first?.seq ?? Number.POSITIVE_INFINITY
  }

  add(entries: readonly DurableEntry[]): void {
    for (const entry of entries) {
      const isGap = this.#entries.length > 0 && entry.seq !== this.#lastSeq + 1
      if (isGap || !this.#entries.hasRoomFor(entry.text.length)) return
      this.#entries.push(entry)
      this.#lastSeq = entry.seq
    }
  }

  /** The entry with this seq, and forgets it and all before it; undefined where it is not held. */
  take(seq: number): DurableEntry | undefined {
    let { first } = this.#entries
    while (first !== undefined && first.seq < seq) {
      this.#entries.shift()
      first = this.#entries.first
    }
    return first?.seq === seq ? this.#entries.shift() : undefined
  }
}

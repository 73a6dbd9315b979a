// Durable entries that are kept in memory, so that a flow that keeps up needs no reading from disk.

import type { DurableEntry } from '../../journal/journal.ts'
import { BoundedQueue, type QueueLimits } from '../../kit/bounded-queue.ts'
import type { Carried } from './properties.ts'

/** What a logged entry's tag may hold for its first sending. */
export interface CarryingTag {
  carried?: Carried | undefined
}

/**
 * A run of entries without a gap, bounded by number and by bytes of text and of what the messages carried. When it is
 * full, further entries are not kept until the run is used up: they are in the journal. (Keeping the newest instead would
 * be pointless: they are read from the journal by the time that their turn comes.)
 */
export class LiveTail {
  readonly #entries: BoundedQueue<DurableEntry>
  /** of the newest entry held */
  #lastSeq = 0

  constructor(limits: QueueLimits = { count: 10_000, bytes: 16 << 20 }) {
    this.#entries = new BoundedQueue(limits, sizeOf)
  }

  /** Seq of the oldest entry held; infinite when there is none. */
  get firstSeq(): number {
    return this.#entries.first?.seq ?? Number.POSITIVE_INFINITY
  }

  /** Returns how many of those that are not kept carried other properties, which are lost by that. */
  add(entries: readonly DurableEntry[]): number {
    for (const [index, entry] of entries.entries()) {
      const isGap = this.#entries.length > 0 && entry.seq !== this.#lastSeq + 1
      if (isGap || !this.#entries.hasRoomFor(sizeOf(entry))) return carrying(entries, index)
      this.#entries.push(entry)
      this.#lastSeq = entry.seq
    }
    return 0
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

function sizeOf({ text, tag }: DurableEntry): number {
  return text.length + ((tag as CarryingTag | undefined)?.carried?.bytes ?? 0)
}

function carrying(entries: readonly DurableEntry[], from: number): number {
  let count = 0
  for (let index = from; index < entries.length; index++) {
    if ((entries[index]!.tag as CarryingTag | undefined)?.carried) count++
  }
  return count
}

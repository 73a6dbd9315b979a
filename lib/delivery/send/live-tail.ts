// Durable entries in memory, so that a flow that keeps up is never read for from disk.

import type { DurableEntry } from '../../journal/journal.ts'
import { Fifo } from '../../kit/fifo.ts'
import type { Carried } from './properties.ts'

/** What a logged entry's tag may hold for its first sending. */
export interface CarryingTag {
  carried?: Carried | undefined
}

/**
 * A stretch without a gap, bounded by number and by bytes of text and of what the messages carried. What comes when it
 * is full is not held, nor what comes after that until the stretch is used up: it is in the journal. (To hold the newest
 * instead would be pointless: they are read from the journal by then.)
 */
export class LiveTail {
  readonly #entries = new Fifo<DurableEntry>()
  /** of the newest entry held */
  #lastSeq = 0
  #bytes = 0
  readonly #maxEntries: number
  readonly #maxBytes: number

  constructor(maxEntries = 10_000, maxBytes = 16 << 20) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  /** Seq of the oldest entry held; infinite when there is none. */
  get firstSeq(): number {
    return this.#entries.first?.seq ?? Number.POSITIVE_INFINITY
  }

  /** Returns how many of those that are not held carried other properties, which are lost by that. */
  add(entries: readonly DurableEntry[]): number {
    for (const [index, entry] of entries.entries()) {
      if (!this.#hasRoom(entry)) return carrying(entries, index)
      this.#entries.push(entry)
      this.#lastSeq = entry.seq
      this.#bytes += sizeOf(entry)
    }
    return 0
  }

  /** The entry with this seq, and forgets it and all before it; undefined where it is not held. */
  take(seq: number): DurableEntry | undefined {
    while (this.firstSeq < seq) this.#shift()
    return this.firstSeq === seq ? this.#shift() : undefined
  }

  #hasRoom(entry: DurableEntry): boolean {
    if (this.#entries.length === 0) return true
    if (entry.seq !== this.#lastSeq + 1 || this.#entries.length >= this.#maxEntries) return false
    return this.#bytes + sizeOf(entry) <= this.#maxBytes
  }

  #shift(): DurableEntry | undefined {
    const entry = this.#entries.shift()
    if (entry) this.#bytes -= sizeOf(entry)
    return entry
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

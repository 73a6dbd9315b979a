// Durable entries that are kept in memory, so that a flow that keeps up needs no reading from disk.

import type { DurableEntry } from '../../journal/journal.ts'
import { Fifo } from '../../kit/fifo.ts'

/**
 * A run of entries without a gap, bounded by number and by bytes of text. When it is full, further entries are not kept
 * until the run is used up: they are in the journal. (Keeping the newest instead would be pointless: they are read from
 * the journal by the time that their turn comes.)
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

  add(entries: readonly DurableEntry[]): void {
    for (const entry of entries) {
      if (this.#entries.length > 0) {
        if (entry.seq !== this.#lastSeq + 1 || this.#entries.length >= this.#maxEntries) return
        if (this.#bytes + entry.text.length > this.#maxBytes) return
      }
      this.#entries.push(entry)
      this.#lastSeq = entry.seq
      this.#bytes += entry.text.length
    }
  }

  /** The entry with this seq, and forgets it and all before it; undefined where it is not held. */
  take(seq: number): DurableEntry | undefined {
    while (this.firstSeq < seq) this.#shift()
    return this.firstSeq === seq ? this.#shift() : undefined
  }

  #shift(): DurableEntry | undefined {
    const entry = this.#entries.shift()
    if (entry) this.#bytes -= entry.text.length
    return entry
  }
}

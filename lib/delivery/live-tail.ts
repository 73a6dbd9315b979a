// Durable entries in memory, so that a flow that keeps up is never read for from disk.
import type { DurableEntry } from '../journal/journal.ts'

/**
 * A stretch without a gap, bounded by number and by bytes of text. What comes when it is full is not held, nor what
 * comes after that until the stretch is used up: it is in the journal. (To hold the newest instead would mean to hold
 * in vain what is read from the journal anyway when its turn comes.)
 */
export class LiveTail {
  #entries: DurableEntry[] = []
  /** index of the first entry that still counts */
  #start = 0
  #bytes = 0
  readonly #maxEntries: number
  readonly #maxBytes: number

  constructor(maxEntries = 10_000, maxBytes = 16 << 20) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  /** Seq of the oldest entry held; infinite when there is none. */
  get firstSeq(): number {
    return this.#entries[this.#start]?.seq ?? Number.POSITIVE_INFINITY
  }

  add(entries: readonly DurableEntry[]): void {
    for (const entry of entries) {
      const isFirst = this.#entries.length === this.#start
      if (!isFirst && this.#entries.at(-1)!.seq !== entry.seq - 1) return
      if (this.#entries.length - this.#start >= this.#maxEntries) return
      if (!isFirst && this.#bytes + entry.text.length > this.#maxBytes) return
      this.#entries.push(entry)
      this.#bytes += entry.text.length
    }
  }

  /** The entry with this seq, and forgets it and all before it; undefined where it is not held. */
  take(seq: number): DurableEntry | undefined {
    while (this.firstSeq < seq) this.#drop()
    if (this.firstSeq !== seq) return undefined
    const entry = this.#entries[this.#start]
    this.#drop()
    return entry
  }

  clear(): void {
    this.#entries = []
    this.#start = 0
    this.#bytes = 0
  }

  #drop(): void {
    const entry = this.#entries[this.#start]
    if (!entry) return
    this.#bytes -= entry.text.length
    this.#start++
    if (this.#start < 1024 && this.#start < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#start)
    this.#start = 0
  }
}

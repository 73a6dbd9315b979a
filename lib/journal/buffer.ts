// The dual buffer's memory: what waits for the disk, in order, and what had to be dropped.
import type { NewEntry, NewNotice } from './batch.ts'

/** An entry with what its caller wants back when it is durable. */
export interface HeldEntry extends NewEntry {
  tag: unknown
}

export type Held = HeldEntry | NewNotice

/** What was dropped since the last gap notice. */
export interface Gap {
  dropped: number
  /** receive times of the first and the last dropped entry, ms since 1970 */
  from: number
  to: number
}

/** What an entry costs beside its text, in bytes of memory (measured, rounded up). */
const overhead = 200

/** Active and inactive buffer under one limit. */
export class DualBuffer {
  #active: Held[] = []
  #activeBytes = 0
  #inactiveEvents = 0
  #inactiveBytes = 0
  #gap: Gap | undefined
  readonly #maxEvents: number
  readonly #maxBytes: number

  constructor(maxEvents: number, maxBytes: number) {
    this.#maxEvents = maxEvents
    this.#maxBytes = maxBytes
  }

  /** Events and notices in the active buffer. */
  get active(): number {
    return this.#active.length
  }

  /** Events and notices in both. */
  get held(): number {
    return this.#active.length + this.#inactiveEvents
  }

  get heldBytes(): number {
    return this.#activeBytes + this.#inactiveBytes
  }

  get gap(): Gap | undefined {
    return this.#gap
  }

  /** False where the entry had to be dropped. */
  add(entry: HeldEntry): boolean {
    const bytes = entry.text.length + overhead
    if (this.held >= this.#maxEvents || (this.held > 0 && this.heldBytes + bytes > this.#maxBytes)) {
      this.#gap ??= { dropped: 0, from: entry.received, to: entry.received }
      this.#gap.dropped++
      this.#gap.to = entry.received
      return false
    }
    this.#active.push(entry)
    this.#activeBytes += bytes
    return true
  }

  /** Notices are few and small; they are never dropped. */
  addNotice(notice: NewNotice): void {
    this.#active.push(notice)
  }

  /** Notices that stand before everything held. */
  addFirst(notices: NewNotice[]): void {
    this.#active.unshift(...notices)
  }

  /** Swaps the buffers; the result is the inactive one, which counts as held until `written`. */
  swap(): Held[] {
    const inactive = this.#active
    this.#inactiveEvents = inactive.length
    this.#inactiveBytes = this.#activeBytes
    this.#active = []
    this.#activeBytes = 0
    return inactive
  }

  /** So many of the inactive buffer are durable. */
  written(records: readonly Held[]): void {
    this.#inactiveEvents -= records.length
    for (const record of records)
      if (record.kind !== 'N') this.#inactiveBytes -= record.text.length + overhead
  }

  /** The gap up to now has been noted. */
  gapNoted(noted: Gap): void {
    if (!this.#gap) return
    this.#gap =
      this.#gap.dropped === noted.dropped
        ? undefined
        : { ...this.#gap, dropped: this.#gap.dropped - noted.dropped }
  }
}

// The dual buffer: events and notices that wait for the disk, in order, and the count of those that had to be
// dropped.
import type { NewEntry, NewNotice } from '../format/batch.ts'
import type { Entry } from '../format/entry.ts'
import type { EntryKind } from '../format/line.ts'
import { isPlausible } from '../format/time.ts'

/** An entry that is durable, or will be: its seq and epoch are not known before. */
export interface HeldEntry extends Entry {
  /** how its line begins: an E of another day than the file's stands there as R */
  form: EntryKind
  /** when the journal was given it, ms since 1970 */
  given: number
  /** what its caller wants back */
  tag: unknown
  /** bytes of memory that its caller keeps until it is durable */
  kept: number
}

export type Held = HeldEntry | NewNotice

/** An entry on its way to the disk. A moment that cannot be is not kept: the line says when it came. */
export function heldEntry(
  { kind, received, time = received, source, text, cut, once }: NewEntry,
  given: number,
  tag: unknown,
  kept: number,
): HeldEntry {
  const isRecord = kind === 'R' && isPlausible(time, received)
  const known = isRecord ? 'R' : kind === 'R' ? 'L' : kind
  const moment = isRecord ? time : received
  const entry: HeldEntry = {
    kind: known,
    seq: 0,
    epoch: '',
    received,
    time: moment,
    source,
    text,
    form: known,
    given,
    tag,
    kept,
  }
  if (cut !== undefined) entry.cut = cut
  if (once !== undefined) entry.once = once
  return entry
}

/** `value` is any JSON value; `time`: now, ms since 1970. */
export function newNotice(kind: string, value: unknown, time: number): NewNotice {
  return { kind: 'N', notice: kind, time, json: JSON.stringify(value) }
}

/** A buffer that was swapped: what waits for the disk, in order. */
export interface Swapped {
  records: readonly Held[]
  /** about the bytes that their lines take */
  size: number
  /** receive times of the entries, ms since 1970: all are between these; infinite where there is none */
  earliest: number
  latest: number
}

/** What was dropped since the last gap notice. */
export interface Gap {
  /** entries */
  dropped: number
  /** receive times of the first and the last dropped entry, ms since 1970; null where only notices were */
  from: number | null
  to: number | null
  /** notices that were dropped, too */
  notices?: number
}

/** What an entry costs beside its text, in bytes of memory (measured, rounded up). */
const overhead = 200
/** A guess at what stands in front of a line's text. */
const lineStart = 32
/** Notices are few and matter more than single entries: this many fit in addition to the limit. */
const spareNotices = 1_000

/** Active and inactive buffer under one limit. */
export class DualBuffer {
  #active: Held[] = []
  #activeBytes = 0
  /** of the active one, as `Swapped` has them */
  #size = 0
  #earliest = Number.POSITIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY
  #inactiveEvents = 0
  #inactiveBytes = 0
  #gap: Gap | undefined
  /** what `swap` gave, and how many of it are written */
  #inactive: readonly Held[] = []
  #written = 0
  #maxEvents: number
  #maxBytes: number

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

  /** From now on memory has another limit; what is held stays. */
  limit(maxEvents: number, maxBytes: number): void {
    this.#maxEvents = maxEvents
    this.#maxBytes = maxBytes
  }

  /** The part of memory that is in use: 0 … 1, or slightly more. */
  get fill(): number {
    return Math.max(this.held / this.#maxEvents, this.heldBytes / this.#maxBytes)
  }

  /** What is lost if all are given up now; those that were dropped already, and not noted, count too. */
  get unwritten(): { gap: Gap; tags: unknown[] } {
    const held = [...this.#inactive.slice(this.#written), ...this.#active]
    const entries = held.filter((record) => record.kind !== 'N')
    const { dropped = 0, from = null, to = null } = this.#gap ?? {}
    return {
      gap: {
        dropped: dropped + entries.length,
        from: entries[0]?.received ?? from,
        to: to ?? entries.at(-1)?.received ?? null,
      },
      tags: entries.map(({ tag }) => tag),
    }
  }

  /** Memory is full: what comes is dropped. */
  get dropping(): boolean {
    return this.#gap !== undefined
  }

  /** False where the entry had to be dropped. */
  add(entry: HeldEntry): boolean {
    const bytes = sizeOf(entry)
    if (this.held >= this.#maxEvents || (this.held > 0 && this.heldBytes + bytes > this.#maxBytes)) {
      this.#gap ??= { dropped: 0, from: null, to: null }
      this.#gap.dropped++
      this.#gap.from ??= entry.received
      this.#gap.to = entry.received
      return false
    }
    if (this.#gap) this.noteGap(entry.received)
    this.#active.push(entry)
    this.#activeBytes += bytes
    this.#size += lineSize(entry)
    if (entry.received < this.#earliest) this.#earliest = entry.received
    if (entry.received > this.#latest) this.#latest = entry.received
    return true
  }

  /** False where even a notice had to be dropped; the gap counts it. */
  addNotice(notice: NewNotice): boolean {
    if (this.held >= this.#maxEvents + spareNotices) {
      this.#gap ??= { dropped: 0, from: null, to: null }
      this.#gap.notices = (this.#gap.notices ?? 0) + 1
      return false
    }
    this.#active.push(notice)
    this.#activeBytes += sizeOf(notice)
    this.#size += lineSize(notice)
    return true
  }

  /** Notices that stand before everything held. */
  addFirst(notices: readonly NewNotice[]): void {
    this.#active.unshift(...notices)
    for (const notice of notices) {
      this.#activeBytes += sizeOf(notice)
      this.#size += lineSize(notice)
    }
  }

  /** There is room again: what was dropped is noted, behind what came before it. `time`: now, ms since 1970. */
  noteGap(time: number): void {
    const gap = this.#gap
    this.#gap = undefined
    if (gap) this.addNotice(newNotice('gap', gap, time))
  }

  /** Swaps the buffers; the result is the inactive one, which counts as held until `written`. */
  swap(): Swapped {
    const swapped = {
      records: this.#active,
      size: this.#size,
      earliest: this.#earliest,
      latest: this.#latest,
    }
    this.#inactive = this.#active
    this.#written = 0
    this.#inactiveEvents = this.#active.length
    this.#inactiveBytes = this.#activeBytes
    this.#active = []
    this.#activeBytes = 0
    this.#size = 0
    this.#earliest = Number.POSITIVE_INFINITY
    this.#latest = Number.NEGATIVE_INFINITY
    return swapped
  }

  /** These records of the inactive buffer are durable. */
  written(records: readonly Held[]): void {
    this.#written += records.length
    this.#inactiveEvents -= records.length
    if (this.#inactiveEvents === 0) {
      this.#inactiveBytes = 0
      return
    }
    for (const record of records) this.#inactiveBytes -= sizeOf(record)
  }
}

function sizeOf(record: Held): number {
  return (record.kind === 'N' ? record.json.length : record.text.length + record.kept) + overhead
}

/** About the bytes that a record's line takes. */
export function lineSize(record: Held): number {
  return (record.kind === 'N' ? record.json.length : record.text.length) + lineStart
}

// Which logged lines the formats of today make readings of, where those of then made none.
import { SeqRanges } from '../delivery/progress/ranges.ts'
import type { FieldlogEvent } from '../event.ts'
import { compileFormats, type Formats } from '../formats/compile.ts'
import { openText } from '../journal/archive/open-text.ts'
import type { Disk } from '../journal/disk/disk.ts'
import { type Entry, isEntry } from '../journal/format/entry.ts'
import { msPerDay } from '../journal/format/time.ts'
import { readCatalog } from '../journal/read/catalog.ts'
import { readJournal } from '../journal/read/reader.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import { cutByGap, type DecodedEntry, decoded } from '../labelling/history.ts'
import type { FormatSet, Stretch } from './decoded-by.ts'

export interface Choice {
  /** the entries to send again, by their seqs */
  lines: SeqRanges
  /** of these: no format took them, or they were parts of records */
  unknown: number
  /** of these: a format took them, and failed */
  rejected: number
  /** readings already, whose type, key, time or values would be others now: they are not sent again */
  changed: number
}

/** entries before a stretch, and behind it, that are read for the sake of records that reach over its ends */
const recordReach = 5_000

/**
 * Reads these stretches of a journal, beside its writer and in slices. Throws what the disk throws, and the signal's reason
 * where it is aborted.
 */
export async function chooseLines(
  disk: Disk,
  directory: string,
  stretches: readonly Stretch[],
  now: FormatSet,
  signal?: AbortSignal,
): Promise<Choice> {
  const choice: Choice = { lines: new SeqRanges(), unknown: 0, rejected: 0, changed: 0 }
  for (const stretch of stretches) {
    const comparison = new Comparison(stretch, now, choice)
    await comparison.read(disk, directory, signal)
  }
  return choice
}

/** The seq of the first entry that was received at this moment (ms since 1970) or later; undefined where none was. */
export async function firstSince(disk: Disk, directory: string, since: number): Promise<number | undefined> {
  const { files } = await readCatalog(disk, directory, openText(disk, directory))
  const first = files.find(({ day }) => (day + 1) * msPerDay > since)
  if (first === undefined) return undefined
  for await (const reading of readJournal(disk, directory, first.firstSeq)) {
    if (reading.kind !== 'batch') continue
    for (const item of reading.items) if (isEntry(item) && item.received >= since) return item.seq
    if (isTurnLong()) await nextTurn()
  }
  return undefined
}

/** What one set of formats made of an entry. */
type Outcome = Pick<DecodedEntry, 'outcome' | 'events'>

class Comparison {
  readonly #stretch: Stretch
  readonly #choice: Choice
  readonly #before: Formats
  readonly #now: Formats
  readonly #reach: number
  /** what only one side knows the end of: the first lines of records */
  readonly #open = new Map<number, Partial<Record<'before' | 'now', Outcome>>>()

  constructor(stretch: Stretch, now: FormatSet, choice: Choice) {
    this.#stretch = stretch
    this.#choice = choice
    this.#before = compileFormats(stretch.by.formats, { match: stretch.by.match })
    this.#now = compileFormats(now.formats, { match: now.match })
    const all = [...stretch.by.formats, ...now.formats]
    this.#reach = all.some(({ record }) => record !== undefined) ? recordReach : 0
  }

  async read(disk: Disk, directory: string, signal: AbortSignal | undefined): Promise<void> {
    const { from, to } = this.#stretch
    let next = Math.max(1, from - this.#reach)
    for await (const reading of readJournal(disk, directory, next)) {
      signal?.throwIfAborted()
      if (reading.kind !== 'batch') continue
      for (const item of reading.items) {
        if (!isEntry(item) || item.seq < next) continue
        if (item.seq > to && (this.#open.size === 0 || item.seq > to + this.#reach)) return
        if (item.seq > next) this.#gap()
        next = item.seq + 1
        this.#take(item)
        if (isTurnLong()) await nextTurn()
      }
    }
  }

  #take(entry: Entry): void {
    this.#settle('before', decoded(entry, this.#before))
    this.#settle('now', decoded(entry, this.#now))
  }

  #gap(): void {
    this.#settle('before', cutByGap(this.#before))
    this.#settle('now', cutByGap(this.#now))
  }

  #settle(side: 'before' | 'now', settled: readonly DecodedEntry[]): void {
    for (const { logged, outcome, events } of settled) {
      const { seq } = logged
      if (seq < this.#stretch.from || seq > this.#stretch.to) continue
      const both = { ...this.#open.get(seq), [side]: { outcome, events } }
      if (both.before && both.now) {
        this.#open.delete(seq)
        this.#compare(seq, both.before, both.now)
      } else this.#open.set(seq, both)
    }
  }

  #compare(seq: number, before: Outcome, now: Outcome): void {
    if (now.outcome.kind !== 'clean') return
    switch (before.outcome.kind) {
      case 'clean':
        if (readingsOf(before.events) !== readingsOf(now.events)) this.#choice.changed++
        return
      case 'suppressed':
        // it was left out on purpose: it repeats a reading that was sent
        return
      case 'rejected':
        this.#choice.rejected++
        break
      default:
        this.#choice.unknown++
    }
    this.#choice.lines.add(seq)
  }
}

/** What a receiver sees of them. */
function readingsOf(events: readonly FieldlogEvent[]): string {
  return JSON.stringify(events.map(({ type, key, eventId, time, data }) => [type, key, eventId, time, data]))
}

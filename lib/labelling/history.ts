// Reads entries of a journal as clean events: to restore what rules remember, and to try rules out.
import { messageOf } from '../delivery/send/message.ts'
import { type DeviceNames, noNames } from '../devices/names.ts'
import type { FieldlogEvent } from '../event.ts'
import type { Formats, Settled } from '../formats/compile.ts'
import type { LineOutcome } from '../formats/format.ts'
import type { Reading } from '../formats/model/reading.ts'
import type { Disk } from '../journal/disk/disk.ts'
import { type Entry, isEntry } from '../journal/format/entry.ts'
import { readJournal } from '../journal/read/reader.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import { cleanEvents } from '../predicates/clean-events.ts'

/** Told of what was logged, in order. */
export interface EntryReader {
  /** An entry; false: no more is wanted. */
  entry(entry: Entry): boolean
  /** Entries before the next one are missing: damaged, or removed. */
  gap(): void
}

/** Reads the entries `from` to `to` as far as there are any. Throws what the disk throws. */
export async function readEntries(
  disk: Disk,
  directory: string,
  from: number,
  to: number,
  reader: EntryReader,
): Promise<void> {
  let next = Math.max(1, from)
  if (to < next) return
  for await (const reading of readJournal(disk, directory, next)) {
    if (reading.kind !== 'batch') continue
    for (const item of reading.items) {
      // what cannot be decoded is missing
      if (!isEntry(item) || item.seq < next) continue
      if (item.seq > to) return
      if (item.seq > next) reader.gap()
      next = item.seq + 1
      if (!reader.entry(item)) return
      if (isTurnLong()) await nextTurn()
    }
  }
}

/** A reading of the journal, with its place. */
export type PlacedReading = Reading &
  Required<Pick<Reading, 'id' | 'seq' | 'received'>> & {
    /** it may have been given before, and what stood between it and the one before need not be given again */
    replayed?: boolean
  }

/** An entry as the clean node is given it. */
export function readingOf(entry: Entry): PlacedReading {
  const { event, payload } = messageOf(entry, { replayed: true })
  return readingIn(event, payload)
}

/** What became of an entry. */
export interface DecodedEntry {
  logged: FieldlogEvent
  outcome: LineOutcome
  /** its clean events: ids, times and keys as the clean node gives them */
  events: FieldlogEvent[]
}

type LoggedReading = PlacedReading & { logged: FieldlogEvent }

/** What is certain with this entry, the next one in order: what became of it, and of the first line of a record that it ends. */
export function decoded(entry: Entry, formats: Formats, names: DeviceNames = noNames): DecodedEntry[] {
  const { payload, event } = messageOf(entry, { replayed: true })
  return formats
    .take<LoggedReading>({ ...readingIn(event, payload), logged: event })
    .map((each) => decodedEntry(each, names))
}

/** The records that are cut, as entries before the next one are missing. */
export function cutByGap(formats: Formats, names: DeviceNames = noNames): DecodedEntry[] {
  return formats.gap<LoggedReading>().map((each) => decodedEntry(each, names))
}

function decodedEntry(
  { reading: { logged }, outcome }: Settled<LoggedReading>,
  names: DeviceNames,
): DecodedEntry {
  return { logged, outcome, events: cleanEvents(logged, outcome, names) }
}

/** A logged event as formats see it: a late one at the moment that it belongs to. */
export function readingIn(event: FieldlogEvent, payload: unknown): PlacedReading {
  const { source, id, seq, received, time, late, replayed, cut } = event
  return { payload, source, id, seq, received: late ? time : received, late, replayed, cut }
}

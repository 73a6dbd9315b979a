// Reads entries of a journal as clean events: to restore what rules remember, and to try rules out.
import { messageOf } from '../delivery/send/message.ts'
import type { FieldlogEvent } from '../event.ts'
import type { Formats } from '../formats/compile.ts'
import type { Outcome } from '../formats/format.ts'
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

/** What formats make of an entry, and its clean events; ids, times and keys as the clean node gives them. */
export function decoded(entry: Entry, formats: Formats): { outcome: Outcome; events: FieldlogEvent[] } {
  const { payload, event } = messageOf(entry, { replayed: true })
  const { source, id, seq, received, cut } = event
  const outcome = formats.decode({ payload, source, id, seq, received, cut })
  return { outcome, events: cleanEvents(event, outcome) }
}

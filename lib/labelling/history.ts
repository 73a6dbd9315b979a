// Reads entries of a journal as clean events: to restore what rules remember, and to try rules out.
import { messageOf } from '../delivery/send/message.ts'
import type { FieldlogEvent } from '../event.ts'
import type { Formats } from '../formats/compile.ts'
import type { Disk } from '../journal/disk/disk.ts'
import { type Entry, isEntry } from '../journal/format/entry.ts'
import { readJournal } from '../journal/read/reader.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import { cleanEvents } from '../predicates/clean-events.ts'

/** The events that formats make of an entry; ids, times and keys as the clean node gives them. */
function eventsOf(entry: Entry, formats: Formats): FieldlogEvent[] {
  const { payload, event } = messageOf(entry, { replayed: true })
  return cleanEvents(event, formats.decode({ payload, ...placeOf(event) }))
}

function placeOf({ source, id, seq, received }: FieldlogEvent) {
  return { source, id, seq, received }
}

/** The clean events of the entries `from` to `to`, in order; what is damaged or cannot be decoded is left out. */
export async function historyOf(
  disk: Disk,
  directory: string,
  formats: Formats,
  from: number,
  to: number,
): Promise<FieldlogEvent[]> {
  const events: FieldlogEvent[] = []
  if (to < from) return events
  for await (const reading of readJournal(disk, directory, from)) {
    if (reading.kind !== 'batch') continue
    for (const item of reading.items) {
      if (!isEntry(item) || item.seq < from) continue
      if (item.seq > to) return events
      events.push(...eventsOf(item, formats))
      if (isTurnLong()) await nextTurn()
    }
  }
  return events
}

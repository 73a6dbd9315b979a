// Turns the outcome of decoding a line into events with ids, times and keys, as the clean node does. Browser-safe.
import type { FieldlogEvent } from '../event.ts'
import type { Formats } from '../formats/compile.ts'
import type { Outcome } from '../formats/format.ts'
import { payloadOf, type RecentReading } from '../preview/reading.ts'

/** A logged event and what became of its line, as clean events; none where it is rejected or unknown. */
export function cleanEvents(logged: FieldlogEvent, outcome: Outcome): FieldlogEvent[] {
  if (outcome.kind !== 'clean') return []
  const { events } = outcome
  return events.map(({ type, data, time, eventId, key }, i) => ({
    ...logged,
    id: events.length === 1 ? logged.id : `${logged.id}.${i + 1}`,
    type,
    data,
    time: time ?? logged.time,
    ...(eventId === undefined ? {} : { eventId }),
    ...(key === undefined ? {} : { key }),
  }))
}

/** The clean events of readings, in order. */
export function eventsOfReadings(readings: readonly RecentReading[], formats: Formats): FieldlogEvent[] {
  return readings.flatMap((reading) => {
    const { id, seq, source, received, time } = reading
    const outcome = formats.decode({ payload: payloadOf(reading), source, id, seq, received })
    const logged = { id, seq, received, time, source, raw: reading.text ?? '', replayed: true }
    return cleanEvents(logged, outcome)
  })
}

// Turns the outcome of decoding a line into events with ids, times and keys, as the clean node does. Browser-safe.
import { deviceInEvent } from '../devices/device-event.ts'
import { type DeviceNames, noNames } from '../devices/names.ts'
import type { FieldlogEvent } from '../event.ts'
import type { Formats } from '../formats/compile.ts'
import type { CleanEvent, LineOutcome } from '../formats/format.ts'
import { payloadOf, type RecentReading } from '../preview/reading.ts'

/**
 * A logged event with what one clean event of its line adds. Of a line that gives several, each has its number in the
 * line behind the id, whichever of them the format leaves out.
 * @param names what the user calls the devices; default: none has a name
 */
export function cleanEvent(
  logged: FieldlogEvent,
  clean: CleanEvent,
  names: DeviceNames = noNames,
): FieldlogEvent {
  const { type, data, time, eventId, key, part, unsure } = clean
  const moment = time ?? logged.time
  const device = deviceInEvent(logged.source, clean) ?? names.deviceOf(logged.source, type, key, moment)
  const event: FieldlogEvent = { ...logged, type, data, time: moment, device }
  if (part !== undefined) event.id = `${logged.id}.${part}`
  if (eventId !== undefined) event.eventId = eventId
  if (key !== undefined) event.key = key
  if (unsure !== undefined) event.unsure = unsure
  return event
}

/** A logged event and what became of its line, as clean events; none where it is rejected, unknown or a part of a record. */
export function cleanEvents(
  logged: FieldlogEvent,
  outcome: LineOutcome,
  names: DeviceNames = noNames,
): FieldlogEvent[] {
  if (outcome.kind !== 'clean') return []
  return outcome.events.map((clean) => cleanEvent(logged, clean, names))
}

/** The clean events of readings, in order. */
export function eventsOfReadings(readings: readonly RecentReading[], formats: Formats): FieldlogEvent[] {
  return readings
    .flatMap((logged) => {
      const { time, received, late } = logged
      return formats.take({
        ...logged,
        logged,
        received: late ? time : received,
        payload: payloadOf(logged),
      })
    })
    .flatMap(({ reading: { logged }, outcome }) => {
      const { id, seq, source, received, time, late, text = '' } = logged
      const event: FieldlogEvent = { id, seq, received, time, source, raw: text, replayed: true }
      if (late) event.late = true
      return cleanEvents(event, outcome)
    })
}

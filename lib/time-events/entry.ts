// What the log gets of a time event.
import type { EventTime } from './sender-clock.ts'
import { sourceParts, type TimeEvent } from './wire/time-event.ts'

export type TransportName = 'queue' | 'socket' | 'udp'

/** A message for the log node: a structured event. */
export interface EventEntry {
  payload: { eventId: string; data: Record<string, string | number | boolean> }
  topic: string
  source: string
  received: number
}

/** The source of all time events, as the journal names it. */
const entrySource = 'telog'

export function entryOf(
  event: TimeEvent,
  { utc, clock }: EventTime,
  received: number,
  { transport, known }: { transport: TransportName; known: boolean },
): EventEntry {
  const { name, pid } = sourceParts(event.source)
  const data: EventEntry['payload']['data'] = {
    time: utc,
    msec: event.time,
    cat: event.cat,
    source: name,
    transport,
    known,
  }
  if (pid !== undefined) data.pid = pid
  if (event.subject !== undefined) data.subject = event.subject
  if (event.seq !== undefined) data.seq = event.seq
  if (event.msg !== undefined) data.msg = event.msg
  if (clock !== undefined) data.clock = clock
  return { payload: { eventId: event.cat, data }, topic: entrySource, source: entrySource, received }
}

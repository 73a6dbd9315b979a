// A time event as a report needs it, out of the event that the format of time events made of it.
import type { FieldlogEvent } from '../../event.ts'
import { withCode } from '../../kit/errors.ts'
import type { TimeEvent } from '../../time-events/wire/time-event.ts'

/** A time event and the moment at which it was. */
export interface DatedEvent {
  /** its time is that of its sender's clock */
  event: TimeEvent
  /** ms since 1970 */
  utc: number
}

/** Throws an Error with the code `NO_TIME_EVENT` that says what is missing. */
export function datedEventOf({ data, verdict }: FieldlogEvent): DatedEvent {
  if (verdict === 'rejected' || data === undefined) throw noTimeEvent('it has no decoded fields')
  const { time, msec, cat, source, pid, subject, seq, msg } = data
  if (typeof cat !== 'string' || typeof source !== 'string') throw noTimeEvent('cat or source is no text')
  if (!isTime(time) || !isTime(msec)) throw noTimeEvent('time or msec is no whole number of milliseconds')
  const event: TimeEvent = { time: msec, cat, source: isSet(pid) ? `${source}[${pid}]` : source }
  if (isSet(subject)) event.subject = String(subject)
  if (isSet(seq)) event.seq = String(seq)
  if (isSet(msg)) event.msg = String(msg)
  return { event, utc: time }
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}

function noTimeEvent(problem: string): Error {
  return withCode(
    'NO_TIME_EVENT',
    new Error(
      `mqtt out: a report takes time events only, and this event is none: ${problem}. Wire this node behind a clean node with ` +
        'the format of time events, and lead other events elsewhere.',
    ),
  )
}

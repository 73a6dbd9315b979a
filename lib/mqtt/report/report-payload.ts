// The bytes of a report. UTC of each of its events is realTime − (monoTime − time); events that another clock timed than the one that
// `monoTime` is of are told in its terms, so that this holds for them, too.
import { deflateSync } from 'node:zlib'
import type { Now } from '../../time-events/sender-clock.ts'
import { encodeReport, type Identity } from '../../time-events/wire/report.ts'
import type { TimeEvent } from '../../time-events/wire/time-event.ts'
import type { DatedEvent } from './report-event.ts'

/** What servers of time events write where they do not know something. */
export const unknownText = '(null)'

export interface ReportForm {
  identity: Identity
  /** a zlib stream, of the default level */
  compressed: boolean
}

/**
 * ms by which an event's moment and the time of its sender may disagree, where both are of this machine: each clock is read to the
 * millisecond, and slewing moves them apart by half of one in a second.
 */
const slack = 5

/** The MQTT 5 content type of a report. */
export function contentTypeOf({ compressed }: Pick<ReportForm, 'compressed'>): string {
  return compressed ? 'application/zlib' : 'application/x-protobuf'
}

/** @param now one instant by both clocks of this machine */
export function reportPayload(
  { identity, compressed }: ReportForm,
  seqNo: number,
  now: Now,
  events: readonly DatedEvent[],
): Buffer {
  const report = { identity, seqNo, realTime: now.wall, ...toldBy(now, events) }
  const bytes = encodeReport(report)
  return compressed ? deflateSync(bytes) : Buffer.from(bytes)
}

/**
 * The events by this machine's monotonic clock. It began at boot, and no time can be negative: where an event is older, the clock is
 * taken to have begun earlier, for all of the report.
 */
function toldBy(
  { wall, monotonic }: Now,
  events: readonly DatedEvent[],
): { monoTime: number; events: TimeEvent[] } {
  const oldest = events.reduce((utc, event) => Math.min(utc, event.utc), wall)
  const earlier = Math.max(0, wall - oldest - monotonic)
  const timeOf = ({ event: { time }, utc }: DatedEvent) => {
    const told = monotonic - (wall - utc)
    return (Math.abs(told - time) <= slack ? time : told) + earlier
  }
  return {
    monoTime: monotonic + earlier,
    events: events.map((dated) => ({ ...dated.event, time: timeOf(dated) })),
  }
}

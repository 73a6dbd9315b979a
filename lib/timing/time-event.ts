// A time event as the pairing of spans needs it.
import type { FieldlogEvent } from '../event.ts'

export interface TimeEvent {
  /** of the event in the journal */
  id: string
  seq: number
  /** `source` of the journal's entry */
  origin: string
  /** when it happened, ms since 1970 UTC */
  time: number
  /** … and by its sender's monotonic clock, ms: durations come from this one alone */
  msec: number
  category: string
  /** the sender's name, without its process id */
  sender: string
  /** the sender's process id; empty: not known */
  pid: string
  subject: string
  step: string
  message: string
  /** how it came: of two transports one may bring what the other has brought already */
  transport: string
}

/** The event's parts; undefined where it is no time event. */
export function timeEventOf({ id, seq, source, data }: FieldlogEvent): TimeEvent | undefined {
  if (!data) return undefined
  const { time, msec, cat } = data
  if (!Number.isSafeInteger(time) || !isNumber(msec) || typeof cat !== 'string') return undefined
  const text = (value: unknown) => (value === undefined || value === null ? '' : String(value))
  return {
    id,
    seq,
    origin: source,
    time: time as number,
    msec,
    category: cat,
    sender: text(data.source),
    pid: text(data.pid),
    subject: text(data.subject),
    step: text(data.seq),
    message: text(data.msg),
    transport: text(data.transport),
  }
}

type KeyParts = Pick<TimeEvent, 'category' | 'sender' | 'pid' | 'subject'>

/** Of what a span is: two spans of different keys have nothing to do with one another. */
export function keyOf({ category, sender, pid, subject }: KeyParts): string {
  return JSON.stringify([category, sender, pid, subject])
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

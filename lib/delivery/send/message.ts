// The message that carries an entry of the journal through a flow.
import type { EventMessage } from '../../event.ts'
import { type Entry, isLate } from '../../journal/format/entry.ts'
import { unescapeLine } from '../../journal/format/text.ts'

/** Properties that tell `log` something; they end there. */
export const consumed: ReadonlySet<string> = new Set([
  '_msgid',
  'payload',
  'topic',
  'event',
  'source',
  'received',
  'notice',
  'framed',
  'flush',
  'time',
  'receipt',
])

/** How an entry is sent. */
export interface Sending {
  /** it may have been sent before */
  replayed: boolean
  /** the id of the one node that it is for */
  for?: string
  /** the other properties of the message that was logged: at the first sending only (they are not in the journal) */
  properties?: Record<string, unknown> | undefined
}

/** An event's id: `<epoch>-<seq>`, unique for ever. */
function eventId(entry: Entry): string {
  return `${entry.epoch}-${entry.seq}`
}

/**
 * A new message for an entry. Its `_msgid` is the event's id: a function that returns a new object keeps only
 * that, and two events must never be taken for one because they were logged from one message.
 */
export function messageOf(entry: Entry, sending: Sending): EventMessage {
  const id = eventId(entry)
  const { seq, received, time, source, text } = entry
  const { replayed, properties } = sending
  const message: EventMessage = {
    _msgid: id,
    payload: entry.kind === 'E' ? JSON.parse(text) : unescapeLine(text),
    topic: source,
    event: { id, seq, received, time, source, raw: text, replayed },
  }
  if (isLate(entry)) message.event.late = true
  if (entry.cut !== undefined) message.event.cut = entry.cut
  if (sending.for !== undefined) message.event.for = sending.for
  if (properties) Object.assign(message, properties)
  return message
}

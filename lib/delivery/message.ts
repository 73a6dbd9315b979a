// The message that carries an entry of the journal through a flow.
import type { EventMessage } from '../event.ts'
import type { Entry } from '../journal/entry.ts'
import { unescapeLine } from '../journal/text.ts'

/** Properties that tell `log` something; they end there. */
const consumed = new Set([
  '_msgid',
  'payload',
  'topic',
  'event',
  'source',
  'received',
  'notice',
  'flush',
  'time',
])

/** An event's id: `<epoch>-<seq>`, unique for ever. */
export function eventId(entry: Entry): string {
  return `${entry.epoch}-${entry.seq}`
}

/**
 * A new message for an entry. `original`, the message that was logged, gives its other properties, at the first
 * sending only: the journal does not have them.
 */
export function messageOf(entry: Entry, replayed: boolean, original?: Record<string, unknown>): EventMessage {
  const id = eventId(entry)
  const { seq, received, source, text } = entry
  const message: EventMessage = {
    _msgid: typeof original?._msgid === 'string' ? original._msgid : id,
    payload: entry.kind === 'E' ? JSON.parse(text) : unescapeLine(text),
    topic: source,
    event: { id, seq, received, time: received, source, raw: text, replayed },
  }
  if (original) for (const key of Object.keys(original)) if (!consumed.has(key)) message[key] = original[key]
  return message
}

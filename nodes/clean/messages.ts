// Turns the outcome of decoding into the messages at clean's three outputs.
import type { EventMessage, FieldlogEvent } from '../../lib/event.ts'
import type { CleanEvent, Outcome } from '../../lib/formats/format.ts'

/** The messages for the outputs clean, rejected and unknown. An unknown line's message goes on as it came. */
export function cleanMessages(
  msg: EventMessage,
  outcome: Outcome,
): [EventMessage[], EventMessage | null, EventMessage | null] {
  switch (outcome.kind) {
    case 'clean':
      return [cleaned(msg, outcome.events), null, null]
    case 'rejected':
      return [[], rejected(msg, outcome.type, outcome.reasons), null]
    case 'suppressed':
      return [[], null, null]
    case 'unknown':
      return [[], null, msg]
  }
}

function cleaned(msg: EventMessage, events: readonly CleanEvent[]): EventMessage[] {
  const { id } = msg.event
  return events.map((event) => {
    const own = event.part === undefined ? id : `${id}.${event.part}`
    return filled(events.length === 1 ? msg : { ...msg }, own, event)
  })
}

function filled(msg: EventMessage, id: string, { type, data, time, eventId, key }: CleanEvent): EventMessage {
  const event: FieldlogEvent = { ...msg.event, id, type, data, time: time ?? msg.event.time }
  if (eventId !== undefined) event.eventId = eventId
  if (key !== undefined) event.key = key
  msg.event = event
  msg.payload = data
  msg.topic = `${type}/${event.source}`
  return msg
}

function rejected(msg: EventMessage, type: string, reasons: string[]): EventMessage {
  msg.event = { ...msg.event, type, verdict: 'rejected', reasons }
  msg.topic = `${type}/${msg.event.source}`
  return msg
}

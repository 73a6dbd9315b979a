// Turns the outcome of decoding into the messages at clean's three outputs.
import type { EventMessage } from '../../lib/event.ts'
import type { CleanEvent, LineOutcome } from '../../lib/formats/format.ts'
import { cleanEvent } from '../../lib/predicates/clean-events.ts'

/** The messages for the outputs clean, rejected and unknown. An unknown line's message goes on as it came. */
export function cleanMessages(
  msg: EventMessage,
  outcome: LineOutcome,
): [EventMessage[], EventMessage | null, EventMessage | null] {
  switch (outcome.kind) {
    case 'clean':
      return [cleaned(msg, outcome.events), null, null]
    case 'rejected':
      return [[], rejected(msg, outcome), null]
    case 'suppressed':
    case 'part':
      return [[], null, null]
    case 'unknown':
      return [[], null, msg]
  }
}

function cleaned(msg: EventMessage, events: readonly CleanEvent[]): EventMessage[] {
  return events.map((clean) => filled(events.length === 1 ? msg : { ...msg }, clean))
}

function filled(msg: EventMessage, clean: CleanEvent): EventMessage {
  msg.event = cleanEvent(msg.event, clean)
  msg.payload = clean.data
  msg.topic = `${clean.type}/${msg.event.source}`
  return msg
}

function rejected(
  msg: EventMessage,
  { type, reasons, unsure }: LineOutcome & { kind: 'rejected' },
): EventMessage {
  msg.event = { ...msg.event, type, verdict: 'rejected', reasons, ...(unsure && { unsure }) }
  msg.topic = `${type}/${msg.event.source}`
  return msg
}

// Turns the outcome of decoding into the messages at clean's three outputs.
import { type DeviceNames, noNames } from '../../lib/devices/names.ts'
import type { EventMessage } from '../../lib/event.ts'
import type { CleanEvent, LineOutcome } from '../../lib/formats/format.ts'
import { cleanEvent } from '../../lib/predicates/clean-events.ts'

/** The messages for the outputs clean, rejected and unknown. An unknown line's message goes on as it came. */
export function cleanMessages(
  msg: EventMessage,
  outcome: LineOutcome,
  names: DeviceNames = noNames,
): [EventMessage[], EventMessage | null, EventMessage | null] {
  switch (outcome.kind) {
    case 'clean':
      return [cleaned(msg, outcome.events, names), null, null]
    case 'rejected':
      return [[], rejected(msg, outcome, names), null]
    case 'suppressed':
    case 'part':
      return [[], null, null]
    case 'unknown':
      return [[], null, msg]
  }
}

function cleaned(msg: EventMessage, events: readonly CleanEvent[], names: DeviceNames): EventMessage[] {
  const [first] = events
  // most lines give one event, and it goes on in the line's own message
  if (first !== undefined && events.length === 1) return [filled(msg, first, names)]
  return events.map((clean) => filled({ ...msg }, clean, names))
}

function filled(msg: EventMessage, clean: CleanEvent, names: DeviceNames): EventMessage {
  msg.event = cleanEvent(msg.event, clean, names)
  msg.payload = clean.data
  msg.topic = `${clean.type}/${msg.event.device}`
  return msg
}

/** Whose line it was is known where its key fields could be read; else it is the source's. */
function rejected(
  msg: EventMessage,
  { type, key, reasons, unsure }: LineOutcome & { kind: 'rejected' },
  names: DeviceNames,
): EventMessage {
  const device = names.deviceOf(msg.event.source, type, key, msg.event.time)
  const place = { type, ...(key !== undefined && { key }), device }
  msg.event = { ...msg.event, ...place, verdict: 'rejected', reasons, ...(unsure && { unsure }) }
  msg.topic = `${type}/${device}`
  return msg
}

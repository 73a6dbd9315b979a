// Makes the payload of a published event. Its keys are described in docs/mqtt.md, "Payload".
import type { FieldlogEvent } from '../../event.ts'
import { unescapeLine } from '../../journal/format/text.ts'
import { lineProtocolWriter } from './line-protocol.ts'
import type { Payload } from './outgoing.ts'
import { sound } from './sound.ts'

/** The whole event, its data alone, the line as it came, or the line protocol of InfluxDB. */
export type PayloadKind = 'event' | 'data' | 'raw' | 'line-protocol'

export interface PayloadForm {
  /** MQTT 5 */
  contentType: string | undefined
  /** Throws an Error that says what is wrong with an event that another node has spoilt. */
  write(event: FieldlogEvent): Payload
}

/**
 * How events are published. `data`: the data as JSON, of an event without data what `raw` gives. `raw`: the line,
 * byte by byte; of a structured event its JSON. Only `event` says in itself that it was replayed.
 */
export function payloadForm(kind: PayloadKind, gateway: string): PayloadForm {
  if (kind === 'event') return { contentType: 'application/json', write: payloadWriter(gateway) }
  if (kind === 'raw') return { contentType: undefined, write: (event) => rawOf(sound(event)) }
  if (kind === 'line-protocol') return { contentType: undefined, write: lineProtocolWriter(gateway) }
  const write = (event: FieldlogEvent) =>
    sound(event).data === undefined ? rawOf(event) : JSON.stringify(event.data)
  return { contentType: 'application/json', write }
}

/** The line's own bytes; of a structured event, its JSON. A line's escapes are no JSON, so the two are told apart. */
export function rawOf({ raw }: FieldlogEvent): Payload {
  if (!raw.includes('\\')) return raw
  try {
    JSON.parse(raw)
    return raw
  } catch {
    return unescapeLine(raw)
  }
}

/**
 * Makes the function that turns an event into its MQTT payload (JSON, one line), for one gateway. The keys come
 * in a fixed order: id, seq, time, received, gateway, source, key, device, type, eventId (each where there is one), data,
 * verdict, reasons, cluster and unsure (where there is something), replayed, late (where it is true). An event without data (rejected, or not cleaned) has `raw`, the journal's text, in its place.
 * Written key by key, not by one JSON.stringify: that costs half the time, and the event's other keys stay out.
 * Throws an Error that says what is wrong with an event that another node has spoilt.
 */
export function payloadWriter(gateway: string): (event: FieldlogEvent) => string {
  const place = `,"gateway":${JSON.stringify(gateway)},"source":`
  const known = new KnownTexts()
  return (event) => {
    sound(event)
    let json = `{"id":${JSON.stringify(event.id)},"seq":${event.seq},"time":${event.time},"received":${event.received}`
    json += place + known.json(event.source)
    if (event.key !== undefined) json += `,"key":${known.json(event.key)}`
    if (event.device !== undefined) json += `,"device":${known.json(event.device)}`
    if (event.type !== undefined) json += `,"type":${known.json(event.type)}`
    if (event.eventId !== undefined) json += `,"eventId":${JSON.stringify(event.eventId)}`
    if (event.data !== undefined && event.verdict !== 'rejected')
      json += `,"data":${JSON.stringify(event.data)}`
    else json += `,"raw":${JSON.stringify(event.raw)}`
    if (event.verdict !== undefined) json += `,"verdict":"${event.verdict}"`
    const reasons = event.reasons
    json +=
      reasons === undefined || reasons.length === 0
        ? ',"reasons":[]'
        : `,"reasons":${JSON.stringify(reasons)}`
    if (event.cluster !== undefined) json += `,"cluster":${JSON.stringify(event.cluster)}`
    if (event.unsure !== undefined) json += `,"unsure":${JSON.stringify(event.unsure)}`
    return `${json},"replayed":${event.replayed === true}${event.late === true ? ',"late":true' : ''}}`
  }
}

/** texts that are remembered, at most, and the length of one */
const mostKnown = 1_000
const longestKnown = 255

/** The JSON of texts that come with many events, as a device's name does: finding it costs less than making it. */
class KnownTexts {
  readonly #known = new Map<string, string>()

  json(text: string): string {
    const found = this.#known.get(text)
    if (found !== undefined) return found
    const json = JSON.stringify(text)
    if (text.length > longestKnown) return json
    if (this.#known.size >= mostKnown) this.#known.clear()
    this.#known.set(text, json)
    return json
  }
}

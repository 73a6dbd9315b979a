// A message as an outbox keeps it on disk: the JSON of one E line of a journal (docs/mqtt.md, "The outbox on disk").

import type { QoS } from '../message/outgoing.ts'
import { type Entry, keyOf } from './outbox.ts'

interface OutboxRecord {
  id: string
  topic: string
  /** where its sink would have published it at once, if that was another topic */
  of?: string
  /** text, or bytes in base64 */
  payload?: string
  base64?: string
  retain?: true
  qos?: QoS
  expiry?: number
  contentType?: string
}

/** The JSON of an entry in its late form. */
export function recordText(entry: Entry): string {
  const { id, topic, payload, retain, qos = 1, expiry, contentType } = entry
  const record: OutboxRecord = {
    id,
    topic,
    ...(entry.key !== keyOf(entry) && { of: entry.key.slice(id.length + 1) }),
    ...(typeof payload === 'string' ? { payload } : { base64: payload.toString('base64') }),
    ...(retain && { retain }),
    ...(qos !== 1 && { qos }),
    ...(expiry !== undefined && { expiry }),
    ...(contentType !== undefined && { contentType }),
  }
  return JSON.stringify(record)
}

/** Only its key (keyOf as it was handed over). */
export function keyInRecord(text: string): string {
  const { id, topic, of = topic } = JSON.parse(text) as OutboxRecord
  return keyOf({ id, topic: of })
}

/** Only the topic on which it is published. */
export function topicInRecord(text: string): string {
  return (JSON.parse(text) as OutboxRecord).topic
}

/** The entry in a record. @param at when it was handed over, ms since 1970 */
export function entryOf(text: string, seq: number, at: number): Entry {
  const record = JSON.parse(text) as OutboxRecord
  const { id, topic, of = topic, payload, base64, retain = false, qos = 1, expiry, contentType } = record
  return {
    id,
    topic,
    payload: payload ?? Buffer.from(base64 ?? '', 'base64'),
    retain,
    qos,
    expiry,
    contentType,
    replayed: true,
    get key() {
      return keyOf({ id, topic: of })
    },
    order: 0,
    bytes: text.length,
    at,
    seq,
    settled: [],
  }
}

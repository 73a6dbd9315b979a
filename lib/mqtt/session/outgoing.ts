// Turns an outbox entry into the message to publish, within the limits of the broker.

import type { Outgoing, QoS } from '../message/outgoing.ts'
import type { Entry } from '../outbox/outbox.ts'
import type { BrokerFacts } from '../wire/connection.ts'

/**
 * Bytes of a PUBLISH besides topic, payload and the id: fixed header 5, topic length 2, packet id 2, properties'
 * length 2; and of MQTT 5 expiry 5, content type 19, user properties `id` 7 and `replayed` 19.
 */
const packetOverhead = 61

/** Whether the broker takes packets of this size. */
export function isTooLarge(entry: Entry, { maximumPacketSize }: BrokerFacts): boolean {
  return entry.bytes + entry.id.length + packetOverhead > maximumPacketSize
}

/** With the event's id as a user property, and `replayed` where it had to wait or was sent again. */
export function outgoingOf(entry: Entry, { retainAvailable, maximumQoS }: BrokerFacts): Outgoing {
  const { id, topic, payload, qos = 1, expiry, contentType, replayed } = entry
  return {
    topic,
    payload,
    retain: entry.retain && retainAvailable,
    qos: Math.min(qos, maximumQoS) as QoS,
    expiry,
    contentType,
    userProperties: replayed ? { id, replayed: 'true' } : { id },
  }
}

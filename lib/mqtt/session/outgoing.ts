// Turns an outbox entry into the message to publish, within the limits of the broker.

import type { Outgoing, QoS } from '../message/outgoing.ts'
import type { Entry } from '../outbox/outbox.ts'
import type { BrokerFacts } from '../wire/connection.ts'
import { packetSize } from '../wire/publish-packet.ts'

/** Whether the broker takes a packet of this size. Only MQTT 5 knows a limit, and its properties count. */
export function isTooLarge(outgoing: Outgoing, { maximumPacketSize }: BrokerFacts): boolean {
  return maximumPacketSize < Number.POSITIVE_INFINITY && packetSize(outgoing, true) > maximumPacketSize
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

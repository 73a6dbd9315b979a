// The bytes of a PUBLISH packet (MQTT 3.1.1, 3.3; MQTT 5.0, 3.3). MQTT.js makes them of a dozen small pieces, each
// written by itself: that costs more than all else that a message needs on its way out.
import type { Outgoing } from './connection.ts'

const expiryProperty = 0x02
const contentTypeProperty = 0x03
const userProperty = 0x26

/**
 * Encodes a message. Topic, content type and user properties may have 65,535 bytes each; who makes them sees to it.
 * @param messageId 1 … 65,535; left out with QoS 0
 * @param withProperties true on MQTT 5
 */
export function publishPacket(message: Outgoing, messageId: number, withProperties: boolean): Buffer {
  const { topic, payload, qos, retain } = message
  const topicSize = Buffer.byteLength(topic)
  const propertiesSize = withProperties ? sizeOfProperties(message) : 0
  const payloadSize = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const size =
    2 +
    topicSize +
    (qos > 0 ? 2 : 0) +
    (withProperties ? sizeOfInteger(propertiesSize) + propertiesSize : 0) +
    payloadSize
  const packet = Buffer.allocUnsafe(1 + sizeOfInteger(size) + size)
  packet[0] = 0x30 | (qos << 1) | (retain ? 1 : 0)
  let at = writeInteger(packet, size, 1)
  at = packet.writeUInt16BE(topicSize, at)
  at += packet.write(topic, at)
  if (qos > 0) at = packet.writeUInt16BE(messageId, at)
  if (withProperties) at = writeProperties(packet, message, propertiesSize, at)
  if (typeof payload === 'string') packet.write(payload, at)
  else payload.copy(packet, at)
  return packet
}

function sizeOfProperties({ expiry, contentType, userProperties }: Outgoing): number {
  let size = expiry === undefined ? 0 : 5
  if (contentType !== undefined) size += 3 + Buffer.byteLength(contentType)
  if (userProperties === undefined) return size
  for (const name in userProperties) {
    size += 5 + Buffer.byteLength(name) + Buffer.byteLength(userProperties[name]!)
  }
  return size
}

function writeProperties(packet: Buffer, message: Outgoing, size: number, from: number): number {
  const { expiry, contentType, userProperties } = message
  let at = writeInteger(packet, size, from)
  if (expiry !== undefined) {
    packet[at] = expiryProperty
    at = packet.writeUInt32BE(expiry, at + 1)
  }
  if (contentType !== undefined) {
    packet[at] = contentTypeProperty
    at = writeText(packet, contentType, at + 1)
  }
  for (const name in userProperties) {
    packet[at] = userProperty
    at = writeText(packet, name, at + 1)
    at = writeText(packet, userProperties[name]!, at)
  }
  return at
}

function writeText(packet: Buffer, text: string, at: number): number {
  const size = packet.write(text, at + 2)
  packet.writeUInt16BE(size, at)
  return at + 2 + size
}

/** Bytes of a variable byte integer: seven bits each. */
function sizeOfInteger(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4
}

function writeInteger(packet: Buffer, value: number, from: number): number {
  let rest = value
  let at = from
  for (; rest >= 0x80; rest >>>= 7) packet[at++] = (rest & 0x7f) | 0x80
  packet[at] = rest
  return at + 1
}

// Encodes PUBLISH packets (MQTT 3.1.1 and 5.0, section 3.3) into one buffer. MQTT.js writes each packet as a dozen
// small buffers, which costs more than everything else that a message needs on its way out.
import type { Outgoing } from '../message/outgoing.ts'

const expiryProperty = 0x02
const contentTypeProperty = 0x03
const userProperty = 0x26

/** A message and its packet identifier: 1 … 65,535, of no meaning with QoS 0. */
export interface NumberedMessage {
  message: Outgoing
  id: number
}

/**
 * Encodes messages, one packet behind the other. Topic, content type and user properties may have 65,535 bytes each;
 * who makes them sees to it.
 * @param withProperties true on MQTT 5
 */
export function publishPackets(messages: readonly NumberedMessage[], withProperties: boolean): Buffer {
  const sizes = messages.map(({ message }) => sizesOf(message, withProperties))
  const packets = Buffer.allocUnsafe(sizes.reduce((sum, { rest }) => sum + 1 + sizeOfInteger(rest) + rest, 0))
  let at = 0
  messages.forEach(({ message, id }, index) => {
    at = writePacket(packets, message, id, sizes[index]!, at)
  })
  return packets
}

/** Bytes of the packet in which a message is sent. */
export function packetSize(message: Outgoing, withProperties: boolean): number {
  const { rest } = sizesOf(message, withProperties)
  return 1 + sizeOfInteger(rest) + rest
}

/** Bytes: of all behind the length itself, of the properties, of the topic. */
interface Sizes {
  rest: number
  /** undefined: there are none on MQTT 3.1.1, not even their length */
  properties: number | undefined
  topic: number
}

function sizesOf(message: Outgoing, withProperties: boolean): Sizes {
  const { topic: name, payload, qos } = message
  const topic = Buffer.byteLength(name)
  const properties = withProperties ? sizeOfProperties(message) : undefined
  const payloadSize = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const propertiesSize = properties === undefined ? 0 : sizeOfInteger(properties) + properties
  return { rest: 2 + topic + (qos > 0 ? 2 : 0) + propertiesSize + payloadSize, properties, topic }
}

function writePacket(packets: Buffer, message: Outgoing, id: number, sizes: Sizes, from: number): number {
  const { topic, payload, qos, retain } = message
  packets[from] = 0x30 | (qos << 1) | (retain ? 1 : 0)
  let at = writeInteger(packets, sizes.rest, from + 1)
  at = packets.writeUInt16BE(sizes.topic, at)
  at += packets.write(topic, at)
  if (qos > 0) at = packets.writeUInt16BE(id, at)
  if (sizes.properties !== undefined) at = writeProperties(packets, message, sizes.properties, at)
  return at + (typeof payload === 'string' ? packets.write(payload, at) : payload.copy(packets, at))
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

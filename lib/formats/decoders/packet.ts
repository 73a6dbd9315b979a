// Decoder packet: numbers and bit fields at byte offsets of a JeeLink packet.

import type { LineDecoder, Reader } from '../model/decoder.ts'
import type { FieldDefinition, PacketDecoder, PacketParts, Recogniser } from '../model/definition.ts'
import { Failure, wrongLength } from '../model/failure.ts'
import type { Line } from '../model/line.ts'
import type { PacketLine } from '../model/packet-line.ts'
import { counted } from '../model/text.ts'
import { bitField } from '../notation/bits.ts'
import { type Digits, digitsOfNumber, hasDigits } from '../notation/digits.ts'
import { type Layout, layouts } from '../notation/layouts.ts'

/** Facts about the packet that a field may come from beside its bytes. */
const facts: Record<string, Reader<PacketLine>> = {
  node: (packet) => packet.node,
  header: (packet) => packet.header,
  group: (packet) => packet.group,
  rssi: (packet) => packet.rssi,
  length: (packet) => packet.length,
  part: (packet) => packet.part,
  hex: ({ bytes, start, head, end }) => hexOf(bytes.subarray(start + head, end)),
}

function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex.toUpperCase()
}

export const packetFacts: readonly string[] = Object.keys(facts)

/** Reads one of the packet's facts; nothing where there is no such fact. */
export function packetFact(name: string): Reader<PacketLine> {
  return (Object.hasOwn(facts, name) ? facts[name] : undefined) ?? (() => undefined)
}

export function packetDecoder(
  decoder: PacketDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<PacketLine> {
  const takesPacket = packetTest(takes)
  const least = decoder.minBytes ?? 0
  const most = decoder.maxBytes ?? Number.POSITIVE_INFINITY
  const expected = expectedLength(least, most)
  return {
    takes: ({ packet }) => takesPacket(packet),
    open: ({ packet }: Line) => {
      if (packet.fault !== undefined) return new Failure(`packet: ${packet.fault}`)
      if (packet.length < least || packet.length > most) {
        return wrongLength(packet.length, expected)
      }
      packet.start = 0
      packet.end = packet.length
      packet.part = 0
      packet.head = 0
      return packet
    },
    readers: fields.map(packetReader),
    ...(decoder.parts === undefined ? {} : partsOf(decoder.parts)),
  }
}

/** Whether a packet is one of the nodes' and has as many bytes as is asked for; of one that is damaged nobody knows how many. */
export function packetTest({ nodes, bytes }: Recogniser): (packet: PacketLine) => boolean {
  const ids = nodes === undefined || nodes.length === 0 ? undefined : new Set(nodes)
  const [least, most] = bytes ?? [0, Number.POSITIVE_INFINITY]
  return ({ node, length, fault }) => {
    if (node < 0 || (ids !== undefined && !ids.has(node))) return false
    return fault !== undefined || (length >= least && length <= most)
  }
}

/** The bytes of a line, of which fields are read. */
export interface Bytes {
  /** only the first `length` count */
  readonly bytes: Uint8Array
  readonly view: DataView
  length: number
  /** the bytes that fields are read from: all, or one part of a packet that has several */
  start: number
  end: number
  /** 0 the first part */
  part: number
  /** bytes at the beginning of the part that say its size: 0 or 1 */
  head: number
}

/** Cuts a packet into parts; rejects one that they do not fill to its end. */
export function partsOf(parts: PacketParts): Pick<LineDecoder<Bytes>, 'count' | 'select'> {
  const { from = 0, size } = parts
  const takeSize = typeof size === 'number' ? undefined : bitField(size.bit, size.bits, false)
  const ends: number[] = []
  return {
    count: (packet) => {
      ends.length = 0
      for (let at = from; at < packet.length; ) {
        const head = packet.bytes[at] as number
        const end = takeSize === undefined ? at + (size as number) : at + 1 + takeSize(head)
        if (end > packet.length) {
          const found = counted(packet.length - at, 'byte')
          return new Failure(`parts: found ${found} in part ${ends.length}, expected ${end - at}`)
        }
        ends.push(end)
        at = end
      }
      return ends.length > 0 ? ends.length : new Failure('parts: found none, expected one at least')
    },
    select: (packet, part) => {
      packet.start = part === 0 ? from : (ends[part - 1] as number)
      packet.end = ends[part] as number
      packet.part = part
      packet.head = takeSize === undefined ? 0 : 1
    },
  }
}

/** The numbers of bytes that are taken, in words. */
export function expectedLength(least: number, most: number): string {
  if (least === most) return String(least)
  return most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least}…${most}`
}

/** Reads the number at a byte offset, or the bits of it that the field asks for. */
export function offsetReader(field: FieldDefinition, from: number): Reader<Bytes> {
  const { bytes, read } = layouts[field.read ?? 'u8']
  const end = from + bytes
  const value = hasDigits(field) ? withDigits(read, bytes, field) : read
  if (field.whole) return (packet) => (end > packet.length ? undefined : value(packet.view, from))
  return (packet) => (packet.start + end > packet.end ? undefined : value(packet.view, packet.start + from))
}

function withDigits(
  read: Layout['read'],
  bytes: number,
  field: Digits,
): (view: DataView, at: number) => unknown {
  const { notation = 'decimal', reversed, bit = 0, bits, signed = false } = field
  if (notation === 'decimal' && !reversed && bits !== undefined) {
    const take = bitField(bit, bits, signed)
    return (view, at) => take(read(view, at))
  }
  const digits = digitsOfNumber(field, bytes * 8)
  return (view, at) => {
    const value = read(view, at)
    // what are no digits is shown as it stands, and is no number to the steps behind
    return digits(value) ?? `0x${value.toString(16)}`
  }
}

function packetReader(field: FieldDefinition): Reader<PacketLine> {
  const from = field.from ?? field.name
  return typeof from === 'string' ? packetFact(from) : offsetReader(field, from)
}

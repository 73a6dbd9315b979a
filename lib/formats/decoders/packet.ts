// Decoder packet: numbers and bit fields at byte offsets of a JeeLink packet.

import type { LineDecoder, Reader } from '../model/decoder.ts'
import type {
  FieldDefinition,
  NumberLayout,
  PacketDecoder,
  PacketParts,
  Recogniser,
} from '../model/definition.ts'
import { Failure, wrongLength } from '../model/failure.ts'
import type { Line } from '../model/line.ts'
import type { PacketLine } from '../model/packet-line.ts'
import { counted } from '../model/text.ts'

/** Facts about the packet that a field may come from beside its bytes. */
const facts: Record<string, Reader<PacketLine>> = {
  node: (packet) => packet.node,
  header: (packet) => packet.header,
  group: (packet) => packet.group,
  rssi: (packet) => packet.rssi,
  length: (packet) => packet.length,
  part: (packet) => packet.part,
}

export const packetFacts: readonly string[] = Object.keys(facts)

/** Reads one of the packet's facts; nothing where there is no such fact. */
export function packetFact(name: string): Reader<PacketLine> {
  return (Object.hasOwn(facts, name) ? facts[name] : undefined) ?? (() => undefined)
}

interface Layout {
  bytes: number
  /** an integer without a sign of its own: bit fields may be taken from it, and from signed ones too */
  integer: boolean
  read(view: DataView, at: number): number
}

/** How each layout is read, and how many bytes it takes. */
export const layouts: Readonly<Record<NumberLayout, Layout>> = {
  u8: integer(1, (view, at) => view.getUint8(at)),
  i8: integer(1, (view, at) => view.getInt8(at)),
  u16le: integer(2, (view, at) => view.getUint16(at, true)),
  u16be: integer(2, (view, at) => view.getUint16(at)),
  i16le: integer(2, (view, at) => view.getInt16(at, true)),
  i16be: integer(2, (view, at) => view.getInt16(at)),
  u24le: integer(3, (view, at) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000),
  u24be: integer(3, (view, at) => view.getUint8(at) * 0x10000 + view.getUint16(at + 1)),
  i24le: integer(3, (view, at) => view.getUint16(at, true) + view.getInt8(at + 2) * 0x10000),
  i24be: integer(3, (view, at) => view.getInt8(at) * 0x10000 + view.getUint16(at + 1)),
  u32le: integer(4, (view, at) => view.getUint32(at, true)),
  u32be: integer(4, (view, at) => view.getUint32(at)),
  i32le: integer(4, (view, at) => view.getInt32(at, true)),
  i32be: integer(4, (view, at) => view.getInt32(at)),
  f32le: float(4, (view, at) => view.getFloat32(at, true)),
  f32be: float(4, (view, at) => view.getFloat32(at)),
  f64le: float(8, (view, at) => view.getFloat64(at, true)),
  f64be: float(8, (view, at) => view.getFloat64(at)),
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

/** Cuts a packet into parts; rejects one that they do not fill to its end. */
function partsOf(parts: PacketParts): Pick<LineDecoder<PacketLine>, 'count' | 'select'> {
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
    },
  }
}

function expectedLength(least: number, most: number): string {
  if (least === most) return String(least)
  return most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least}…${most}`
}

function packetReader(field: FieldDefinition): Reader<PacketLine> {
  const from = field.from ?? field.name
  if (typeof from === 'string') return packetFact(from)
  const { bytes, read } = layouts[field.read ?? 'u8']
  const end = from + bytes
  const value =
    field.bits === undefined ? read : withBits(read, field.bit ?? 0, field.bits, field.signed === true)
  if (field.whole) return (packet) => (end > packet.length ? undefined : value(packet.view, from))
  return (packet) => (packet.start + end > packet.end ? undefined : value(packet.view, packet.start + from))
}

function withBits(read: Layout['read'], bit: number, bits: number, signed: boolean): Layout['read'] {
  const takeBits = bitField(bit, bits, signed)
  return (view, at) => takeBits(read(view, at))
}

/** Bits `bit` … `bit + bits - 1` of an integer of up to 32 bits; two's complement where signed. */
function bitField(bit: number, bits: number, signed: boolean): (value: number) => number {
  const left = 32 - bits - bit
  const right = 32 - bits
  return signed ? (value) => (value << left) >> right : (value) => (value << left) >>> right
}

function integer(bytes: number, read: Layout['read']): Layout {
  return { bytes, integer: true, read }
}

function float(bytes: number, read: Layout['read']): Layout {
  return { bytes, integer: false, read }
}

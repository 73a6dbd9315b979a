// A guess at a packet's fields: pairs of bytes that behave like little-endian numbers, single bytes else.

import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'
import { PacketLine } from '../model/packet-line.ts'

/** For lines of packets of one node. */
export function guessPacket(lines: readonly string[]): FormatDefinition | undefined {
  const packet = new PacketLine()
  const packets = lines.map((line) => {
    packet.parse(line)
    return packet.bytes.slice(0, packet.length)
  })
  const lengths = packets.map(({ length }) => length)
  const least = Math.min(...lengths)
  const most = Math.max(...lengths)
  if (least === 0) return undefined
  const fields: FieldDefinition[] = []
  for (let at = 0; at < least; ) {
    const order = wordOrder(packets, at, least)
    if (order !== undefined) {
      const high = order === 'le' ? at + 1 : at
      const isSigned = packets.some((bytes) => (bytes[high] as number) >= 0xf0)
      fields.push({ name: `v${at}`, from: at, read: `${isSigned ? 'i' : 'u'}16${order}`, type: 'integer' })
      at += 2
    } else {
      fields.push({ name: `b${at}`, from: at, type: 'integer' })
      at++
    }
  }
  return {
    type: `node${packet.node}`,
    takes: { nodes: [packet.node] },
    decoder: { kind: 'packet', minBytes: least, ...(least === most ? { maxBytes: most } : {}) },
    fields: [...fields, { name: 'node', from: 'node', type: 'integer', hidden: true }],
    key: ['node'],
  }
}

/** How two bytes behave like one number, if they do; little-endian where both are as likely. */
function wordOrder(packets: readonly Uint8Array[], at: number, length: number): 'le' | 'be' | undefined {
  if (at + 1 >= length) return undefined
  if (isWord(packets, at + 1, at)) return 'le'
  // two single bytes look like this as well: only several packets can tell
  return packets.length > 2 && isWord(packets, at, at + 1) ? 'be' : undefined
}

/** A high byte that is small, or that of a small negative number, over a low byte that takes many values. */
function isWord(packets: readonly Uint8Array[], high: number, low: number): boolean {
  const highs = new Set(packets.map((bytes) => bytes[high] as number))
  const lows = new Set(packets.map((bytes) => bytes[low] as number))
  const isNarrow = [...highs].every((each) => each < 0x10 || each >= 0xf0)
  return isNarrow && lows.size >= highs.size && (lows.size > 1 || [...highs].every((each) => each === 0))
}

// Decoder datacodes: a packet as numbers one after another, as the emonTx and its kin send them.

import type { LineDecoder, Reader } from '../model/decoder.ts'
import type { DatacodesDecoder, FieldDefinition, Recogniser } from '../model/definition.ts'
import { Failure, wrongLength } from '../model/failure.ts'
import type { PacketLine } from '../model/packet-line.ts'
import { packetFact, packetTest } from './packet.ts'

interface Code {
  bytes: number
  /** undefined for a byte that is skipped */
  read?: (view: DataView, at: number) => number | bigint
}

/** Python's struct codes with `<`: little-endian, no padding. */
const codes: Readonly<Record<string, Code>> = {
  b: { bytes: 1, read: (view, at) => view.getInt8(at) },
  B: { bytes: 1, read: (view, at) => view.getUint8(at) },
  h: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  H: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  i: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  l: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  L: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  q: { bytes: 8, read: (view, at) => view.getBigInt64(at, true) },
  Q: { bytes: 8, read: (view, at) => view.getBigUint64(at, true) },
  f: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  d: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  x: { bytes: 1 },
}

export const datacodeLetters: readonly string[] = Object.keys(codes)

/** The letters of `h,h,h,L` or `hhhL`. */
export function parseDatacodes(text: string): string[] {
  return [...text.replace(/[\s,]/g, '')]
}

/** The places of the numbers: code and byte offset; and how many bytes all take. Unknown letters take none. */
export function datacodePlaces(text: string): {
  numbers: Array<{ code: string; at: number }>
  bytes: number
} {
  const numbers: Array<{ code: string; at: number }> = []
  let bytes = 0
  for (const letter of parseDatacodes(text)) {
    const code = Object.hasOwn(codes, letter) ? codes[letter] : undefined
    if (code?.read !== undefined) numbers.push({ code: letter, at: bytes })
    bytes += code?.bytes ?? 0
  }
  return { numbers, bytes }
}

/** Takes packets of the nodes; rejects those of another length than the codes say. */
export function datacodesDecoder(
  decoder: DatacodesDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<PacketLine> {
  const takesPacket = packetTest(takes)
  const { numbers, bytes } = datacodePlaces(decoder.codes)
  return {
    takes: ({ packet }) => takesPacket(packet),
    open: ({ packet }) => {
      if (packet.fault !== undefined) return new Failure(`packet: ${packet.fault}`)
      if (packet.length === bytes) return packet
      return wrongLength(packet.length, bytes)
    },
    readers: fields.map((field) => numberAt(field.from ?? field.name, numbers)),
  }
}

function numberAt(
  from: string | number,
  numbers: ReadonlyArray<{ code: string; at: number }>,
): Reader<PacketLine> {
  if (typeof from === 'string' && !/^\d+$/.test(from)) return packetFact(from)
  const place = numbers[Number(from)]
  const read = place === undefined ? undefined : codes[place.code]?.read
  if (place === undefined || read === undefined) return () => undefined
  return ({ view }) => {
    const value = read(view, place.at)
    // beyond 2^53 a number would be another one: as a text it is at least what the device sent
    return typeof value === 'number' ? value : exact(value)
  }
}

function exact(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

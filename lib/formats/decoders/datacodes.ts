// Decoder datacodes: a packet as numbers one after another, as the emonTx and its kin send them.

import type { LineDecoder, Reader } from '../model/decoder.ts'
import type { DatacodesDecoder, FieldDefinition, Recogniser } from '../model/definition.ts'
import { Failure, wrongLength } from '../model/failure.ts'
import type { PacketLine } from '../model/packet-line.ts'
import { packetFact, packetTest } from './packet.ts'

interface Code {
  /** undefined: as many as the number has digits */
  bytes?: number
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
  // none of Python's: base 128, the most significant digit first, and the last one's high bit is set
  v: { read: readDigits },
}

/** A number of more digits is none that a double holds. */
const mostDigits = 7

function readDigits(view: DataView, at: number): number {
  let value = 0
  for (let digit = view.getUint8(at); ; digit = view.getUint8(++at)) {
    value = value * 128 + (digit & 127)
    if (digit & 128) return value
  }
}

export const datacodeLetters: readonly string[] = Object.keys(codes)

/** The letters of `h,h,h,L` or `hhhL`. */
export function parseDatacodes(text: string): string[] {
  return [...text.replace(/[\s,]/g, '')]
}

/** The letters of the numbers in their order; bytes that are skipped are none. */
export function datacodeNumbers(text: string): string[] {
  return parseDatacodes(text).filter((letter) => codeOf(letter)?.read !== undefined)
}

function codeOf(letter: string): Code | undefined {
  return Object.hasOwn(codes, letter) ? codes[letter] : undefined
}

/** Finds the byte offset of each number in a packet; a Failure where they do not fill it to its end. */
function placeFinder(text: string): (packet: PacketLine, places: number[]) => Failure | undefined {
  const letters = parseDatacodes(text)
  const fixed = letters.map((letter) => codeOf(letter)?.bytes)
  if (fixed.every((bytes) => bytes !== undefined)) {
    const all = fixed.reduce((sum, bytes) => sum + bytes, 0)
    return ({ length }, places) => (length === all ? place(letters, fixed, places) : wrongLength(length, all))
  }
  return (packet, places) => {
    const sizes: number[] = []
    let at = 0
    for (const [i, letter] of letters.entries()) {
      const size = fixed[i] ?? digitsFrom(packet, at)
      if (size === 0 || at + size > packet.length) {
        return new Failure(
          `packet: its bytes end in number ${i}, ${letter}, expected ${letters.length} numbers`,
        )
      }
      if (size > mostDigits && fixed[i] === undefined)
        return new Failure(`packet: number ${i} has ${size} digits, expected ${mostDigits} at most`)
      sizes.push(size)
      at += size
    }
    return at === packet.length ? place(letters, sizes, places) : wrongLength(packet.length, at)
  }
}

function place(letters: readonly string[], sizes: readonly number[], places: number[]): undefined {
  places.length = 0
  let at = 0
  for (const [i, letter] of letters.entries()) {
    if (codeOf(letter)?.read !== undefined) places.push(at)
    at += sizes[i] as number
  }
}

/** How many digits the number there has; 0 where the packet ends in it. */
function digitsFrom({ bytes, length }: PacketLine, at: number): number {
  for (let end = at; end < length; end++) if ((bytes[end] as number) & 128) return end + 1 - at
  return 0
}

/** Takes packets of the nodes; rejects those of another length than the codes say. */
export function datacodesDecoder(
  decoder: DatacodesDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<PacketLine> {
  const takesPacket = packetTest(takes)
  const numbers = datacodeNumbers(decoder.codes)
  const findPlaces = placeFinder(decoder.codes)
  /** of the numbers of the packet that is open */
  const places: number[] = []
  return {
    takes: ({ packet }) => takesPacket(packet),
    open: ({ packet }) => {
      if (packet.fault !== undefined) return new Failure(`packet: ${packet.fault}`)
      return findPlaces(packet, places) ?? whole(packet)
    },
    readers: fields.map((field) => numberAt(field.from ?? field.name, numbers, places)),
  }
}

function whole(packet: PacketLine): PacketLine {
  packet.start = 0
  packet.end = packet.length
  packet.head = 0
  return packet
}

function numberAt(
  from: string | number,
  numbers: readonly string[],
  places: readonly number[],
): Reader<PacketLine> {
  if (typeof from === 'string' && !/^\d+$/.test(from)) return packetFact(from)
  const index = Number(from)
  const read = codeOf(numbers[index] ?? '')?.read
  if (read === undefined) return () => undefined
  return ({ view }) => {
    const value = read(view, places[index] as number)
    // beyond 2^53 a number would be another one: as a text it is at least what the device sent
    return typeof value === 'number' ? value : exact(value)
  }
}

function exact(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

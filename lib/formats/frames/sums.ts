// How checksums are worked out, byte by byte. The parameters of the CRCs are those of the catalogue of parametrised CRC
// algorithms (reveng.sourceforge.io); each has its value for "123456789" in the tests.
import type { CheckKind } from '../model/definition.ts'

export interface Sum {
  /** how many bytes the checksum has */
  width: number
  start: number
  /** Goes on with the bytes from `from` up to, not including, `to`. */
  add(sum: number, bytes: Uint8Array, from: number, to: number): number
  /** The checksum of what was added, as an unsigned number. */
  finish(sum: number): number
}

const same = (sum: number) => sum

export const sums: Readonly<Record<CheckKind, Sum>> = {
  xor8: { width: 1, start: 0, add: xor, finish: same },
  sum8: { width: 1, start: 0, add: plus, finish: (sum) => sum & 0xff },
  // what makes the sum of all bytes, itself among them, 0 modulo 256
  lrc: { width: 1, start: 0, add: plus, finish: (sum) => -sum & 0xff },
  sum16: { width: 2, start: 0, add: plus, finish: (sum) => sum & 0xffff },
  crc8: forward(1, 0x07, 0),
  'crc8-maxim': reflected(1, 0x8c, 0),
  'crc16-arc': reflected(2, 0xa001, 0),
  'crc16-modbus': reflected(2, 0xa001, 0xffff),
  'crc16-ccitt': forward(2, 0x1021, 0xffff),
  'crc16-xmodem': forward(2, 0x1021, 0),
  crc32: { ...reflected(4, 0xedb88320, 0xffffffff), finish: (sum) => ~sum >>> 0 },
}

function xor(sum: number, bytes: Uint8Array, from: number, to: number): number {
  let all = sum
  for (let i = from; i < to; i++) all ^= bytes[i] as number
  return all
}

function plus(sum: number, bytes: Uint8Array, from: number, to: number): number {
  let all = sum
  for (let i = from; i < to; i++) all = (all + (bytes[i] as number)) | 0
  return all
}

/** A CRC that takes each byte's least significant bit first; `polynomial` has its bits in that order, too. */
function reflected(width: number, polynomial: number, start: number): Sum {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1
    return rest >>> 0
  })
  return {
    width,
    start,
    add(sum, bytes, from, to) {
      let rest = sum
      for (let i = from; i < to; i++) {
        rest = (rest >>> 8) ^ (table[(rest ^ (bytes[i] as number)) & 0xff] as number)
      }
      return rest
    },
    finish: (sum) => sum >>> 0,
  }
}

/** A CRC of one or two bytes that takes each byte's most significant bit first. */
function forward(width: 1 | 2, polynomial: number, start: number): Sum {
  const shift = (width - 1) * 8
  const mask = width === 1 ? 0xff : 0xffff
  const top = 0x80 << shift
  const table = Uint16Array.from({ length: 256 }, (_, byte) => {
    let rest = byte << shift
    for (let bit = 0; bit < 8; bit++) rest = rest & top ? (rest << 1) ^ polynomial : rest << 1
    return rest & mask
  })
  return {
    width,
    start,
    add(sum, bytes, from, to) {
      let rest = sum
      for (let i = from; i < to; i++) {
        rest = ((rest << 8) & mask) ^ (table[((rest >> shift) ^ (bytes[i] as number)) & 0xff] as number)
      }
      return rest
    },
    finish: same,
  }
}

// A frame: `$TEL`, a protobuf TimeEvent, and four bytes of CRC over both, big-endian. One frame is one datagram.
import { crc32 } from 'node:zlib'
import { decodeEvent, encodeEvent, type MessageProblem } from './message.ts'
import type { TimeEvent } from './time-event.ts'

/** Why a datagram is no time event, in the order in which it is looked for. */
export type FrameProblem = 'short' | 'header' | 'crc' | 'oversize' | MessageProblem

export const frameProblems: readonly FrameProblem[] = [
  'short',
  'header',
  'crc',
  'oversize',
  'protobuf',
  'required',
  'utf8',
  'time',
]

/** Bytes of the longest frame that a receiver takes: the usual client sends some 4,300 at most. */
export const longestFrame = 8_192

const header = Buffer.from('$TEL', 'latin1')
const headerNumber = header.readUInt32BE()
const crcLength = 4

export function encodeFrame(event: TimeEvent): Buffer {
  const body = encodeEvent(event)
  const frame = Buffer.allocUnsafe(header.length + body.length + crcLength)
  header.copy(frame)
  frame.set(body, header.length)
  frame.writeUInt32BE(frameCrc(frame), frame.length - crcLength)
  return frame
}

/**
 * The event in a datagram, or the first check that it fails.
 * @param isCut the transport kept only the beginning of a longer datagram
 */
export function decodeFrame(datagram: Buffer, isCut = false): TimeEvent | FrameProblem {
  if (datagram.length < header.length + crcLength) return 'short'
  if (datagram.readUInt32BE() !== headerNumber) return 'header'
  // of a datagram that was cut the CRC is not here
  if (isCut) return 'oversize'
  if (datagram.readUInt32BE(datagram.length - crcLength) !== frameCrc(datagram)) return 'crc'
  if (datagram.length > longestFrame) return 'oversize'
  return decodeEvent(datagram.subarray(header.length, -crcLength))
}

/** Of all but the CRC itself. It starts from 0xFFFFFFFF where the usual CRC-32 starts from 0: `123456789` gives d202d277. */
export function frameCrc(frame: Uint8Array): number {
  return crc32(frame.subarray(0, frame.length - crcLength), 0xffffffff)
}

// What comes out of a port's bytes, and who cuts it out.
import { isUtf8 } from 'node:buffer'
import type { Cut } from '../../event.ts'

/** One frame (a line is one), or one piece of a frame over the limit. */
export interface Frame {
  /** without its delimiter; a string where it is valid UTF-8, else a Buffer of its own */
  payload: string | Buffer
  /** when its first byte was read: ms since 1970, UTC */
  received: number
  /** length of the payload in bytes */
  bytes: number
  /** 0 for a whole frame; 1, 2, 3 … for the pieces of one that is over the limit */
  piece: number
  /** what it lacks; undefined of a whole one */
  cut: Cut | undefined
}

export interface FrameCounts {
  /** frames and pieces given out */
  lines: number
  /** frames of no bytes */
  empty: number
  /** frames over the limit */
  long: number
  /** bytes of frames that the end of a connection cut off */
  cutOff: number
}

export type LineEnd = 'LF' | 'CR LF' | 'CR'

export interface FramerListener {
  frame(frame: Frame): void
  /** how the lines end has been learnt, or is another one than before */
  found(lineEnd: LineEnd): void
}

/** Cuts the bytes of one port into frames. */
export interface Framer {
  readonly counts: FrameCounts
  /** the bytes of the frame that is not complete yet, as far as they are kept; valid until the next call */
  readonly waiting: Buffer
  /** A connection's first bytes follow. `isWhole`: they are the beginning of a frame for certain. */
  begin(isWhole: boolean): void
  /** Gives out every frame that ends in this chunk. The chunk may be used again afterwards. */
  push(chunk: Buffer, received: number): void
  /** The connection was lost: gives out what waits, marked as cut, so that it never joins what comes next. */
  lost(): void
  /** The port is closed on purpose: drops what waits, counts it, and stops all timers. */
  close(): void
}

export const noCounts: FrameCounts = { lines: 0, empty: 0, long: 0, cutOff: 0 }

/** What a frame lacks in all. */
export function cutOf(lacksStart: boolean, lacksEnd: boolean): Cut | undefined {
  if (lacksStart) return lacksEnd ? 'both' : 'start'
  return lacksEnd ? 'end' : undefined
}

/** A string where the bytes are valid UTF-8, else a copy that holds on to nothing else. */
export function payloadOf(bytes: Buffer): string | Buffer {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

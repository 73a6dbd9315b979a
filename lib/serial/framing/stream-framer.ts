// Frames of every kind but automatic lines: gathers bytes with their times, asks a Cutter for the parts, and sees to
// limits, pauses and marks. Each byte is copied once, or twice where a frame is not over at the end of a chunk.
import type { Cut } from '../../event.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Cutter, Part } from './cutter.ts'
import { cutOf, type FrameCounts, type Framer, type FramerListener, payloadOf } from './frame.ts'

/** Bytes from this place on were read at that time. */
interface Arrival {
  at: number
  received: number
}

/**
 * Which frames without bytes are given out. `cut`: those that may lack their beginning, as they part a record of lines
 * before the connection from one behind it.
 */
export type EmptyFrames = 'none' | 'cut' | 'all'

export class StreamFramer implements Framer {
  readonly counts: FrameCounts = { lines: 0, empty: 0, long: 0, cutOff: 0 }
  readonly #cutter: Cutter
  readonly #limit: number
  readonly #empty: EmptyFrames
  readonly #clock: Clock
  readonly #listener: FramerListener
  #buffer = Buffer.allocUnsafeSlow(1024)
  /** the bytes that wait are buffer[start] … buffer[end − 1] */
  #start = 0
  #end = 0
  /** of what waits, places in the buffer; the first one is at or before `start` */
  #arrivals: Arrival[] = []
  /** pieces of the frame at the beginning that were given out already */
  #piece = 0
  /** the beginning of the next frame may be missing */
  #isUnsure = false
  #lastPush = 0
  #stopTimer: (() => void) | undefined

  /** @param limit bytes of a frame; a longer one is given out in pieces of this size */
  constructor(cutter: Cutter, limit: number, empty: EmptyFrames, clock: Clock, listener: FramerListener) {
    this.#cutter = cutter
    this.#limit = limit
    this.#empty = empty
    this.#clock = clock
    this.#listener = listener
  }

  get waiting(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end)
  }

  begin(isWhole: boolean): void {
    this.#isUnsure = !isWhole
    this.#lastPush = this.#clock.monotonic()
  }

  push(chunk: Buffer, received: number): void {
    const { idleAfter } = this.#cutter
    if (idleAfter !== undefined) {
      const now = this.#clock.monotonic()
      // the timer may be late
      if (now - this.#lastPush >= idleAfter) this.#idle()
      this.#lastPush = now
      this.#watch(idleAfter)
    }
    this.#append(chunk, received)
    this.#cutAll()
  }

  lost(): void {
    const { waiting } = this
    this.counts.cutOff += waiting.length
    if (waiting.length > 0) {
      if (this.#piece > 0) this.#piece++
      this.#give(waiting, this.#receivedAt(this.#start), cutOf(this.#isUnsure || this.#piece > 1, true))
    }
    this.#forget()
  }

  close(): void {
    this.counts.cutOff += this.waiting.length
    this.#forget()
  }

  #forget(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#start = 0
    this.#end = 0
    this.#arrivals = []
    this.#piece = 0
    this.#cutter.reset()
  }

  /** One timer at a time: it looks how long ago the last bytes came. */
  #watch(ms: number): void {
    this.#stopTimer ??= this.#clock.after(ms, () => {
      this.#stopTimer = undefined
      const left = this.#lastPush + (this.#cutter.idleAfter ?? 0) - this.#clock.monotonic()
      if (left > 0) this.#watch(left)
      else this.#idle()
    })
  }

  #idle(): void {
    const part = this.#cutter.idle?.(this.waiting)
    if (!part) return
    this.#take(part)
    this.#cutAll()
  }

  #cutAll(): void {
    while (this.#start < this.#end) {
      const part = this.#cutter.next(this.waiting)
      if (part) this.#take(part)
      else if (this.#end - this.#start > this.#limit + (this.#cutter.slack ?? 0)) this.#takePiece()
      else return
    }
  }

  #take(part: Part): void {
    const { frame, length } = part
    const received = length > 0 ? this.#receivedAt(this.#start) : 0
    this.#start += length
    if (frame) this.#giveFrame(frame, received, part)
    this.#piece = 0
    // a stray part says nothing of where the next frame begins
    if (!part.isStray && !part.staysUnsure) this.#isUnsure = false
  }

  #giveFrame(frame: Buffer, received: number, { isStray, isWhole, lacksEnd = false }: Part): void {
    const isUnsure = this.#isUnsure && !isWhole
    let at = 0
    for (; frame.length - at > this.#limit; at += this.#limit) {
      if (this.#piece++ === 0) this.counts.long++
      const cut = isStray ? 'stray' : cutOf(isUnsure || this.#piece > 1, true)
      this.#give(frame.subarray(at, at + this.#limit), received, cut)
    }
    if (this.#piece > 0) this.#piece++
    const cut = isStray ? 'stray' : cutOf(isUnsure || this.#piece > 1, lacksEnd)
    this.#give(frame.subarray(at), received, cut)
  }

  #takePiece(): void {
    if (this.#piece++ === 0) this.counts.long++
    const piece = this.#buffer.subarray(this.#start, this.#start + this.#limit)
    this.#give(piece, this.#receivedAt(this.#start), cutOf(this.#isUnsure || this.#piece > 1, true))
    this.#start += piece.length
    this.#cutter.skipped(piece.length)
  }

  #give(bytes: Buffer, received: number, cut: Cut | undefined): void {
    if (bytes.length === 0) {
      this.counts.empty++
      if (this.#empty === 'none' || (this.#empty === 'cut' && cut === undefined)) return
    }
    this.counts.lines++
    this.#listener.frame({
      payload: payloadOf(bytes),
      received,
      bytes: bytes.length,
      piece: this.#piece,
      cut,
    })
  }

  #append(chunk: Buffer, received: number): void {
    if (this.#start === this.#end) {
      this.#start = 0
      this.#end = 0
      this.#arrivals = []
    }
    if (this.#end + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length)
    this.#arrivals.push({ at: this.#end, received })
    chunk.copy(this.#buffer, this.#end)
    this.#end += chunk.length
  }

  #makeRoom(bytes: number): void {
    const { waiting } = this
    // at least half of it is free afterwards, so that moving costs a constant time a byte
    const needed = 2 * (waiting.length + bytes)
    const buffer = needed > this.#buffer.length ? Buffer.allocUnsafeSlow(needed) : this.#buffer
    waiting.copy(buffer)
    this.#dropArrivals(this.#start)
    for (const arrival of this.#arrivals) arrival.at -= this.#start
    this.#buffer = buffer
    this.#end = waiting.length
    this.#start = 0
  }

  /** When the byte at this place was read; what arrived before it is forgotten. */
  #receivedAt(place: number): number {
    this.#dropArrivals(place)
    return this.#arrivals[0]?.received ?? 0
  }

  #dropArrivals(place: number): void {
    let past = 0
    while (past + 1 < this.#arrivals.length && this.#arrivals[past + 1]!.at <= place) past++
    if (past > 0) this.#arrivals.splice(0, past)
  }
}

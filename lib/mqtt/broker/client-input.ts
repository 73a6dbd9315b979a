// What one client sends, on its way to aedes. aedes takes its input by `socket.read()`, all that is there at once, and
// works on all packets in it at the same time; its parser collects a packet of any length. So `read` is replaced by one
// that gives little at a time, measures it, and ends the connection where a limit is passed.
import type { Socket } from 'node:net'
import { PacketMeter } from './packet-meter.ts'
import type { ReadPace } from './read-pace.ts'

/** Bytes of small packets that are handed over in one go. */
const oneGo = 2048

/** What a packet costs beside its bytes, as bytes: with it the pace limits small packets to some 100,000 a second. */
const packetCost = 300

export interface InputListener {
  /**
   * After each read, before aedes gets it; false: the client is to be disconnected.
   * @param unfinished how many more bytes of a packet wait for its end than before (fewer: negative)
   * @param tooLong the packet that has begun is longer than allowed
   */
  read(bytes: number, unfinished: number, tooLong: boolean): boolean
  /** The connection has ended: so many bytes wait no more. */
  ended(unfinished: number): void
}

export class ClientInput {
  readonly #socket: Socket
  readonly #read: (bytes?: number) => Buffer | null
  readonly #meter: PacketMeter
  readonly #pace: ReadPace
  readonly #listener: InputListener
  /** aedes asks again while its parser is busy with what it got, and the parser cannot be entered twice */
  #isBusy = false
  #isAsked = false
  #unfinished = 0

  /** @param longest bytes of a packet */
  constructor(socket: Socket, longest: number, pace: ReadPace, listener: InputListener) {
    this.#socket = socket
    this.#read = socket.read.bind(socket) as (bytes?: number) => Buffer | null
    this.#meter = new PacketMeter(longest)
    this.#pace = pace
    this.#listener = listener
    // with 0 the stream itself asks for more to be read ahead
    socket.read = (bytes?: number) => (bytes === 0 ? this.#read(0) : this.#next())
    socket.once('close', () => listener.ended(this.#unfinished))
  }

  #next(): Buffer | null {
    this.#isAsked = this.#isBusy
    if (this.#socket.destroyed || this.#isBusy || !this.#pace.mayRead(this.#wake)) return null
    const chunk = this.#collect()
    if (chunk === null || this.#socket.destroyed) return null
    this.#isBusy = true
    setImmediate(() => {
      this.#isBusy = false
      if (this.#isAsked) this.#wake()
    })
    return chunk
  }

  /** aedes reads on when it is done with a packet, so it must get a whole one where there is one. */
  #collect(): Buffer | null {
    const parts: Buffer[] = []
    let packets = 0
    while (packets === 0 && !this.#socket.destroyed) {
      const there = this.#socket.readableLength
      const part = this.#read(there === 0 ? undefined : Math.min(there, Math.max(oneGo, this.#meter.missing)))
      if (part === null) break
      packets = this.#measure(part)
      parts.push(part)
    }
    return parts.length === 0 ? null : Buffer.concat(parts)
  }

  /** How many packets end here. */
  #measure(part: Buffer): number {
    const packets = this.#meter.read(part)
    this.#pace.took(part.length + (packets ?? 0) * packetCost)
    const more = this.#meter.unfinished - this.#unfinished
    this.#unfinished = this.#meter.unfinished
    if (!this.#listener.read(part.length, more, packets === undefined)) this.#socket.destroy()
    return packets ?? 0
  }

  /** aedes reads on, as it does when the socket itself says that there is something. */
  readonly #wake = (): void => {
    if (!this.#socket.destroyed) this.#socket.emit('readable')
  }
}

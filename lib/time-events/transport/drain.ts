import { asError } from '../../kit/errors.ts'
import type { Libc } from './libc.ts'
import { type Readiness, type ReadinessListener, readinessOf } from './readiness.ts'
import { mostInTurn, type ReceiverListener } from './receiver.ts'

/**
 * Reads a descriptor until nothing waits, whenever something comes. Linux lets only ten datagrams wait in a Unix socket: who does
 * not drain it at once makes its senders fail.
 */
export class Drain implements ReadinessListener {
  readonly #readiness: Readiness
  readonly #descriptor: number
  readonly #read: (buffer: Buffer) => number | undefined
  readonly #buffer: Buffer
  readonly #listener: ReceiverListener
  #isReading = false

  /**
   * @param read one datagram; its length, undefined where none waits
   * @param longest bytes that are taken of one
   */
  constructor(
    libc: Libc,
    descriptor: number,
    read: (buffer: Buffer) => number | undefined,
    longest: number,
    listener: ReceiverListener,
  ) {
    this.#readiness = readinessOf(libc)
    this.#descriptor = descriptor
    this.#read = read
    this.#buffer = Buffer.alloc(longest)
    this.#listener = listener
    this.resume()
  }

  /** After it the descriptor may be closed. */
  pause(): void {
    if (this.#isReading) this.#readiness.ignore(this.#descriptor)
    this.#isReading = false
  }

  /** Reads what waits, where it is not paused, and then no more: who closes it next loses nothing that its senders had sent. */
  finish(): void {
    if (this.#isReading) this.readable()
    this.pause()
  }

  resume(): void {
    if (!this.#isReading) this.#readiness.watch(this.#descriptor, this)
    this.#isReading = true
  }

  readable(): void {
    try {
      for (let count = 0; count < mostInTurn && this.#isReading; count++) {
        const length = this.#read(this.#buffer)
        if (length === undefined) return
        const isCut = length > this.#buffer.length
        this.#listener.datagram(isCut ? this.#buffer : this.#buffer.subarray(0, length), isCut, undefined)
      }
    } catch (error) {
      this.failed(asError(error))
    }
  }

  failed(error: Error): void {
    this.pause()
    this.#listener.failed(error)
  }
}

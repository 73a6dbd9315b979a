import type { Socket } from 'node:net'
import type { Clock } from '../../kit/clock.ts'

/** A first request costs a quarter of a millisecond: more of them in one turn would be felt by what is logged. */
const inATurn = 16

/** ms that a connection may stay silent, as Node.js allows it for the headers of a request */
const longestSilence = 60_000

/**
 * Lets new connections in one after the other, when they have something to say. Hundreds that send their first request
 * at the same moment are answered over many turns of the event loop, so that other work has its turn in between.
 */
export class ConnectionQueue {
  readonly #letIn: (socket: Socket) => void
  readonly #clock: Clock
  #waiting: Array<() => void> = []

  constructor(letIn: (socket: Socket) => void, clock: Clock) {
    this.#letIn = letIn
    this.#clock = clock
  }

  add(socket: Socket): void {
    const end = () => socket.destroy()
    const enter = () => {
      if (socket.destroyed) return
      // until now nobody else hears an error, and one that nobody hears would end the process
      socket.off('error', end)
      this.#letIn(socket)
    }
    const ready = () => {
      stopTimer()
      if (this.#waiting.push(enter) === 1) setImmediate(this.#next)
    }
    const stopTimer = this.#clock.after(longestSilence, end)
    socket.once('close', stopTimer)
    socket.on('error', end)
    socket.once('readable', ready)
  }

  readonly #next = (): void => {
    for (const enter of this.#waiting.splice(0, inATurn)) enter()
    if (this.#waiting.length > 0) setImmediate(this.#next)
  }
}

import type { Clock } from '../../kit/clock.ts'

/** ms without bytes after a connection was made: what comes then is the beginning of a line */
const settledAfter = 300
/** It is waited for in steps, each a turn of the event loop: bytes that lie there come before the last one. */
const steps = 6

/**
 * Whether the first bytes of a connection are the beginning of a line. A stream that runs already goes on at once, in the
 * middle of a line; a device that was reset by the opening, or that sends now and then, has a pause before its first byte.
 */
export class Opening {
  readonly #clock: Clock
  #hasBegun = false
  #passed = 0
  #stop: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** False until the first bytes came. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** The connection was made, and is read from. */
  opened(): void {
    if (!this.#hasBegun) this.#step()
  }

  /** Nothing is read for a while: so a pause says nothing. */
  notRead(): void {
    this.#stop?.()
    this.#passed = 0
  }

  /** The first bytes are there. Returns whether a pause was before them. */
  begin(): boolean {
    this.#hasBegun = true
    this.#stop?.()
    return this.#passed === steps
  }

  /** The connection has ended. */
  ended(): void {
    this.notRead()
    this.#hasBegun = false
  }

  #step(): void {
    this.#stop = this.#clock.after(settledAfter / steps, () => {
      if (++this.#passed < steps) this.#step()
    })
  }
}

import type { Clock } from '../../kit/clock.ts'

/** It is waited for in steps, each a turn of the event loop: bytes that lie there come before the last one. */
const steps = 5

/**
 * Whether the first bytes of a connection are the beginning of a line. A stream that runs already goes on at once, in the
 * middle of a line; a device that was reset by the opening, or that sends now and then, has a pause before its first byte.
 */
export class Opening {
  readonly #settlesAfter: number
  readonly #clock: Clock
  #hasBegun = false
  #passed = 0
  #stop: (() => void) | undefined

  /** @param settlesAfter see LineSource */
  constructor(settlesAfter: number, clock: Clock) {
    this.#settlesAfter = settlesAfter
    this.#clock = clock
  }

  /** False until the first bytes came. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** The connection was made, and is read from. */
  opened(): void {
    if (!this.#hasBegun && this.#settlesAfter > 0) this.#step()
  }

  /** Nothing is read for a while: so a pause says nothing. */
  notRead(): void {
    this.#stop?.()
    this.#passed = 0
  }

  /** The first bytes are there. Returns whether they are the beginning of a line. */
  begin(): boolean {
    this.#hasBegun = true
    this.#stop?.()
    return this.#settlesAfter === 0 || this.#passed === steps
  }

  /** The connection has ended. */
  ended(): void {
    this.notRead()
    this.#hasBegun = false
  }

  #step(): void {
    this.#stop = this.#clock.after(this.#settlesAfter / steps, () => {
      if (++this.#passed < steps) this.#step()
    })
  }
}

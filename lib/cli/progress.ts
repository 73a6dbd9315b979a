// Tells a user at a terminal how far work is that takes longer than a second.
import type { Io } from './command.ts'

/** Nothing is told of work that ends before; ms. */
const patience = 1_000
/** ms between two lines */
const interval = 200

/** One line on standard error that is written over and over, and gone at the end. Nothing where nobody watches. */
export class Progress {
  readonly #io: Io
  readonly #begin = performance.now()
  #last = this.#begin + patience - interval
  #width = 0

  constructor(io: Io) {
    this.#io = io
  }

  /** @param text is asked for it only when it is shown; it gets the seconds since the beginning */
  tell(text: (seconds: number) => string): void {
    if (!this.#io.isWatched) return
    const now = performance.now()
    if (now - this.#last < interval) return
    this.#last = now
    const line = text((now - this.#begin) / 1000)
    this.#io.err(`\r${line.padEnd(this.#width)}`)
    this.#width = line.length
  }

  /** Takes the line away. */
  end(): void {
    if (this.#width > 0) this.#io.err(`\r${' '.repeat(this.#width)}\r`)
    this.#width = 0
  }
}

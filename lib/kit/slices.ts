// Long work in short pieces, so that it never holds the event loop for long.
import { setImmediate as nextTurn } from 'node:timers/promises'

/** A slice ends after so many ms, or so many pieces of work: everything else then has its turn. */
const longest = 5
const mostPieces = 500

export class Slices {
  readonly #now: () => number
  #begin: number
  #pieces = 0

  /** @param now monotonic, ms */
  constructor(now: () => number) {
    this.#now = now
    this.#begin = now()
  }

  /** Counts a piece of work; true where the slice is over: await `rest` then. */
  get isOver(): boolean {
    return ++this.#pieces >= mostPieces || this.#now() - this.#begin >= longest
  }

  /** Resolves when everything else had its turn; a new slice begins. */
  async rest(): Promise<void> {
    await nextTurn()
    this.#begin = this.#now()
    this.#pieces = 0
  }
}

// How far ahead the blocks of a file are written, as zeros. An append into blocks that are there changes no metadata:
// the file system has nothing to write but the data, which is a third to a quarter of the bytes and 2.5 times as fast.
// The zeros themselves are written, too, so they must be worth it: README.md has the measurements.

/** Files are padded to whole blocks: the rest of a block is written anyway. */
const block = 4096
/** A chunk that lasted for a shorter time, ms, is followed by one twice as large … */
const busy = 60_000
/** … and one that lasted for longer by one half as large: where little is written, little is taken ahead. */
const quiet = 600_000
/** For a larger batch the zeros would cost more than the metadata that they save; bytes. */
const largestBatch = 2 * block

export class Preallocation {
  readonly #largest: number
  #chunk = block
  #since = Number.NEGATIVE_INFINITY

  /** @param largest bytes taken ahead at most; 0: none ever */
  constructor(largest: number) {
    this.#largest = largest
  }

  /**
   * The size that a file should have when a batch of so many bytes ends at `end`, beyond its blocks; `end` itself where
   * taking room ahead is not worth it. Asked each time that a batch does not fit.
   *
   * @param room bytes that may be taken
   * @param now monotonic, ms
   */
  sizeFor(batch: number, end: number, room: number, now: number): number {
    if (batch > largestBatch || this.#largest === 0) return end
    const lasted = now - this.#since
    this.#since = now
    if (lasted < busy) this.#chunk = Math.min(this.#chunk * 2, Math.max(block, this.#largest))
    else if (lasted > quiet) this.#chunk = Math.max(block, this.#chunk / 2)
    const size = Math.ceil((end + this.#chunk - block) / block) * block
    return size - end > room ? end : size
  }
}

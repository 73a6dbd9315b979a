// From which seq on which epoch holds: what tells the entries of one history from those of another.

/** The first seq of an epoch that is known, and the epoch; lowest first. */
export type EpochStart = readonly [from: number, epoch: string]

/** So many starts are stored: enough to find the place in a copy that is some restarts old. */
const stored = 16

/** The epochs of a journal's entries, as far as they were seen. */
export class Epochs {
  #starts: EpochStart[]

  constructor(starts: readonly EpochStart[] = []) {
    this.#starts = [...starts]
  }

  /** An entry was seen: mostly the next one, but older ones may be read behind newer ones. */
  saw(seq: number, epoch: string): void {
    // hidden by damage: it says nothing
    if (epoch === '') return
    const at = this.#starts.findLastIndex(([from]) => from <= seq)
    if (this.#starts[at]?.[1] === epoch) return
    // of the same epoch, and not known to begin as early
    const isNext = this.#starts[at + 1]?.[1] === epoch
    this.#starts.splice(at + 1, isNext ? 1 : 0, [seq, epoch])
    if (this.#starts.length > stored) this.#starts = this.#starts.slice(-stored)
  }

  /** The starts that matter for entries up to a seq. */
  upTo(seq: number): EpochStart[] {
    return this.#starts.filter(([from]) => from <= seq)
  }
}

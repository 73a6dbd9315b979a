// By which time rows are old. The wall clock alone does not say it: a gateway without a clock of its own boots in 2037, and is
// set a minute later; by then everything would be gone for its age, and the journal may no longer have it.
import type { StoreFile } from './store-file.ts'

/** Two moments agree when they are not farther apart, ms. */
const agreeing = 86_400_000
/** A clock that has jumped is believed when it has gone on so for so long, ms. */
const doubted = 86_400_000
/** The time is noted no more often, ms: a card wears out. */
const notedEvery = 3_600_000

export class RetentionClock {
  readonly #wall: () => number
  readonly #monotonic: () => number
  /** as the file says it, and as one said it that was open before: a new file does not say it yet */
  #noted: number | undefined
  /** monotonic, ms; undefined: the clock agrees with what was noted */
  #doubtedSince: number | undefined

  /** @param wall ms since 1970; @param monotonic ms */
  constructor(wall: () => number, monotonic: () => number) {
    this.#wall = wall
    this.#monotonic = monotonic
  }

  /** A file is open: it says when it was looked after last. */
  opened(file: StoreFile): void {
    this.#noted = file.number('clock') ?? this.#noted
  }

  /** ms since 1970; while the clock is doubted, the earlier of what it says and what was noted. */
  get now(): number {
    const wall = this.#wall()
    return this.#noted === undefined || !this.#isDoubtful(wall) ? wall : Math.min(wall, this.#noted)
  }

  /** Notes in the file what the clock says, where it is believed. To be called at each upkeep. */
  note(file: StoreFile): void {
    const wall = this.#wall()
    if (this.#isDoubtful(wall)) {
      this.#doubtedSince ??= this.#monotonic()
      if (this.#monotonic() - this.#doubtedSince < doubted) return
    }
    this.#doubtedSince = undefined
    const before = file.number('clock')
    if (before === undefined || Math.abs(wall - before) >= notedEvery) file.set('clock', wall)
    this.#noted = wall
  }

  #isDoubtful(wall: number): boolean {
    return this.#noted !== undefined && Math.abs(wall - this.#noted) > agreeing
  }
}

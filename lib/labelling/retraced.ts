// A state that is worked out from the journal's entries, one after the other, and that is worked out again from further
// back where it does not suffice: most states need little of what came before, and a few need much.
import { inBackground } from '../kit/background.ts'
import { asError } from '../kit/errors.ts'

/**
 * How many entries before an event are read again, each only where the one before does not suffice. The last is the
 * limit: what it does not settle stays unsure (docs/decisions/013-verdicts-that-hold.md).
 */
const lookBacks: readonly number[] = [10_000, 100_000, 1_000_000]

/** An event's place: the number of the event within its line is 0 where it is the only one. */
export interface Place {
  seq: number
  part: number
}

export interface RetracedParts<State> {
  /** The state after what was logged from seq `from` on, up to a place and not including it. */
  rebuild(from: number, before: Place): Promise<State>
  /** The state to go on with where the journal cannot be read. */
  without(): State
  failed(error: Error): void
  /** default: `lookBacks`; none: the journal is not known */
  lookBacks?(): readonly number[] | undefined
}

/**
 * Uses the state for an event. False: it does not suffice, and one that reaches further back is wanted; only where
 * `isFinal` is false. What is taken meanwhile waits for a promise, which must not be rejected.
 */
export type Use<State> = (state: State, isFinal: boolean) => boolean | Promise<boolean>

export class Retraced<State> {
  #parts: RetracedParts<State>
  #state: State | undefined
  /** the seq that the state begins at */
  #from: number
  /** what came while the state is being worked out */
  #queue: Array<{ place: Place; use: Use<State> }> = []
  /** what is taken waits */
  #isRebuilding = false

  /** @param state where it is known already, with the seq that it begins at */
  constructor(parts: RetracedParts<State>, state?: State, from = Number.POSITIVE_INFINITY) {
    this.#parts = parts
    this.#state = state
    this.#from = from
  }

  get state(): State | undefined {
    return this.#state
  }

  get from(): number {
    return this.#from
  }

  /** Goes on with this state instead. */
  replace(state: State, from: number): void {
    this.#state = state
    this.#from = from
  }

  /** Begins anew, with what was logged before a place; further back when that proves necessary. */
  begin(before: Place): Promise<void> {
    this.#state = undefined
    this.#from = Number.POSITIVE_INFINITY
    return new Promise((resolve) => {
      this.take(before, () => {
        resolve()
        return true
      })
    })
  }

  /** Calls `use` with a state of what came before the place: at once where it is there, else in turn. */
  take(place: Place, use: Use<State>): void {
    if (this.#isRebuilding) {
      this.#queue.push({ place, use })
      return
    }
    const used = this.#used(place, use)
    if (used !== true) inBackground(this.#finish(place, use, used))
  }

  #used({ seq }: Place, use: Use<State>): boolean | Promise<boolean> {
    return this.#state !== undefined && use(this.#state, this.#furtherBack(seq) === undefined)
  }

  /** Where to begin to know more than now; undefined where that cannot be. */
  #furtherBack(seq: number): number | undefined {
    const steps = this.#parts.lookBacks?.() ?? lookBacks
    for (const entries of steps) {
      const from = Math.max(1, seq - entries)
      if (from < this.#from) return from
    }
    return undefined
  }

  /** Does something with the state while what is taken waits. False where it is being worked out just now. */
  async hold(work: (state: State) => Promise<void>): Promise<boolean> {
    if (this.#isRebuilding || this.#state === undefined) return false
    this.#isRebuilding = true
    await work(this.#state)
    await this.#drain()
    return true
  }

  async #finish(place: Place, use: Use<State>, used: false | Promise<boolean>): Promise<void> {
    this.#isRebuilding = true
    if (used === false || !(await used)) {
      this.#queue.unshift({ place, use })
      await this.#rebuild(this.#furtherBack(place.seq), place)
    }
    await this.#drain()
  }

  async #drain(): Promise<void> {
    for (;;) {
      const next = this.#queue[0]
      if (next === undefined) break
      const used = this.#used(next.place, next.use)
      if (typeof used === 'boolean' ? used : await used) this.#queue.shift()
      else await this.#rebuild(this.#furtherBack(next.place.seq), next.place)
    }
    this.#isRebuilding = false
  }

  async #rebuild(from: number | undefined, before: Place): Promise<void> {
    try {
      this.#state = from === undefined ? this.#parts.without() : await this.#parts.rebuild(from, before)
      this.#from = from ?? before.seq
    } catch (error) {
      this.#state ??= this.#parts.without()
      // not for each event again
      this.#from = Number.NEGATIVE_INFINITY
      this.#parts.failed(asError(error))
    }
  }
}

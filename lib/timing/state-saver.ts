// Stores what is known of spans beside the journal, never above the checkpoint: taken now, written when the checkpoint
// has come up to it, and not sooner than what was told by then has had time to get to its place.
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { StateFile } from '../labelling/state-file.ts'
import type { StoredTiming } from './timing.ts'

/** A span that was told has so long to get to the broker, or to the outbox, ms: a crash may forget it until then */
const settling = 5_000
/** from one writing to the next, ms: a memory card wears out */
const shortestPause = 10_000
/** over time no more than this is written, bytes a millisecond */
const pace = 1
/** the state is plain data of this code, and of no rules: words may change and it holds all the same */
export const stateRules = 'spans'

export interface StateSaverParts {
  clock: Clock
  /** where delivery stands; undefined: not known */
  checkpoint(): number | undefined
  /** what is to be stored now */
  take(): { seq: number; state: StoredTiming }
  /** It could not be written; the old file stays. Told once. */
  failed(problem: string): void
}

interface Taken {
  seq: number
  json: string
  at: number
}

export class StateSaver {
  readonly #file: StateFile<StoredTiming>
  readonly #parts: StateSaverParts
  #taken: Taken | undefined
  #isChanged = false
  #notBefore = Number.NEGATIVE_INFINITY
  #writing: Promise<void> | undefined
  #hasFailed = false

  constructor(file: StateFile<StoredTiming>, parts: StateSaverParts) {
    this.#file = file
    this.#parts = parts
  }

  /** There is something new. */
  changed(): void {
    this.#isChanged = true
  }

  /** Writes at once where another one is to go on: nothing has been told yet. */
  async begin(): Promise<void> {
    const { seq, state } = this.#parts.take()
    await this.#write({ seq, json: JSON.stringify(state) })
  }

  /** To be called about once a second. */
  look(): void {
    const now = this.#parts.clock.monotonic()
    if (this.#taken && now - this.#taken.at >= settling) this.#writeIfDue()
    if (this.#taken || !this.#isChanged || now < this.#notBefore) return
    this.#isChanged = false
    const { seq, state } = this.#parts.take()
    this.#taken = { seq, json: JSON.stringify(state), at: now }
    this.#notBefore = now + Math.max(shortestPause, this.#taken.json.length / pace)
  }

  /** Resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    await this.#writing
    this.look()
    await this.#writing
  }

  #writeIfDue(): void {
    const taken = this.#taken
    if (!taken || this.#writing || taken.seq > (this.#parts.checkpoint() ?? -1)) return
    this.#taken = undefined
    this.#writing = this.#write(taken)
  }

  async #write({ seq, json }: Omit<Taken, 'at'>): Promise<void> {
    try {
      const id = seq > 0 ? await this.#file.idOf(seq) : undefined
      await this.#file.write({ rules: stateRules, from: 1, seq, ...(id !== undefined && { id }) }, json)
    } catch (error) {
      if (!this.#hasFailed) this.#parts.failed(asError(error).message)
      this.#hasFailed = true
    }
    this.#writing = undefined
  }
}

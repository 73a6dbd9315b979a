// Stores what rules remember, never above the checkpoint: taken now, written when the checkpoint has come up to it.

import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { LabelSession, StoredSession } from './session.ts'
import type { StateFile } from './state-file.ts'

const pause = 5_000
/** taking it must not take more than this part of the time */
const share = 0.01

export interface KeeperParts {
  /** undefined: not known yet */
  checkpoint(): number | undefined
  warn(message: string): void
  clock: Clock
}

/** What is taken of a session to be stored. */
interface Taken {
  from: number
  seq: number
  id: string | undefined
  memory: string
}

type Kept = Pick<LabelSession<unknown>, 'labeller' | 'lastSeq' | 'lastId' | 'from' | 'save'>

export class StateKeeper {
  readonly #file: StateFile<StoredSession>
  readonly #session: Kept
  readonly #parts: KeeperParts
  #taken: Taken | undefined
  #storedSeq = 0
  #stopTimer: (() => void) | undefined
  #writing: Promise<void> | undefined
  #hasWarned = false

  constructor(file: StateFile<StoredSession>, session: Kept, parts: KeeperParts) {
    this.#file = file
    this.#session = session
    this.#parts = parts
  }

  start(): void {
    this.#storedSeq = this.#session.lastSeq
    this.#arm(pause)
  }

  /** Resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    await this.#writing
    this.#writeIfDue()
    await this.#writing
  }

  #arm(ms: number): void {
    this.#stopTimer = this.#parts.clock.after(ms, () => {
      this.#writeIfDue()
      this.#arm(Math.max(pause, this.#take() / share))
    })
  }

  /** How long it took, ms. */
  #take(): number {
    const { lastSeq, lastId, from } = this.#session
    if (this.#taken || lastSeq <= this.#storedSeq) return 0
    const begin = this.#parts.clock.monotonic()
    // where the journal could not be read it has no beginning
    this.#taken = {
      from: Number.isFinite(from) ? from : lastSeq,
      seq: lastSeq,
      id: lastId,
      memory: this.#session.save(),
    }
    return this.#parts.clock.monotonic() - begin
  }

  #writeIfDue(): void {
    const taken = this.#taken
    if (!taken || this.#writing || taken.seq > (this.#parts.checkpoint() ?? -1)) return
    this.#taken = undefined
    this.#writing = this.#write(taken)
  }

  async #write({ from, seq, id, memory }: Taken): Promise<void> {
    try {
      const { rules } = this.#session.labeller
      // of the last event, where that was derived, no id is an entry's
      const lastId = id ?? (await this.#file.idOf(seq))
      await this.#file.write({ rules, from, seq, ...(lastId !== undefined && { id: lastId }) }, memory)
      this.#storedSeq = seq
    } catch (error) {
      if (!this.#hasWarned) {
        this.#parts.warn(
          `label: cannot store what the rules remember: ${asError(error).message}; after a restart it is made again from the last readings of the journal`,
        )
      }
      this.#hasWarned = true
    }
    this.#writing = undefined
  }
}

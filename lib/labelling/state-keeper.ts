// Stores what rules remember, never above the checkpoint: taken now, written when the checkpoint has come up to it.

import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { StoredMemory } from '../predicates/judge/labeller.ts'
import type { LabelSession } from './session.ts'
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

type Kept = Pick<LabelSession<unknown>, 'labeller' | 'lastSeq' | 'from'>

export class StateKeeper {
  readonly #file: StateFile<StoredMemory>
  readonly #session: Kept
  readonly #parts: KeeperParts
  #taken: { from: number; seq: number; memory: string } | undefined
  #storedSeq = 0
  #stopTimer: (() => void) | undefined
  #writing: Promise<void> | undefined
  #hasWarned = false

  constructor(file: StateFile<StoredMemory>, session: Kept, parts: KeeperParts) {
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
    const { lastSeq, labeller, from } = this.#session
    if (this.#taken || lastSeq <= this.#storedSeq) return 0
    const begin = this.#parts.clock.monotonic()
    // where the journal could not be read it has no beginning
    this.#taken = { from: Number.isFinite(from) ? from : lastSeq, seq: lastSeq, memory: labeller.save() }
    return this.#parts.clock.monotonic() - begin
  }

  #writeIfDue(): void {
    const taken = this.#taken
    if (!taken || this.#writing || taken.seq > (this.#parts.checkpoint() ?? -1)) return
    this.#taken = undefined
    this.#writing = this.#write(taken)
  }

  async #write({ from, seq, memory }: { from: number; seq: number; memory: string }): Promise<void> {
    try {
      await this.#file.write({ rules: this.#session.labeller.rules, from, seq }, memory)
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

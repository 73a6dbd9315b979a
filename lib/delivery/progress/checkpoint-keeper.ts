// Saves the checkpoint: one write at a time, the newest state each time.
import { asError } from '../../kit/errors.ts'

/** What it saves, and how. */
export interface KeptState {
  /** grows with each change */
  version(): number
  /** writes the state as it is now */
  write(): Promise<void>
  warn(message: string): void
}

export class CheckpointKeeper {
  readonly #state: KeptState
  #savedVersion: number
  #running: Promise<void> | undefined

  constructor(state: KeptState) {
    this.#state = state
    this.#savedVersion = state.version()
  }

  /** Saves where something has changed; resolves when what was there at the call is saved, or failed to be. */
  async save(): Promise<void> {
    if (this.#running) await this.#running
    if (this.#state.version() === this.#savedVersion) return
    this.#running ??= this.#write().finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #write(): Promise<void> {
    const version = this.#state.version()
    try {
      await this.#state.write()
      this.#savedVersion = version
    } catch (error) {
      this.#state.warn(
        `log: cannot save the checkpoint (events may be sent again): ${asError(error).message}`,
      )
    }
  }
}

import { inBackground } from '../../kit/background.ts'

/** Runs a piece of work one at a time; when it is asked for meanwhile, once more afterwards. */
export class Pump {
  readonly #work: () => Promise<void>
  readonly #failed: (error: unknown) => void
  #running = false
  #again = false

  /** @param failed told what the work threw; the next `run` starts it afresh */
  constructor(work: () => Promise<void>, failed: (error: unknown) => void) {
    this.#work = work
    this.#failed = failed
  }

  /** Starts the work after the caller is through: that may be another node's call of done(). */
  run(): void {
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = true
    inBackground(this.#loop())
  }

  async #loop(): Promise<void> {
    await Promise.resolve()
    do {
      this.#again = false
      try {
        await this.#work()
      } catch (error) {
        this.#failed(error)
        break
      }
    } while (this.#again)
    this.#running = false
  }
}

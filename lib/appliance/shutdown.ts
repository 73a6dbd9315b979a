// The orderly end of the process: each part is stopped in turn, and the whole has a time limit.
import { type Clock, systemClock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'
import { asError } from '../kit/errors.ts'

export interface ShutdownOptions {
  /** milliseconds for all steps together; then the process ends whatever still runs */
  limit: number
  log(text: string): void
  exit(status: number): void
  clock?: Clock
}

interface Step {
  name: string
  run: () => Promise<unknown> | unknown
}

export class Shutdown {
  #options: ShutdownOptions
  #steps: Step[] = []
  #running: Promise<void> | undefined
  /** the step that is under way */
  #current = ''

  constructor(options: ShutdownOptions) {
    this.#options = options
  }

  /** True from the first call of `stop` on. */
  get stopping(): boolean {
    return this.#running !== undefined
  }

  /** Adds a step that runs before all steps added so far: what was started last is stopped first. */
  add(name: string, run: Step['run']): void {
    this.#steps.unshift({ name, run })
  }

  /** Runs the steps and ends the process with `status`. Every further call waits for the first. */
  stop(status: number): Promise<void> {
    this.#running ??= this.#run(status)
    return this.#running
  }

  async #run(status: number): Promise<void> {
    const { limit, log, exit, clock = systemClock } = this.#options
    const inTime = await doneWithin(this.#stopAll(), limit, clock)
    if (!inTime) log(`${this.#current} did not stop within ${limit / 1000} s; ending without it`)
    exit(status)
  }

  async #stopAll(): Promise<void> {
    for (const step of this.#steps) {
      this.#current = step.name
      try {
        await step.run()
      } catch (error) {
        // the other parts must be stopped all the same
        this.#options.log(`stopping ${step.name} failed: ${asError(error).message}`)
      }
    }
  }
}

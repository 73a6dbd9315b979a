// A search for the speed of a device that can be looked at while it goes on, and be given up. A running port lends its
// device, and gets what came at its own speed.
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { Loan } from './port-interface.ts'
import type { LineSource } from './source/source.ts'
import { findSpeed, type HeardAt } from './watch/find-speed.ts'

export interface SpeedReport {
  isOver: boolean
  /** what is listened to now */
  trying?: { baudRate: number; number: number; of: number }
  /** the speed to take */
  found?: number
  /** what came at each speed, once it is over */
  heard: HeardAt[]
  /** why it could not be looked for */
  error?: string
}

export class SpeedSearchRun {
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  #report: SpeedReport = { isOver: false, heard: [] }

  /**
   * @param source the port at a speed
   * @param loan of the running port that has the device open
   */
  constructor(source: (baudRate: number) => LineSource, loan: Loan | undefined, clock: Clock) {
    this.#done = this.#run(source, loan, clock)
  }

  get report(): SpeedReport {
    return this.#report
  }

  /** Gives up; resolves when the device is free again. */
  async close(): Promise<void> {
    this.#abort.abort(new Error('it was given up'))
    await this.#done
  }

  async #run(source: (baudRate: number) => LineSource, loan: Loan | undefined, clock: Clock): Promise<void> {
    const own = loan?.source
    try {
      const { heard, found } = await findSpeed({
        source: (baudRate) => (own?.baudRate === baudRate ? own : source(baudRate)),
        clock,
        signal: this.#abort.signal,
        ...(own?.baudRate !== undefined && { first: own.baudRate }),
        trying: (baudRate, number, of) => {
          this.#report = { ...this.#report, trying: { baudRate, number, of } }
        },
        data: (chunk, received, baudRate) => {
          if (own?.baudRate === baudRate) loan?.data(chunk, received)
        },
      })
      this.#report = { isOver: true, heard, ...(found !== undefined && { found }) }
    } catch (error) {
      this.#report = { isOver: true, heard: [], error: asError(error).message }
    }
    loan?.giveBack()
  }
}

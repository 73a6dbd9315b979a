// Time that the test moves.
import { setImmediate as turn } from 'node:timers/promises'
import type { Timers } from '../../../../lib/kit/timers.ts'

interface Waiting {
  due: number
  callback: () => void
}

export class ManualTime {
  #now = 1_000
  #waiting: Waiting[] = []

  readonly now = (): number => this.#now

  readonly timers: Timers = {
    after: (ms, callback) => {
      const waiting = { due: this.#now + ms, callback }
      this.#waiting.push(waiting)
      return () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
      }
    },
  }

  get timersLeft(): number {
    return this.#waiting.length
  }

  /** Moves the time on; what is due runs in order of its time, with all that follows from it. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (;;) {
      const next = this.#waiting.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0]
      if (!next) break
      this.#waiting = this.#waiting.filter((other) => other !== next)
      this.#now = Math.max(this.#now, next.due)
      next.callback()
      await settle()
    }
    this.#now = end
    await settle()
  }
}

/** Lets promises that are not waiting for time or files run to their end. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await turn()
}

// Time that moves only when a test says so.
import type { Timing } from '../../../lib/serial/source/timing.ts'

export class ManualTiming implements Timing {
  /** ms since 1970 */
  time: number
  /** what `random` gives */
  chance = 0.5
  #timers: Array<{ at: number; run: () => void }> = []

  constructor(time = Date.UTC(2026, 10, 21, 12)) {
    this.time = time
  }

  now(): number {
    return this.time
  }

  random(): number {
    return this.chance
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** ms until the next timer; undefined where there is none */
  get next(): number | undefined {
    const times = this.#timers.map((timer) => timer.at)
    return times.length > 0 ? Math.min(...times) - this.time : undefined
  }

  /** Moves time on, running each timer at its moment, in order. */
  advance(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.time = Math.max(this.time, due.at)
      due.run()
    }
    this.time = end
  }
}

/** Lets promises and callbacks that are ready run. */
export async function settle(turns = 3): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

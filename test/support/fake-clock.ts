// The one fake clock of all tests: both clocks and all timers, moved by hand.
import type { Clock } from '../../lib/kit/clock.ts'
import { isWorkWaiting } from '../../lib/kit/turns.ts'

interface Timer {
  at: number
  run: () => void
}

/** Lets everything that is ready run. */
export async function settle(turns = 3): Promise<void> {
  for (let i = 0; i < turns || isWorkWaiting(); i++)
    await new Promise<void>((resolve) => setImmediate(resolve))
}

export class FakeClock implements Clock {
  #wall: number
  #monotonic = 1_000
  #timers: Timer[] = []

  /** @param wall ms since 1970 */
  constructor(wall: number | string = '2026-11-21T12:00:00.000Z') {
    this.#wall = typeof wall === 'string' ? Date.parse(wall) : wall
  }

  wall(): number {
    return Math.round(this.#wall)
  }

  monotonic(): number {
    return this.#monotonic
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#monotonic + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.length
  }

  /** ms until the next timer; undefined where none runs */
  get next(): number | undefined {
    if (this.#timers.length === 0) return undefined
    return Math.min(...this.#timers.map((timer) => timer.at)) - this.#monotonic
  }

  /** Stops all timers: the process that set them is gone. */
  forget(): void {
    this.#timers = []
  }

  /** Steps the wall clock, forward or back; the monotonic one goes on. */
  step(ms: number): void {
    this.#wall += ms
  }

  /** Lets both clocks go on to a moment, without the timers. */
  moveTo(wall: string): void {
    const passed = Date.parse(wall) - this.#wall
    if (passed < 0) throw new RangeError(`it is later than ${wall} already`)
    this.#moveOn(this.#monotonic + passed)
  }

  /** Lets time pass: each timer runs at its moment, in order, and what follows from it before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms
    await settle()
    while (this.#runNext(end)) await settle()
    this.#moveOn(end)
    await settle()
  }

  /** Lets time pass in one go: each timer runs at its moment, in order; promises that follow from them have to wait. */
  tick(ms: number): void {
    const end = this.#monotonic + ms
    while (this.#runNext(end));
    this.#moveOn(end)
  }

  /**
   * Lets time pass whenever nothing else can happen, until the work is done; at most `limit` ms.
   * For work that waits for timers and for a disk in memory, nothing else.
   */
  async run<T>(work: Promise<T>, limit = 3_600_000): Promise<T> {
    let done = false
    const finish = () => {
      done = true
    }
    work.then(finish, finish)
    const end = this.#monotonic + limit
    await settle()
    while (!done) {
      const { next } = this
      if (next === undefined) throw new Error('the work waits for something that no timer brings')
      if (this.#monotonic + next > end) throw new Error(`the work is not done after ${limit} ms`)
      await this.advance(next)
    }
    return work
  }

  /** Runs the first timer that is due by then; false where there is none. */
  #runNext(end: number): boolean {
    const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
    if (!due) return false
    this.#timers = this.#timers.filter((timer) => timer !== due)
    this.#moveOn(due.at)
    due.run()
    return true
  }

  #moveOn(to: number): void {
    this.#wall += Math.max(0, to - this.#monotonic)
    this.#monotonic = Math.max(this.#monotonic, to)
  }
}

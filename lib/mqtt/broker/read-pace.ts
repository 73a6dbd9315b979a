import type { Clock } from '../../kit/clock.ts'

const window = 10

/**
 * How much is read from all clients together: so many bytes a second, in windows of 10 ms. Whoever finds a window used
 * up is woken in the next one; his data wait in the network, and he is held back by TCP.
 */
export class ReadPace {
  readonly #bytesPerWindow: number
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  #used = 0
  #running = false

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerWindow = (bytesPerSecond * window) / 1000
    this.#clock = clock
  }

  /** Whether something may be read now; if not, `wake` is called when it may. */
  mayRead(wake: () => void): boolean {
    if (this.#used < this.#bytesPerWindow) return true
    this.#waiting.add(wake)
    return false
  }

  /** Counts what was read. What is more than a window's share is taken from the next ones. */
  took(bytes: number): void {
    this.#used += bytes
    if (!this.#running) this.#next()
  }

  #next(): void {
    this.#running = true
    this.#clock.after(window, () => {
      this.#used = Math.max(0, this.#used - this.#bytesPerWindow)
      this.#running = false
      if (this.#used > 0) this.#next()
      if (this.#used < this.#bytesPerWindow) this.#wakeAll()
    })
  }

  #wakeAll(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}

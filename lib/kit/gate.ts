import { inBackground } from './background.ts'

/**
 * Holds calls back until something that they need is ready. Then they are made in order and in one go, so that nothing
 * that one of them starts comes before the others.
 */
export class Gate {
  #waiting: Array<() => void> | undefined = []

  /** @param ready resolves when the gate opens; must not reject */
  constructor(ready: Promise<unknown>) {
    inBackground(ready.then(() => this.#open()))
  }

  get isOpen(): boolean {
    return this.#waiting === undefined
  }

  /** Makes the call: now, or behind those that wait. */
  pass(call: () => void): void {
    if (this.#waiting) this.#waiting.push(call)
    else call()
  }

  #open(): void {
    // what comes meanwhile stands behind them
    for (const call of this.#waiting ?? []) call()
    this.#waiting = undefined
  }
}

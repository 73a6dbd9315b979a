// Lets go what waited long enough for a next reading. One timer for all.
import type { Clock } from '../kit/clock.ts'

export interface HoldingParts<Item> {
  /** ms from an item's arrival on */
  wait(): number
  /** true: the reading that they wait for may be on its way */
  isBehind(): boolean
  due(item: Item): void
}

/** how often it is asked whether readings are on their way, ms */
const patience = 1000
/** nothing waits longer than this, ms: delivery's limit for an event is 5 minutes */
const longest = 250_000

/** All items wait equally long, so that they are due in the order in which they came. */
export class Holding<Item> {
  readonly #clock: Clock
  readonly #parts: HoldingParts<Item>
  /** item to its arrival */
  readonly #since = new Map<Item, number>()
  #stopTimer: (() => void) | undefined

  constructor(clock: Clock, parts: HoldingParts<Item>) {
    this.#clock = clock
    this.#parts = parts
  }

  get size(): number {
    return this.#since.size
  }

  /** An item that waits already goes on waiting from when it came. */
  add(item: Item): void {
    if (!this.#since.has(item)) this.#since.set(item, this.#clock.monotonic())
    this.#arm(this.#parts.wait())
  }

  remove(item: Item): void {
    this.#since.delete(item)
    if (this.#since.size === 0) this.#disarm()
  }

  clear(): void {
    this.#since.clear()
    this.#disarm()
  }

  #arm(ms: number): void {
    this.#stopTimer ??= this.#clock.after(Math.max(0, ms), () => {
      this.#stopTimer = undefined
      this.#look()
    })
  }

  #disarm(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #look(): void {
    const now = this.#clock.monotonic()
    const wait = this.#parts.wait()
    const isBehind = this.#parts.isBehind()
    for (const [item, since] of this.#since) {
      const waited = now - since
      // timers may call a little early
      const more = waited < wait - 1 ? wait - waited : isBehind && waited < longest ? patience : 0
      if (more > 0) {
        this.#arm(more)
        return
      }
      this.#since.delete(item)
      this.#parts.due(item)
    }
  }
}

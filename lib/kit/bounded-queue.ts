import { Fifo } from './fifo.ts'

export interface QueueLimits {
  count: number
  bytes: number
}

/**
 * A queue that knows its bytes, and says when it has reached its limits; whoever fills it decides what follows from
 * that: to pause a source, to drop, or to leave the rest on disk. An empty queue has room for any item, however large:
 * else that item would wait for ever.
 */
export class BoundedQueue<T> {
  readonly #items = new Fifo<T>()
  readonly #limits: QueueLimits
  readonly #sizeOf: (item: T) => number
  #bytes = 0

  /** @param sizeOf an item's bytes, the same whenever it is asked */
  constructor(limits: QueueLimits, sizeOf: (item: T) => number) {
    this.#limits = limits
    this.#sizeOf = sizeOf
  }

  get length(): number {
    return this.#items.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The head, which stays where it is. */
  get first(): T | undefined {
    return this.#items.first
  }

  /** Whether its limits are reached: the next item would be too much. */
  get isFull(): boolean {
    return this.reaches(this.#limits)
  }

  /** Whether it has reached other limits than its own, or this part of them. */
  reaches({ count, bytes }: QueueLimits, part = 1): boolean {
    return this.length > 0 && (this.length >= count * part || this.#bytes >= bytes * part)
  }

  /** Whether an item of so many bytes stays within the limits. */
  hasRoomFor(bytes: number): boolean {
    return (
      this.length === 0 || (this.length < this.#limits.count && this.#bytes + bytes <= this.#limits.bytes)
    )
  }

  /** Adds an item behind all others, limits or not. */
  push(item: T): void {
    this.#items.push(item)
    this.#bytes += this.#sizeOf(item)
  }

  shift(): T | undefined {
    const item = this.#items.shift()
    if (item !== undefined) this.#bytes -= this.#sizeOf(item)
    return item
  }

  /** Takes up to so many from the front. */
  take(count: number): T[] {
    const taken: T[] = []
    while (taken.length < count && this.length > 0) taken.push(this.shift()!)
    return taken
  }

  /** Puts items before all others; the first of them becomes the head. */
  putBack(items: readonly T[]): void {
    this.#items.putBack(items)
    for (const item of items) this.#bytes += this.#sizeOf(item)
  }
}

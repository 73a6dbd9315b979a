/** A queue with a cheap `shift`: it does not move the items behind. */
export class Fifo<T> {
  #items: Array<T | undefined> = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  /** The head, which stays where it is. */
  get first(): T | undefined {
    return this.#items[this.#head]
  }

  /** So many of the last ones, in order; they stay where they are. */
  last(count: number): T[] {
    return this.#items.slice(Math.max(this.#head, this.#items.length - count)) as T[]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined
    if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  /** Puts items before all others; the first of them becomes the head. */
  putBack(items: readonly T[]): void {
    this.#items = [...items, ...this.#items.slice(this.#head)]
    this.#head = 0
  }

  /** Empties the queue and returns what was in it, in order. */
  takeAll(): T[] {
    const items = this.#items.slice(this.#head) as T[]
    this.#items = []
    this.#head = 0
    return items
  }
}

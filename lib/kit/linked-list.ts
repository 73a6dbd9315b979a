// A doubly linked list in insertion order, from which any item can be removed at once. For items that come and go by
// the thousands it replaces Map and Set, whose outgrown tables keep removed entries alive for the garbage collector;
// docs/decisions/008-linked-lists.md explains this.

/** Where an item stands. */
export interface Link<T> {
  readonly item: T
  previous: Link<T> | undefined
  next: Link<T> | undefined
  isIn: boolean
}

export class LinkedList<T> {
  #first: Link<T> | undefined
  #last: Link<T> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The one that was added first. */
  get first(): T | undefined {
    return this.#first?.item
  }

  /** Adds an item behind all others; the link is what removes it. */
  push(item: T): Link<T> {
    const link: Link<T> = { item, previous: this.#last, next: undefined, isIn: true }
    if (this.#last) this.#last.next = link
    else this.#first = link
    this.#last = link
    this.#size++
    return link
  }

  /** Whether it was still in the list. */
  remove(link: Link<T>): boolean {
    if (!link.isIn) return false
    const { previous, next } = link
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    link.isIn = false
    link.previous = undefined
    link.next = undefined
    this.#size--
    return true
  }

  clear(): void {
    while (this.#first) this.remove(this.#first)
  }

  /** In the order of adding. What an iteration has just given may be removed meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let link = this.#first; link; ) {
      const { next, item } = link
      yield item
      link = next
    }
  }
}

// A list in the order of adding, from which anything can be removed at once. What is removed is referred to by nothing
// here any more. A Map or Set does the same, but its outgrown tables refer to their entries and to each other, and one
// of them that the garbage collector took for old keeps everything after it: for what comes and goes by the thousands,
// that costs more than all other work.

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

/**
 * The last keys that were added: at least `limit` of them, twice as many at most. Two sets that take turns: keys never
 * leave one by one, which would cost more than all else here.
 */
export class Recent {
  readonly #limit: number
  #newer = new Set<string>()
  #older = new Set<string>()

  /** @param limit how many keys it remembers at least */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(key: string): void {
    this.#newer.add(key)
    if (this.#newer.size < this.#limit) return
    this.#older = this.#newer
    this.#newer = new Set()
  }

  has(key: string): boolean {
    return this.#newer.has(key) || this.#older.has(key)
  }
}

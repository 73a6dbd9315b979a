/** The last keys that were added, up to a limit; the oldest is forgotten first. */
export class Recent {
  readonly #limit: number
  readonly #keys = new Set<string>()
  // The ring knows the oldest key. (A Set's own first key is slow to find behind many deleted ones.)
  readonly #ring: string[] = []
  #next = 0

  /** @param limit how many keys it remembers */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(key: string): void {
    if (this.#keys.has(key)) return
    const oldest = this.#ring[this.#next]
    if (oldest !== undefined) this.#keys.delete(oldest)
    this.#keys.add(key)
    this.#ring[this.#next] = key
    this.#next = (this.#next + 1) % this.#limit
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }
}

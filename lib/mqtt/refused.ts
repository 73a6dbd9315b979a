import type { Publication } from './outbox.ts'

/** The broker does not take a message; sending it again as it is would not help. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

export interface Refusal {
  publication: Publication
  /** the broker's reason in words */
  reason: string
}

/** What the broker refused, the newest of it, in memory. */
export class RefusedPile {
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #pile: Refusal[] = []
  #bytes = 0

  /**
   * @param maxCount messages, default 1,000
   * @param maxBytes of their payloads, default 4 MiB
   */
  constructor(maxCount = 1000, maxBytes = 4 * 2 ** 20) {
    this.#maxCount = maxCount
    this.#maxBytes = maxBytes
  }

  add(publication: Publication, reason: string): void {
    this.#pile.push({ publication, reason })
    this.#bytes += publication.payload.length
    while (this.#pile.length > this.#maxCount || (this.#bytes > this.#maxBytes && this.#pile.length > 1)) {
      this.#bytes -= this.#pile.shift()!.publication.payload.length
    }
  }

  /** The oldest first. */
  list(): readonly Refusal[] {
    return this.#pile
  }
}

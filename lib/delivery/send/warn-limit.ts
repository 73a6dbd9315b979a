const interval = 60_000

/** Warns of each kind of trouble once a minute at most. */
export class WarnLimit {
  readonly #out: { warn(message: string): void; now(): number }
  readonly #last = new Map<string, number>()

  /** @param out `now` is monotonic, ms */
  constructor(out: { warn(message: string): void; now(): number }) {
    this.#out = out
  }

  warn(kind: string, message: string): void {
    const now = this.#out.now()
    if (now - (this.#last.get(kind) ?? Number.NEGATIVE_INFINITY) < interval) return
    this.#last.set(kind, now)
    this.#out.warn(message)
  }
}

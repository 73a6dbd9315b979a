// How many rows of each type were judged by which rules, as `meta.rules` says it.

/** By type, then by rules. */
type Counts = Record<string, Record<string, number>>

export class RuleCounts {
  readonly #counts: Counts
  /** by type: those of the latest event */
  readonly #today: Record<string, string>

  /** @param text as `text` gave it; undefined: of a new file */
  constructor(text: string | undefined) {
    const { counts, today } = JSON.parse(text ?? '{"counts":{},"today":{}}') as {
      counts: Counts
      today: Record<string, string>
    }
    this.#counts = counts
    this.#today = today
  }

  get text(): string {
    return JSON.stringify({ counts: this.#counts, today: this.#today })
  }

  /** Rows whose verdicts are of other rules than those of the latest event of their type. */
  get old(): number {
    let old = 0
    for (const [type, counts] of Object.entries(this.#counts)) {
      for (const [rules, count] of Object.entries(counts)) if (rules !== this.#today[type]) old += count
    }
    return old
  }

  /** The latest event of this type was judged by them. */
  note(type: string, rules: string): void {
    this.#today[type] = rules
  }

  count(type: string, rules: string): void {
    const counts = this.#counts[type] ?? {}
    counts[rules] = (counts[rules] ?? 0) + 1
    this.#counts[type] = counts
  }

  /** Which rules judged what was removed is not known: those that are not today's first. */
  uncount(type: string, removed: number): void {
    const counts = this.#counts[type] ?? {}
    let left = removed
    const today = this.#today[type]
    const order = Object.keys(counts).toSorted(
      (one, other) => Number(one === today) - Number(other === today),
    )
    for (const rules of order) {
      const some = Math.min(left, counts[rules]!)
      counts[rules]! -= some
      left -= some
      if (counts[rules] === 0) delete counts[rules]
    }
  }
}

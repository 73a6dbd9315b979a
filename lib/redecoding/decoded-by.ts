// By which formats the entries of a journal were decoded: a list of stretches, the last of which goes on.
import type { Match } from '../formats/compile.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'
import { rulesHash } from '../predicates/judge/rules-hash.ts'

/** The formats of a *clean* node at a time. */
export interface FormatSet {
  formats: readonly FormatDefinition[]
  match: Match
}

/** The entries `from` to `to`, and by what they were decoded. */
export interface Stretch {
  from: number
  to: number
  by: FormatSet
}

/** As it is stored: plain JSON. */
export interface StoredDecodedBy {
  /** each begins at its seq and ends before the next one; the first begins at 1 */
  begins: Array<{ from: number; set: string }>
  /** the sets that these name, by their hash */
  sets: Record<string, FormatSet>
}

/** More are not remembered: the lines of the oldest are then taken for decoded by the formats that came next. */
const mostStretches = 40

export class DecodedBy {
  /** ascending; neighbours differ */
  #begins: StoredDecodedBy['begins']
  #sets: StoredDecodedBy['sets']

  private constructor({ begins, sets }: StoredDecodedBy) {
    this.#begins = begins
    this.#sets = sets
  }

  /** All that is in the journal counts as decoded by these. */
  static begun(set: FormatSet): DecodedBy {
    const hash = hashOf(set)
    return new DecodedBy({ begins: [{ from: 1, set: hash }], sets: { [hash]: set } })
  }

  static restored(stored: StoredDecodedBy): DecodedBy {
    return new DecodedBy(stored)
  }

  get stored(): StoredDecodedBy {
    return { begins: this.#begins, sets: this.#sets }
  }

  /** The formats in force. */
  get current(): FormatSet {
    return this.#sets[this.#last.set] as FormatSet
  }

  /** Names them. */
  get currentHash(): string {
    return this.#last.set
  }

  /** The seq from which on they are. */
  get since(): number {
    return this.#last.from
  }

  isCurrent(set: FormatSet): boolean {
    return hashOf(set) === this.#last.set
  }

  /** From this seq on these decode. */
  change(set: FormatSet, from: number): void {
    const hash = hashOf(set)
    this.#sets = { ...this.#sets, [hash]: set }
    this.#put(from, Number.POSITIVE_INFINITY, hash)
  }

  /** The entries `from` to `to` have been decoded again, by the formats in force. */
  decodedAgain(from: number, to: number): void {
    if (to >= from) this.#put(from, Math.min(to, this.#last.from - 1), this.#last.set)
  }

  /** What other formats than those in force decoded, in order, from a seq on up to another. */
  others(from = 1, to = Number.POSITIVE_INFINITY): Stretch[] {
    const current = this.#last.set
    return this.#begins.slice(0, -1).flatMap(({ from: begin, set }, i) => {
      const stretch = { from: Math.max(begin, from), to: Math.min(this.#begins[i + 1]!.from - 1, to) }
      return set === current || stretch.to < stretch.from
        ? []
        : [{ ...stretch, by: this.#sets[set] as FormatSet }]
    })
  }

  get #last(): { from: number; set: string } {
    return this.#begins.at(-1) as { from: number; set: string }
  }

  #put(from: number, to: number, set: string): void {
    const before = this.#begins.filter((each) => each.from < from)
    const after = this.#begins.filter((each) => each.from > to + 1)
    const resumed = this.#begins.findLast((each) => each.from <= to + 1)
    const all = [...before, { from, set }]
    if (resumed && Number.isFinite(to)) all.push({ from: to + 1, set: resumed.set })
    all.push(...after)
    const distinct = all.filter((each, i) => each.set !== all[i - 1]?.set).slice(-mostStretches)
    distinct[0] = { from: 1, set: distinct[0]!.set }
    this.#begins = distinct
    const used = new Set(distinct.map((each) => each.set))
    this.#sets = Object.fromEntries(Object.entries(this.#sets).filter(([hash]) => used.has(hash)))
  }
}

function hashOf({ formats, match }: FormatSet): string {
  return rulesHash({ match, definitions: formats })
}

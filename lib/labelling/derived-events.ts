// Judges derived events (spans): no entry of the journal is one, so what rules remember of them cannot be read back from it.
//
// They are judged in the order in which they come, which is that of their derivation, by a labeller of their own. What it
// remembers is stored with the rest; so are the verdicts of the last ones, since after a restart some are derived anew and come
// again under the same ids. Others may have been lost in between, unseen: after a restart each rule's verdicts are unsure until it
// has seen as many events as it needs.
import type { FieldlogEvent } from '../event.ts'
import { Draft } from '../predicates/judge/draft.ts'
import type { Labeller, StoredMemory } from '../predicates/judge/labeller.ts'
import type { LabelResult } from '../predicates/judge/result.ts'

/** Plain JSON. */
export interface StoredDerived {
  memory: StoredMemory
  /** of the last events, oldest first; null: a rule was waiting for the next one */
  verdicts: Array<[id: string, result: LabelResult | null]>
}

/** Verdicts that are remembered for events that come again; and of these, those that are stored. */
const mostRemembered = 20_000
const mostStored = 1_000

export class DerivedEvents {
  readonly labeller: Labeller
  /** the last events by id, oldest first */
  readonly #known = new Map<string, Draft>()
  /** ids of those whose rules were waiting for the next one when the state was stored */
  readonly #unsettled = new Set<string>()
  #lastSeq = 0

  /** @param labeller for these alone */
  constructor(labeller: Labeller) {
    this.labeller = labeller
  }

  /** The highest seq of an event that they were derived from, or 0. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  known(id: string): Draft | undefined {
    return this.#known.get(id)
  }

  /** Judges an event that is not known yet. */
  push(draft: Draft): void {
    const { id, seq } = draft.event
    this.#lastSeq = Math.max(this.#lastSeq, seq)
    this.#remember(id, draft)
    this.labeller.push(draft)
  }

  /** As JSON; undefined where there is nothing to store. */
  save(): string | undefined {
    if (this.#known.size === 0) return undefined
    const verdicts = [...this.#known].slice(-mostStored).map(([id, { result }]) => [id, result ?? null])
    return `{"memory":${this.labeller.save()},"verdicts":${JSON.stringify(verdicts)}}`
  }

  /** Goes on with what was saved; before the first event. */
  load({ memory, verdicts }: StoredDerived): void {
    this.labeller.load(memory)
    for (const [id, result] of verdicts) {
      if (result === null) this.#unsettled.add(id)
      else this.#remember(id, judged(id, result))
    }
  }

  /**
   * The verdict of an event that comes again, and whose rules were waiting for the next one when the state was stored: it counts for
   * what is remembered already. Undefined of any other.
   */
  judgeUnsettled(event: FieldlogEvent): LabelResult | undefined {
    if (!this.#unsettled.has(event.id)) return undefined
    const result = this.labeller.labelLate(event)
    const open = Object.keys(result.flags).filter((name) => result.flags[name] === 2)
    return { ...result, unsure: [...new Set([...(result.unsure ?? []), ...open])] }
  }

  #remember(id: string, draft: Draft): void {
    this.#known.set(id, draft)
    if (this.#known.size > mostRemembered) this.#known.delete(this.#known.keys().next().value as string)
  }
}

function judged(id: string, result: LabelResult): Draft {
  // of one that is judged nothing but its verdict is asked
  const draft = new Draft({ id } as FieldlogEvent)
  draft.result = result
  return draft
}

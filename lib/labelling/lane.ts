// Judges events that come long after their turn (a replay on request) beside the live ones, with a memory of their
// own.
import type { FieldlogEvent } from '../event.ts'
import { Gate } from '../kit/gate.ts'
import { Draft } from '../predicates/judge/draft.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'

/** A gap in seqs up to this size (lines that are no events, say) still counts as the same replay. */
const widestGap = 1000

export class Lane {
  readonly labeller: Labeller
  #lastSeq: number
  /** opens when what was logged before the first event is remembered */
  readonly #gate: Gate | undefined

  /** @param before gives the events that were logged before one */
  constructor(
    labeller: Labeller,
    first: FieldlogEvent,
    before: ((event: FieldlogEvent) => Promise<FieldlogEvent[]>) | undefined,
  ) {
    this.labeller = labeller
    this.#lastSeq = first.seq
    if (!before) return
    const primed = before(first).then((events) => {
      for (const event of events) labeller.push(new Draft(event))
    })
    this.#gate = new Gate(primed)
  }

  /** Whether an event goes on where this lane is. */
  leadsTo({ seq }: FieldlogEvent): boolean {
    return seq >= this.#lastSeq && seq - this.#lastSeq <= widestGap
  }

  /** Calls back when the event's turn has come. */
  inTurn(event: FieldlogEvent, callback: () => void): void {
    this.#lastSeq = Math.max(this.#lastSeq, event.seq)
    if (this.#gate) this.#gate.pass(callback)
    else callback()
  }
}

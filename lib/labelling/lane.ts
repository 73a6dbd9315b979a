// Events that are judged one after the other by one labeller: the live ones, or those of a replay on request, which come
// long after their turn.
import type { FieldlogEvent } from '../event.ts'
import { asError } from '../kit/errors.ts'
import { Draft } from '../predicates/judge/draft.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'
import { partOf } from '../predicates/judge/series.ts'
import { type Place, Retraced } from './retraced.ts'

/** Told of what was logged, as clean events in order. */
export interface PastReader {
  /** False: no more is wanted. */
  event(event: FieldlogEvent): boolean
  /** Entries before the next event are missing. */
  gap(): void
}

/**
 * Reads the clean events of the entries `from` to `to`, as far as there are any; resolves with the last entry's seq, or
 * `from` - 1.
 */
export type ReadPast = (from: number, to: number, reader: PastReader) => Promise<number>

/** A gap in seqs up to this size (lines that are no events, say) still counts as the same replay. */
const widestGap = 1000
/** entries that are read behind the last event of a replay, for a rule that waits for the next one */
const lookAhead = 10_000

export interface LaneParts {
  /** @param isWhole whether there is nothing before the first event that it will judge */
  make(isWhole: boolean): Labeller
  /** undefined: what was logged is not known */
  past: ReadPast | undefined
  /** the draft of an event that waits for its verdict in this lane: its `tag` is the lane */
  held(id: string, lane: Lane): Draft | undefined
  failed(error: Error): void
  lookBacks: readonly number[] | undefined
}

export class Lane {
  readonly retraced: Retraced<Labeller>
  readonly #parts: LaneParts
  #last: Place = { seq: 0, part: 0 }

  constructor(parts: LaneParts, labeller?: Labeller, from?: number) {
    this.#parts = parts
    this.retraced = new Retraced<Labeller>(
      {
        rebuild: (first, before) => this.#rebuild(first, before),
        without: () => parts.make(false),
        failed: (error) => parts.failed(error),
        lookBacks: () => (parts.past ? parts.lookBacks : []),
      },
      labeller,
      from,
    )
  }

  /** Whether an event goes on where this lane is. */
  leadsTo({ seq }: FieldlogEvent): boolean {
    return leadsOn(this.#last.seq, seq)
  }

  /**
   * Judges an event in its turn. `judge` is not called with a labeller that knows too little of what came before, where
   * more can be known.
   */
  take(event: FieldlogEvent, judge: (labeller: Labeller) => void): void {
    const place = placeOf(event)
    if (place.seq >= this.#last.seq) this.#last = place
    this.retraced.take(place, (labeller, isFinal) => {
      if (!isFinal && labeller.lacks(event)) return false
      judge(labeller)
      return true
    })
  }

  /**
   * Looks in the journal for the next reading that a draft waits for; without one its rules are not evaluated. False:
   * the lane is busy, and must be asked again.
   */
  lookAhead(draft: Draft, push: (labeller: Labeller, draft: Draft) => void): Promise<boolean> {
    return this.retraced.hold(async (labeller) => {
      let isCertain = false
      try {
        isCertain = await this.#readAhead(draft, labeller, push)
      } catch (error) {
        this.#parts.failed(asError(error))
      }
      labeller.giveUp(draft, isCertain)
    })
  }

  /** Resolves with whether it has come to the journal's end. */
  async #readAhead(
    draft: Draft,
    labeller: Labeller,
    push: (labeller: Labeller, draft: Draft) => void,
  ): Promise<boolean> {
    const last = this.#last
    const to = last.seq + lookAhead
    // formats that leave out repeats need to know some of what came before
    const from = Math.max(1, last.seq - widestGap)
    const seq = await this.#parts.past?.(from, to, {
      event: (event) => {
        if (isBehind(placeOf(event), last)) push(labeller, new Draft(event, this))
        return draft.result === undefined
      },
      gap: () => labeller.gap(),
    })
    return seq !== undefined && seq < to
  }

  async #rebuild(from: number, before: Place): Promise<Labeller> {
    const { make, past, held } = this.#parts
    const labeller = make(from <= 1)
    await past?.(from, before.seq, {
      event: (event) => {
        if (!isBehind(before, placeOf(event))) return false
        const draft = held(event.id, this)
        draft?.reset()
        labeller.push(draft ?? new Draft(event))
        return true
      },
      gap: () => labeller.gap(),
    })
    return labeller
  }
}

/** Whether a seq goes on with the replay that has come up to another. */
export function leadsOn(last: number, seq: number): boolean {
  return seq >= last && seq - last <= widestGap
}

export function placeOf(event: Pick<FieldlogEvent, 'id' | 'seq'>): Place {
  return { seq: event.seq, part: partOf(event) }
}

/** Whether the first place is behind the second. */
export function isBehind(a: Place, b: Place): boolean {
  return a.seq > b.seq || (a.seq === b.seq && a.part > b.part)
}

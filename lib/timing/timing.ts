// From time events to spans and their statistics: leaves out repeats, sorts by the senders' clocks, pairs. No disk, no
// clock: `now` is a clock of the user's that runs while it listens, in ms.
import { Pairing, type StoredPairing } from './pairing.ts'
import { Reordering, type Waiting } from './reordering.ts'
import { type RepeatCounts, Repeats, type StoredContents } from './repeats.ts'
import type { Span } from './span.ts'
import { SpanStatistics, type StatisticsRow, type StoredRows } from './span-statistics.ts'
import type { TimeEvent } from './time-event.ts'
import type { StepWords } from './words.ts'

export interface TimingSettings {
  words: StepWords
  /** ms for which an event waits for those that happened before it */
  hold: number
}

/** Since the process began. */
export interface TimingCounts extends RepeatCounts {
  /** spans that the statistics had no room for */
  leftOut: number
}

/** Plain JSON. */
export interface StoredTiming {
  pairing: StoredPairing
  waiting: Waiting[]
  contents: StoredContents
  statistics: StoredRows
}

/** An end may be on its way to here for so long: it is logged first; ms */
const grace = 3_000

export class Timing {
  readonly #repeats = new Repeats()
  readonly #reordering: Reordering
  readonly #pairing: Pairing
  readonly #statistics = new SpanStatistics()
  #now = 0
  #lastSeq = 0

  /** @param ended told of each span */
  constructor({ words, hold }: TimingSettings, ended: (span: Span) => void) {
    this.#pairing = new Pairing(words, (span) => {
      this.#statistics.add(span)
      ended(span)
    })
    this.#reordering = new Reordering(hold, (event) => this.#pairing.take(event, this.#now))
  }

  /** Of all that was taken, the highest seq. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  get open(): number {
    return this.#pairing.openCount
  }

  get counts(): TimingCounts {
    return { ...this.#repeats.counts, leftOut: this.#statistics.leftOut }
  }

  use({ words, hold }: TimingSettings): void {
    this.#pairing.use(words)
    this.#reordering.use(hold)
  }

  take(event: TimeEvent, now: number): void {
    this.#now = now
    if (this.#repeats.has(event, now)) return
    this.#lastSeq = Math.max(this.#lastSeq, event.seq)
    this.#reordering.add(event, now)
  }

  /** Time has gone on. @param givesUp whether all that was logged has come: else an end may be on its way */
  look(now: number, givesUp: boolean): void {
    this.#now = now
    this.#reordering.release(now)
    if (givesUp) this.#pairing.giveUp(now, grace)
  }

  /** What was logged up to this seq is none of this one's. */
  passed(seq: number): void {
    this.#repeats.passed(seq)
    this.#lastSeq = Math.max(this.#lastSeq, seq)
  }

  statistics(bySubject: boolean): StatisticsRow[] {
    return this.#statistics.rows(this.#pairing.open, bySubject)
  }

  save(now: number): StoredTiming {
    return {
      pairing: this.#pairing.save(now),
      waiting: this.#reordering.save(now),
      contents: this.#repeats.save(now),
      statistics: this.#statistics.save(),
    }
  }

  /** Goes on where another one was; before the first event. @param seq the highest that it had taken */
  load({ pairing, waiting, contents, statistics }: StoredTiming, seq: number, now: number): void {
    this.passed(seq)
    this.#pairing.load(pairing, now)
    this.#reordering.load(waiting, now)
    this.#repeats.load(contents, now)
    this.#statistics.load(statistics)
  }
}

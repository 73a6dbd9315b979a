// Decodes and judges the entries of a whole journal, one after the other, by the formats and rules of a flow.

import type { DeviceNames } from '../devices/names.ts'
import type { FieldlogEvent } from '../event.ts'
import { compileFormats, type Formats } from '../formats/compile.ts'
import type { LineOutcome } from '../formats/format.ts'
import type { Entry } from '../journal/format/entry.ts'
import { compilePredicates } from '../predicates/judge/compile.ts'
import { Draft } from '../predicates/judge/draft.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'
import type { LabelResult } from '../predicates/judge/result.ts'
import type { FlowRules } from './flow-rules.ts'
import { cutByGap, type DecodedEntry, decoded } from './history.ts'

/** A clean event with its verdict. */
export interface JudgedEvent {
  event: FieldlogEvent
  result: LabelResult
}

/** What became of an entry; `outcome` is undefined of the first line of a record that has not ended. */
export interface JudgedEntry {
  seq: number
  outcome: LineOutcome | undefined
  events: readonly JudgedEvent[]
}

/** An entry with events that wait for their verdicts. */
interface Open {
  outcome: LineOutcome
  events: JudgedEvent[]
  missing: number
}

/** One set of rules on its way through a journal: it is given the entries in order, and each is told once. */
export class JournalJudge {
  readonly #formats: Formats
  readonly #names: DeviceNames
  readonly #labeller: Labeller
  readonly #told: (entry: JudgedEntry) => void
  readonly #open = new Map<number, Open>()
  /** entries that have begun a record which has not ended */
  readonly #begun = new Set<number>()
  /** their drafts, to be given up at the end */
  readonly #waiting = new Set<Draft>()

  constructor({ formats, match, names, rows, settings }: FlowRules, told: (entry: JudgedEntry) => void) {
    this.#formats = compileFormats(formats, { match })
    this.#names = names
    this.#labeller = compilePredicates(rows, formats, settings)
    this.#labeller.release = (draft) => this.#released(draft)
    this.#told = told
  }

  take(entry: Entry): void {
    const settled = decoded(entry, this.#formats, this.#names)
    // the first line of a record: what becomes of it is certain when the record has ended
    if (!settled.some(({ logged }) => logged.seq === entry.seq)) this.#begun.add(entry.seq)
    for (const each of settled) this.#settle(each)
  }

  /** Entries before the next one cannot be read. */
  gap(): void {
    for (const each of cutByGap(this.#formats, this.#names)) this.#settle(each)
  }

  /** That was the last one: what waits for the next reading is judged without it. */
  end(): void {
    for (const draft of [...this.#waiting]) this.#labeller.giveUp(draft)
    for (const seq of this.#begun) this.#told({ seq, outcome: undefined, events: [] })
  }

  #settle({ logged: { seq }, outcome, events }: DecodedEntry): void {
    this.#begun.delete(seq)
    if (events.length === 0) {
      this.#told({ seq, outcome, events: [] })
      return
    }
    this.#open.set(seq, { outcome, events: [], missing: events.length })
    for (const each of events) {
      const draft = new Draft(each)
      this.#labeller.push(draft)
      if (draft.result === undefined) this.#waiting.add(draft)
    }
  }

  #released(draft: Draft): void {
    this.#waiting.delete(draft)
    const { event, result } = draft
    const open = this.#open.get(event.seq)
    if (!open || !result) return
    open.events.push({ event, result })
    if (--open.missing > 0) return
    this.#open.delete(event.seq)
    this.#told({ seq: event.seq, outcome: open.outcome, events: open.events })
  }
}

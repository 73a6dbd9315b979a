// Compares what other formats and predicates would make of a whole journal with what today's make of it. Writes
// nothing.
import type { DeviceNames } from '../devices/names.ts'
import type { Flag } from '../event.ts'
import { compileFormats, type Formats } from '../formats/compile.ts'
import type { Disk } from '../journal/disk/disk.ts'
import type { Entry } from '../journal/format/entry.ts'
import { readJournal } from '../journal/read/reader.ts'
import { compilePredicates } from '../predicates/judge/compile.ts'
import { Draft } from '../predicates/judge/draft.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'
import type { FlowRules } from './flow-rules.ts'
import { cutByGap, type DecodedEntry, decoded } from './history.ts'

export interface TypeChanges {
  type: string
  /** entries of this type */
  entries: number
  changed: number
  /** `good → bad` and alike, to how many entries; the most frequent first */
  changes: Array<{ change: string; count: number; first: string }>
}

export interface RuleChanges {
  type: string
  rule: string
  before: Record<Flag, number>
  after: Record<Flag, number>
}

export interface Relabelling {
  entries: number
  /** that could not be read, or not be decoded */
  damaged: number
  changed: number
  types: TypeChanges[]
  rules: RuleChanges[]
}

/** What one set of rules says of an entry; several events are joined by ` + `. */
interface Verdict {
  type: string
  text: string
}

/** Reads a whole journal once. Throws what the disk throws. */
export async function relabel(
  disk: Disk,
  directory: string,
  before: FlowRules,
  after: FlowRules,
  signal?: AbortSignal,
): Promise<Relabelling> {
  const tally = new Tally()
  const old = new Side(before, (seq, verdict) => tally.add('before', seq, verdict))
  const next = new Side(after, (seq, verdict) => tally.add('after', seq, verdict))
  for await (const reading of readJournal(disk, directory, 1)) {
    if (signal?.aborted) break
    if (reading.kind === 'damage') {
      tally.damaged += Math.max(0, reading.to - reading.from + 1)
      old.gap()
      next.gap()
      continue
    }
    for (const item of reading.items) {
      if (item.kind === 'N') continue
      if (item.kind === 'poison') {
        tally.damaged++
        old.gap()
        next.gap()
        continue
      }
      tally.entries++
      tally.ids.set(item.seq, `${item.epoch}-${item.seq}`)
      old.take(item)
      next.take(item)
    }
  }
  old.end()
  next.end()
  return tally.result(old.rules, next.rules)
}

type RuleFlags = Map<string, { type: string; rule: string; flags: Record<Flag, number> }>

/** One set of rules on its way through the journal. */
class Side {
  readonly rules: RuleFlags = new Map()
  readonly #formats: Formats
  readonly #names: DeviceNames
  readonly #labeller: Labeller
  readonly #told: (seq: number, verdict: Verdict) => void
  /** entries with events that wait */
  readonly #open = new Map<number, { type: string; verdicts: string[]; missing: number }>()
  /** entries that have begun a record which has not ended */
  readonly #begun = new Set<number>()
  /** their drafts, to be given up at the end */
  readonly #waiting = new Set<Draft>()

  constructor(
    { formats, match, names, rows, settings }: FlowRules,
    told: (seq: number, verdict: Verdict) => void,
  ) {
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

  end(): void {
    for (const draft of [...this.#waiting]) this.#labeller.giveUp(draft)
    for (const seq of this.#begun) this.#told(seq, { type: '-', text: 'no end yet' })
  }

  /** Entries before the next one cannot be read. */
  gap(): void {
    for (const each of cutByGap(this.#formats, this.#names)) this.#settle(each)
  }

  #settle({ logged: { seq }, outcome, events }: DecodedEntry): void {
    this.#begun.delete(seq)
    if (events.length === 0) {
      this.#told(seq, { type: 'type' in outcome ? outcome.type : '-', text: outcome.kind })
      return
    }
    this.#open.set(seq, { type: events[0]?.type ?? '-', verdicts: [], missing: events.length })
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
    open.verdicts.push(result.verdict)
    for (const [rule, flag] of Object.entries(result.flags)) this.#count(event.type ?? '-', rule, flag)
    if (--open.missing > 0) return
    this.#open.delete(event.seq)
    this.#told(event.seq, { type: open.type, text: open.verdicts.join(' + ') })
  }

  #count(type: string, rule: string, flag: Flag): void {
    const key = `${type}\n${rule}`
    let counts = this.rules.get(key)
    if (!counts) {
      counts = { type, rule, flags: noFlags() }
      this.rules.set(key, counts)
    }
    counts.flags[flag]++
  }
}

class Tally {
  entries = 0
  damaged = 0
  /** of entries that are not dealt with by both sides */
  readonly ids = new Map<number, string>()
  readonly #verdicts = new Map<number, Partial<Record<'before' | 'after', Verdict>>>()
  readonly #types = new Map<
    string,
    TypeChanges & { byChange: Map<string, { count: number; first: string }> }
  >()

  add(side: 'before' | 'after', seq: number, verdict: Verdict): void {
    const both = this.#verdicts.get(seq) ?? {}
    both[side] = verdict
    const { before, after } = both
    if (!before || !after) {
      this.#verdicts.set(seq, both)
      return
    }
    this.#verdicts.delete(seq)
    const id = this.ids.get(seq) ?? String(seq)
    this.ids.delete(seq)
    this.#compare(before, after, id)
  }

  #compare(before: Verdict, after: Verdict, id: string): void {
    const type = after.type === '-' ? before.type : after.type
    const counts = this.#types.get(type) ?? { type, entries: 0, changed: 0, changes: [], byChange: new Map() }
    this.#types.set(type, counts)
    counts.entries++
    const wasOther = before.type !== after.type && before.type !== '-' && after.type !== '-'
    const [from, to] = [wasOther ? `${before.type} ${before.text}` : before.text, after.text]
    if (from === to) return
    counts.changed++
    const change = counts.byChange.get(`${from} → ${to}`) ?? { count: 0, first: id }
    change.count++
    counts.byChange.set(`${from} → ${to}`, change)
  }

  result(before: RuleFlags, after: RuleFlags): Relabelling {
    const types = [...this.#types.values()]
      .map(({ byChange, ...type }) => ({
        ...type,
        changes: [...byChange]
          .map(([change, { count, first }]) => ({ change, count, first }))
          .sort((a, b) => b.count - a.count),
      }))
      .sort((a, b) => (a.type < b.type ? -1 : 1))
    const rules = [...new Set([...after.keys(), ...before.keys()])].map((key): RuleChanges => {
      const [old, next] = [before.get(key), after.get(key)]
      const { type, rule } = (next ?? old) as { type: string; rule: string }
      return { type, rule, before: old?.flags ?? noFlags(), after: next?.flags ?? noFlags() }
    })
    const changed = types.reduce((sum, type) => sum + type.changed, 0)
    return { entries: this.entries, damaged: this.damaged, changed, types, rules }
  }
}

function noFlags(): Record<Flag, number> {
  return { 1: 0, 2: 0, 3: 0, 4: 0, 9: 0 }
}

// Compares what other formats and predicates would make of a whole journal with what today's make of it. Writes
// nothing.
import type { Flag } from '../event.ts'
import type { Disk } from '../journal/disk/disk.ts'
import { readJournal } from '../journal/read/reader.ts'
import type { FlowRules } from './flow-rules.ts'
import { JournalJudge, type JudgedEntry } from './judged-journal.ts'

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
      old.judge.gap()
      next.judge.gap()
      continue
    }
    for (const item of reading.items) {
      if (item.kind === 'N') continue
      if (item.kind === 'poison') {
        tally.damaged++
        old.judge.gap()
        next.judge.gap()
        continue
      }
      tally.entries++
      tally.ids.set(item.seq, `${item.epoch}-${item.seq}`)
      old.judge.take(item)
      next.judge.take(item)
    }
  }
  old.judge.end()
  next.judge.end()
  return tally.result(old.rules, next.rules)
}

type RuleFlags = Map<string, { type: string; rule: string; flags: Record<Flag, number> }>

/** One set of rules on its way through the journal. */
class Side {
  readonly rules: RuleFlags = new Map()
  readonly judge: JournalJudge
  readonly #told: (seq: number, verdict: Verdict) => void

  constructor(rules: FlowRules, told: (seq: number, verdict: Verdict) => void) {
    this.judge = new JournalJudge(rules, (entry) => this.#judged(entry))
    this.#told = told
  }

  #judged({ seq, outcome, events }: JudgedEntry): void {
    const [first] = events
    if (outcome === undefined) this.#told(seq, { type: '-', text: 'no end yet' })
    else if (!first) this.#told(seq, { type: 'type' in outcome ? outcome.type : '-', text: outcome.kind })
    else {
      for (const { event, result } of events)
        for (const [rule, flag] of Object.entries(result.flags)) this.#count(event.type ?? '-', rule, flag)
      const text = events.map(({ result }) => result.verdict).join(' + ')
      this.#told(seq, { type: first.event.type ?? '-', text })
    }
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

// Judges clean events by the predicates of a label node and of the formats. Browser-safe.
import type { FieldlogEvent, Flag } from '../../event.ts'
import { unsureOfValues } from '../../formats/history/past.ts'
import type { FormatDefinition } from '../../formats/model/definition.ts'
import { unsureOfRepeats } from '../../formats/model/memory.ts'
import type { PredicateRow, Severity } from '../model/row.ts'
import { waiting } from '../stateful/operator.ts'
import { Draft } from './draft.ts'
import { type Plan, Plans } from './plans.ts'
import { type LabelResult, weigh } from './result.ts'
import { compileRule, type Rule, type RuleMemory, type RuleProblem, type RuleTools } from './rule.ts'
import {
  partOf,
  type Series,
  type SeriesLimits,
  SeriesStore,
  type StoredMemory,
  seriesLimits,
  type Wait,
} from './series.ts'

/** What a labeller is made of. */
export interface RuleSet {
  /** complete rows, all in use, the formats' own among them */
  rows: readonly PredicateRow[]
  /** a row for all types concerns those types whose format declares its field */
  formats: readonly FormatDefinition[]
  /** the least severity that makes an event bad */
  badFrom: Severity
  /** short hash of all this */
  hash: string
}

export type { StoredMemory }

/** Given each event with its verdict, in the order of the events of its series. */
export type Release = (draft: Draft) => void

const ignored = () => {}
const none: string[] = []

/** what makes the event itself doubtful, and not a rule's verdict */
const unsureInFormats: ReadonlySet<string> = new Set([unsureOfRepeats, unsureOfValues])

export class Labeller {
  /** short hash of the rule set: 8 hex digits */
  readonly rules: string
  /** rows that cannot be used; their flag is always 2 */
  readonly problems: RuleProblem[] = []
  /** a rule remembers events */
  readonly remembers: boolean
  /** how long an event may wait for the next one of its series, ms; 0: none waits */
  readonly limit: number
  /** Told of each event that is judged. */
  release: Release = ignored
  readonly #rules: Rule[]
  readonly #badFrom: 3 | 4
  readonly #plans: Plans
  readonly #store: SeriesStore
  /** no wait ends before */
  #nextDeadline = Number.POSITIVE_INFINITY

  /** @param isWhole whether there are no events before the first that it will judge */
  constructor(set: RuleSet, tools: RuleTools, limits: SeriesLimits = seriesLimits, isWhole = true) {
    this.rules = set.hash
    const warned = new Set<string>()
    const warnOnce = (rule: string, text: string) => {
      if (warned.has(rule)) return
      warned.add(rule)
      tools.warn(rule, text)
    }
    this.#rules = set.rows.map((row) => {
      const { rule, problem } = compileRule(row, { ...tools, warn: warnOnce })
      if (problem) this.problems.push(problem)
      return rule
    })
    this.#badFrom = set.badFrom === 'suspect' ? 3 : 4
    this.#plans = new Plans(this.#rules, set.formats)
    this.remembers = this.#rules.some((rule) => rule.start !== undefined)
    this.limit = this.#rules.reduce((longest, rule) => Math.max(longest, rule.limit), 0)
    this.#store = new SeriesStore(
      this.#rules,
      limits,
      (series) => this.#endWaits(series.waits, false),
      isWhole,
    )
  }

  /** Judges an event now: a rule that would wait for the next one has flag 2. Never throws. */
  label(event: FieldlogEvent): LabelResult {
    const draft = new Draft(event)
    this.push(draft)
    this.giveUp(draft)
    return draft.result as LabelResult
  }

  /**
   * Judges the next event of its series. `release` is told of it at once, or when the next event has come; and before
   * of those that it sets free. The event is not changed. Never throws.
   */
  push(draft: Draft): void {
    const { event } = draft
    if (event.late) {
      draft.result = this.labelLate(event)
      this.release(draft)
      return
    }
    if (event.received > this.#nextDeadline) this.#expire(event.received)
    const plan = this.#plans.for(event)
    const doubts = doubtsOf(event)
    const isDoubtful = doubts.length > 0
    if (isDoubtful) draft.unsure = doubts
    if (!plan.remembers) {
      draft.result = this.#judgeNow(plan, draft, undefined)
      this.release(draft)
      return
    }
    const series = this.#store.use(event)
    series.lastSeq = event.seq
    series.lastPart = partOf(event)
    // it may be none: neither what waits for it nor what comes after it can be certain
    if (isDoubtful) this.#store.doubt(series)
    if (plan.waits) this.#judgeInTurn(plan, draft, series)
    else {
      draft.result = this.#judgeNow(plan, draft, series)
      this.release(draft)
    }
    if (isDoubtful) this.#store.doubt(series)
    this.#store.weigh(series)
  }

  /**
   * Judges an event that came late: by the rules that look at nothing else. It has no place among the readings of its series,
   * so a rule that remembers does not evaluate it (flag 2), nor is it remembered.
   */
  labelLate(event: FieldlogEvent): LabelResult {
    const draft = new Draft(event)
    const doubts = doubtsOf(event)
    if (doubts.length > 0) draft.unsure = doubts
    return this.#judgeNow(this.#plans.for(event), draft, undefined)
  }

  /** Whether an event of this place in its series, or a later one, was judged before. */
  isLate(event: FieldlogEvent): boolean {
    const series = this.#store.peek(event)
    if (series === undefined || event.seq > series.lastSeq) return false
    return event.seq < series.lastSeq || partOf(event) <= series.lastPart
  }

  /** Whether it has no series yet, and may have had one that is not known. */
  isStrange(event: FieldlogEvent): boolean {
    return !this.#store.isWhole && this.#store.peek(event) === undefined
  }

  /** Whether an event's verdict would be unsure, as what came before it is not known well enough. */
  lacks(event: FieldlogEvent): boolean {
    const plan = this.#plans.for(event)
    if (!plan.remembers || event.late) return false
    const series = this.#store.peek(event)
    if (series?.isWhole ?? this.#store.isWhole) return false
    return plan.rules.some((rule, i) => {
      const memory = rule.start && (series?.memories[plan.places[i] as number] ?? rule.start())
      return memory !== undefined && !rule.isSettled(memory)
    })
  }

  /** Entries between the last event and the next one are missing. */
  gap(): void {
    this.#store.gap()
  }

  /**
   * There is no next event for this one: the rules that wait have flag 2.
   * @param isCertain false: there may be one, which did not come in time
   */
  giveUp(draft: Draft, isCertain = true): void {
    if (draft.result !== undefined) return
    const waits = this.#store.peek(draft.event)?.waits ?? []
    this.#endWaits(
      waits.filter((wait) => wait.draft === draft),
      isCertain,
    )
  }

  get series(): number {
    return this.#store.size
  }

  /** What is remembered, as plain JSON that shares nothing with what goes on. */
  save(): string {
    return JSON.stringify(this.#store.save())
  }

  /** Goes on with what was saved by a labeller of the same rules; before the first event. */
  load(stored: StoredMemory): void {
    for (const series of this.#store.load(stored)) {
      series.memories.forEach((memory, place) => {
        const rule = this.#rules[place]
        const since = memory && rule && rule.limit > 0 ? rule.waitsSince(memory) : undefined
        if (rule && since !== undefined)
          this.#wait({ series, place, draft: undefined, index: 0, deadline: since + rule.limit })
      })
    }
  }

  #judgeNow(plan: Plan, draft: Draft, series: Series | undefined): LabelResult {
    const { event } = draft
    const flags: Record<string, Flag> = { ...plan.start }
    const reasons: string[] = []
    let bad = false
    for (let i = 0; i < plan.rules.length; i++) {
      const rule = plan.rules[i] as Rule
      const memory = series && rule.start ? this.#store.memory(series, plan.places[i] as number) : undefined
      if (memory && series?.isWhole === false && !rule.isSettled(memory)) addUnsure(draft, rule)
      const flag = rule.start && !memory ? 2 : (rule.judge(event, memory) as Flag)
      if (plan.sharedNames) weigh(flags, rule.name, flag)
      else if (flag !== 1) flags[rule.name] = flag
      if (flag === 3 || flag === 4) {
        reasons.push(rule.reason(event))
        if (flag >= this.#badFrom) bad = true
      }
    }
    return this.#result(draft, bad, reasons, flags)
  }

  #result(draft: Draft, bad: boolean, reasons: string[], flags: Record<string, Flag>): LabelResult {
    const result: LabelResult = { verdict: bad ? 'bad' : 'good', reasons, flags, rules: this.rules }
    if (draft.unsure !== undefined) result.unsure = draft.unsure
    return result
  }

  #judgeInTurn(plan: Plan, draft: Draft, series: Series): void {
    const { event } = draft
    draft.plan = plan
    draft.flags = new Array<Flag | 0>(plan.rules.length)
    series.queue.push(draft)
    for (let i = 0; i < plan.rules.length; i++) {
      const rule = plan.rules[i] as Rule
      const place = plan.places[i] as number
      const memory = rule.start ? this.#store.memory(series, place) : undefined
      if (rule.limit > 0 && memory) this.#settle(rule, event, memory, series, place)
      if (memory && !series.isWhole && !rule.isSettled(memory)) addUnsure(draft, rule)
      const flag = rule.judge(event, memory)
      draft.flags[i] = flag
      if (flag === 3 || flag === 4) reasonsOf(draft)[i] = rule.reason(event)
      if (flag !== waiting) continue
      draft.waiting++
      this.#wait({ series, place, draft, index: i, deadline: event.received + rule.limit })
    }
    this.#releaseFrom(series)
  }

  #settle(rule: Rule, next: FieldlogEvent, memory: RuleMemory, series: Series, place: number): void {
    const isSure = series.isWhole || rule.isWaitSettled(memory)
    const flag = rule.settle(next, memory)
    if (flag === undefined) return
    const wait = series.waits.find((each) => each.place === place)
    if (!wait) return
    this.#unwait(wait)
    const { draft, index } = wait
    if (!draft) return
    if (!isSure) addUnsure(draft, rule)
    draft.flags[index] = flag
    if (flag === 3 || flag === 4) reasonsOf(draft)[index] = rule.reason(draft.event)
    draft.waiting--
  }

  #wait(wait: Wait): void {
    wait.series.waits.push(wait)
    this.#nextDeadline = Math.min(this.#nextDeadline, wait.deadline)
  }

  #unwait(wait: Wait): void {
    wait.series.waits.splice(wait.series.waits.indexOf(wait), 1)
  }

  /** A reading that came later than the limit shows that there is no next one. */
  #expire(received: number): void {
    let next = Number.POSITIVE_INFINITY
    for (const { waits } of this.#store.all()) {
      if (waits.some((wait) => received > wait.deadline)) {
        this.#endWaits(
          waits.filter((wait) => received > wait.deadline),
          true,
        )
      }
      for (const { deadline } of waits) next = Math.min(next, deadline)
    }
    this.#nextDeadline = next
  }

  #endWaits(waits: readonly Wait[], isCertain: boolean): void {
    for (const wait of [...waits]) {
      this.#unwait(wait)
      const rule = this.#rules[wait.place]
      const memory = wait.series.memories[wait.place]
      if (memory) rule?.giveUp(memory)
      if (!isCertain) this.#store.doubt(wait.series)
      if (!wait.draft) continue
      if (rule && !isCertain) addUnsure(wait.draft, rule)
      wait.draft.flags[wait.index] = 2
      wait.draft.waiting--
      this.#releaseFrom(wait.series)
    }
  }

  /** Releases the first drafts of a series that wait for nothing any more. */
  #releaseFrom(series: Series): void {
    for (;;) {
      const [draft] = series.queue
      if (!draft || draft.waiting > 0) return
      series.queue.shift()
      draft.result = this.#resultOf(draft)
      this.release(draft)
    }
  }

  #resultOf(draft: Draft): LabelResult {
    const { plan, flags: found, reasons = [] } = draft
    const { rules, start, sharedNames } = plan as Plan
    const flags: Record<string, Flag> = { ...start }
    let bad = false
    for (let i = 0; i < rules.length; i++) {
      const { name } = rules[i] as Rule
      const flag = found[i] as Flag
      if (sharedNames) weigh(flags, name, flag)
      else if (flag !== 1) flags[name] = flag
      if ((flag === 3 || flag === 4) && flag >= this.#badFrom) bad = true
    }
    const broken = reasons.filter((reason) => reason !== undefined)
    return this.#result(draft, bad, broken, flags)
  }
}

/** What makes the event itself doubtful. */
function doubtsOf({ unsure }: FieldlogEvent): string[] {
  return unsure?.filter((name) => unsureInFormats.has(name)) ?? none
}

function addUnsure(draft: Draft, { name }: Rule): void {
  draft.unsure ??= []
  if (!draft.unsure.includes(name)) draft.unsure.push(name)
}

function reasonsOf(draft: Draft): Array<string | undefined> {
  draft.reasons ??= []
  return draft.reasons
}

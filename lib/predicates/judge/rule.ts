// A rule is a compiled row. It answers with a QARTOD flag. What it remembers between the events of a series is in a
// memory object (plain JSON) that its caller keeps and hands to it.
import type { FieldlogEvent, Flag } from '../../event.ts'
import { rowProblems } from '../check/check.ts'
import { compileCriterion } from '../criteria/compile-criterion.ts'
import { type Criterion, flagOf, type Tools } from '../criteria/criterion.ts'
import { compileGuard, type Guard } from '../criteria/guard.ts'
import { type AheadCriterion, aheadCriterion } from '../criteria/stateful-criterion.ts'
import { counts, Voting } from '../criteria/votes.ts'
import { nameOf } from '../model/name.ts'
import type { RegexEngine } from '../model/operators.ts'
import type { PredicateRow } from '../model/row.ts'
import { waiting } from '../stateful/operator.ts'

/** What a rule remembers of one series. */
export interface RuleMemory {
  criterion?: unknown
  votes?: number[]
  /** how many of the votes, the last ones, are certain */
  sureVotes?: number
}

/** What rules are compiled with. */
export interface RuleTools {
  regex: RegexEngine
  /** told of a rule whose expression cannot be evaluated: its name, and why */
  warn(rule: string, text: string): void
}

/** A row that cannot be used, and why. */
export interface RuleProblem {
  name: string
  text: string
}

export interface Rule {
  readonly name: string
  readonly row: PredicateRow
  /** how long it may wait for the next reading, ms; 0: it never waits */
  readonly limit: number
  /** the memory of a series before its first event; undefined: the rule remembers nothing */
  readonly start: (() => RuleMemory) | undefined
  /** The flag for this event, or `waiting` where the next one of the series decides. Never throws. */
  judge(event: FieldlogEvent, memory: RuleMemory | undefined): Flag | typeof waiting
  /**
   * Where `limit` > 0: the flag of the event that waits, now that the next one is here; before that one's `judge`.
   */
  settle(next: FieldlogEvent, memory: RuleMemory): Flag | undefined
  /** Where `limit` > 0: there is no next event. The one that waits has flag 2. */
  giveUp(memory: RuleMemory): void
  /** Where `limit` > 0: when the event that waits was received; undefined: none waits. */
  waitsSince(memory: RuleMemory): number | undefined
  /** why the event that was judged or settled last broke it, as it stands in `event.reasons` */
  reason(event: FieldlogEvent): string
  /** how many numbers a memory holds, about */
  size(memory: RuleMemory): number
  /** Whether the next flag depends on nothing before what the memory has seen since it was in doubt. */
  isSettled(memory: RuleMemory): boolean
  /** Where `limit` > 0: the same for the flag of the event that waits. */
  isWaitSettled(memory: RuleMemory): boolean
  /** What the memory has seen up to now may not be what was. */
  doubt(memory: RuleMemory): void
}

/**
 * The row's rule. A row that is wrong gives a rule that is never evaluated (flag 2), and the problem: one
 * mistake in the rules must not stop the readings.
 */
export function compileRule(
  row: PredicateRow,
  { regex, warn }: RuleTools,
): { rule: Rule; problem?: RuleProblem } {
  const name = nameOf(row)
  const [problem] = rowProblems(row, regex)
  if (problem) return { rule: unusable(name, row), problem: { name, text: `${problem.at}: ${problem.text}` } }
  const tools = { regex, warn: (text: string) => warn(name, text), broken: flagOf(row.says) }
  return { rule: new RunningRule(name, row, tools) }
}

class RunningRule implements Rule {
  readonly name: string
  readonly row: PredicateRow
  readonly limit: number
  readonly start: (() => RuleMemory) | undefined
  readonly #criterion: Criterion | undefined
  readonly #ahead: AheadCriterion | undefined
  readonly #guard: Guard | undefined
  readonly #votes: Voting | undefined

  constructor(name: string, row: PredicateRow, tools: Tools) {
    this.name = name
    this.row = row
    this.#ahead = aheadCriterion(row, tools)
    this.#criterion = this.#ahead ? undefined : compileCriterion(row, tools)
    this.#guard = compileGuard(row, tools)
    this.#votes = row.votes === undefined ? undefined : new Voting(row.votes)
    this.limit = this.#ahead?.limit ?? 0
    const start = this.#ahead?.start ?? this.#criterion?.start
    const hasVotes = this.#votes !== undefined
    if (start || hasVotes) {
      this.start = () => ({
        ...(start ? { criterion: start() } : {}),
        ...(hasVotes ? { votes: [], sureVotes: 0 } : {}),
      })
    }
  }

  judge(event: FieldlogEvent, memory: RuleMemory | undefined): Flag | typeof waiting {
    if (this.#guard && !this.#guard(event)) return 2
    const isSure = this.#votes === undefined || memory === undefined || this.#isFlagSettled(memory)
    if (this.#ahead) {
      const flag = this.#ahead.judge(event, memory?.criterion)
      return flag === waiting ? waiting : this.#counted(flag, memory, isSure)
    }
    return this.#counted((this.#criterion as Criterion).judge(event, memory?.criterion), memory, isSure)
  }

  settle(next: FieldlogEvent, memory: RuleMemory): Flag | undefined {
    if (this.#guard && !this.#guard(next)) return undefined
    const flag = this.#ahead?.settle(next, memory.criterion)
    if (flag === undefined) return undefined
    return this.#counted(flag, memory, this.#ahead?.isWaitSettled(memory.criterion) === true)
  }

  giveUp(memory: RuleMemory): void {
    this.#ahead?.giveUp(memory.criterion)
  }

  waitsSince(memory: RuleMemory): number | undefined {
    return this.#ahead?.waitsSince(memory.criterion)
  }

  reason(event: FieldlogEvent): string {
    const text = this.#ahead ? this.#ahead.reason() : this.#criterion?.reason(event)
    return `${this.name}: ${this.row.field === '' ? 'event' : this.row.field}: ${text}`
  }

  size(memory: RuleMemory): number {
    return (this.#criterion?.size?.(memory.criterion) ?? 2) + (memory.votes?.length ?? 0)
  }

  isSettled(memory: RuleMemory): boolean {
    return this.#isFlagSettled(memory) && this.#areVotesSettled(memory)
  }

  isWaitSettled(memory: RuleMemory): boolean {
    return this.#ahead?.isWaitSettled(memory.criterion) !== false && this.#areVotesSettled(memory)
  }

  doubt(memory: RuleMemory): void {
    this.#ahead?.doubt(memory.criterion)
    this.#criterion?.doubt?.(memory.criterion)
    if (this.#votes) memory.sureVotes = 0
  }

  #isFlagSettled(memory: RuleMemory): boolean {
    if (this.#ahead) return this.#ahead.isSettled(memory.criterion)
    return this.#criterion?.isSettled?.(memory.criterion) ?? true
  }

  #areVotesSettled({ sureVotes = 0 }: RuleMemory): boolean {
    return this.#votes === undefined || sureVotes >= this.#votes.of
  }

  #counted(flag: Flag, memory: RuleMemory | undefined, isSure: boolean): Flag {
    if (!this.#votes || !memory?.votes) return flag
    const counted = this.#votes.weigh(flag, memory.votes)
    if (counts(flag)) memory.sureVotes = isSure ? (memory.sureVotes ?? 0) + 1 : 0
    else if (!isSure) memory.sureVotes = 0
    return counted
  }
}

function unusable(name: string, row: PredicateRow): Rule {
  return {
    name,
    row,
    limit: 0,
    start: undefined,
    judge: () => 2,
    settle: () => undefined,
    giveUp() {},
    waitsSince: () => undefined,
    reason: () => '',
    size: () => 0,
    isSettled: () => true,
    isWaitSettled: () => true,
    doubt() {},
  }
}

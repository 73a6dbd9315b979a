// Judges clean events by the predicates of a label node and of the formats.
import type { FieldlogEvent, Flag } from '../event.ts'
import type { FormatDefinition } from '../formats/definition.ts'
import { defaultRows, fieldsByType } from './defaults.ts'
import { re2Engine } from './regex.ts'
import { completeRow, type PredicateRow, type Severity } from './row.ts'
import { compileRule, type Rule, type RuleProblem } from './rule.ts'
import { rulesHash } from './rules-hash.ts'

export interface LabelResult {
  verdict: 'good' | 'bad'
  /** one for each predicate that was broken, in the order of the rules: `<predicate>: <field>: <text>` */
  reasons: string[]
  /** predicate name to QARTOD flag; the worst one where predicates share a name */
  flags: Record<string, Flag>
  /** short hash of the rule set */
  rules: string
}

export interface LabelSettings {
  /** the least severity that makes an event bad; default `fail` (suspect leaves it good, with flag 3) */
  badFrom?: Severity
  /** whether the formats' own min, max and allowed values are predicates; default true */
  formatRanges?: boolean
}

/** How grave a flag is among those of one name: 4 > 3 > 1 > 2 > 9. */
const gravity: Record<Flag, number> = { 4: 5, 3: 4, 1: 3, 2: 2, 9: 1 }

/** Types and sources come from outside: past this many the plans are made anew, so that memory is bounded. */
const mostPlans = 1000

interface Plan {
  rules: Rule[]
  /** every rule's flag as 1: most events are good, and copying an object is faster than building it */
  start: Record<string, Flag>
  /** some rules share a name: their flags must be weighed, from none on */
  sharedNames: boolean
}

/**
 * The labeller for a node's rows and for what the formats declare.
 * @param rows as they stand in the flow file; absent properties are default, a wrong row is never evaluated
 * @param formats the formats of the flows: their ranges are predicates, and a row for all types concerns
 *   those types that declare its field
 */
export function compilePredicates(
  rows: ReadonlyArray<Partial<PredicateRow>>,
  formats: readonly FormatDefinition[],
  settings: LabelSettings = {},
): Labeller {
  const { badFrom = 'fail', formatRanges = true } = settings
  return new Labeller(rows.map(completeRow), formats, { badFrom, formatRanges })
}

export class Labeller {
  /** short hash of the rule set: 8 hex digits */
  readonly rules: string
  /** rows that cannot be used; their flag is always 2 */
  readonly problems: RuleProblem[] = []
  readonly #rules: Rule[] = []
  readonly #badFrom: 3 | 4
  readonly #fields: ReturnType<typeof fieldsByType>
  readonly #bySource: boolean
  readonly #plans = new Map<string, Map<string, Plan>>()
  #planCount = 0

  constructor(rows: PredicateRow[], formats: readonly FormatDefinition[], settings: Required<LabelSettings>) {
    const all = [...(settings.formatRanges ? defaultRows(formats) : []), ...rows].filter((row) => row.enabled)
    for (const row of all) {
      const { rule, problem } = compileRule(row, re2Engine)
      this.#rules.push(rule)
      if (problem) this.problems.push(problem)
    }
    this.#badFrom = settings.badFrom === 'suspect' ? 3 : 4
    this.#fields = fieldsByType(formats)
    this.#bySource = all.some((row) => row.sources.length > 0)
    this.rules = rulesHash({ badFrom: settings.badFrom, rows: all })
  }

  /** Judges one clean event; it is not changed. Never throws, whatever the values are. */
  label(event: FieldlogEvent): LabelResult {
    const plan = this.#planFor(event.type ?? '', this.#bySource ? event.source : '')
    const flags: Record<string, Flag> = { ...plan.start }
    const reasons: string[] = []
    let bad = false
    for (const rule of plan.rules) {
      const flag = rule.judge(event)
      if (plan.sharedNames) weigh(flags, rule.name, flag)
      else if (flag !== 1) flags[rule.name] = flag
      if (flag === 3 || flag === 4) {
        reasons.push(rule.reason(event))
        if (flag >= this.#badFrom) bad = true
      }
    }
    return { verdict: bad ? 'bad' : 'good', reasons, flags, rules: this.rules }
  }

  #planFor(type: string, source: string): Plan {
    const known = this.#plans.get(type)?.get(source)
    if (known) return known
    if (this.#planCount >= mostPlans) {
      this.#plans.clear()
      this.#planCount = 0
    }
    const plan = this.#makePlan(type, source)
    const sources = this.#plans.get(type) ?? new Map<string, Plan>()
    this.#plans.set(type, sources.set(source, plan))
    this.#planCount++
    return plan
  }

  #makePlan(type: string, source: string): Plan {
    const rules = this.#rules.filter(({ row }) => this.#concerns(row, type, source))
    const names = new Set(rules.map((rule) => rule.name))
    const sharedNames = names.size < rules.length
    const start = sharedNames ? {} : Object.fromEntries([...names].map((name) => [name, 1 as Flag]))
    return { rules, start, sharedNames }
  }

  #concerns(row: PredicateRow, type: string, source: string): boolean {
    if (row.sources.length > 0 && !row.sources.includes(source)) return false
    if (row.types.length > 0) return row.types.includes(type)
    return this.#fields.get(type)?.has(row.field) ?? true
  }
}

function weigh(flags: Record<string, Flag>, name: string, flag: Flag): void {
  const other = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (other === undefined || gravity[flag] > gravity[other]) flags[name] = flag
}

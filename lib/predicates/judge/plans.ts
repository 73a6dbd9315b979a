// Works out once which rules concern the events of a type and source.
import type { FieldlogEvent, Flag } from '../../event.ts'
import type { FormatDefinition } from '../../formats/model/definition.ts'
import { freeNames } from '../../formats/steps/expression.ts'
import { expressionOperator } from '../model/compound.ts'
import { fieldsByType } from '../model/defaults.ts'
import { type Condition, leavesOf, type PredicateRow, plain } from '../model/row.ts'
import type { Rule } from './rule.ts'

/** Types and sources come from outside: past this many the plans are made anew, so that memory is bounded. */
const mostPlans = 1000

export interface Plan {
  rules: Rule[]
  /** the rules' places in the rule set, where their memories stand */
  places: number[]
  /** every rule's flag as 1: most events are good, and copying an object is faster than building it */
  start: Record<string, Flag>
  /** some rules share a name: their flags must be weighed, from none on */
  sharedNames: boolean
  /** a rule remembers something */
  remembers: boolean
  /** a rule may wait for the next event */
  waits: boolean
}

export class Plans {
  readonly #rules: readonly Rule[]
  readonly #fields: ReturnType<typeof fieldsByType>
  readonly #bySource: boolean
  readonly #plans = new Map<string, Map<string, Plan>>()
  #count = 0

  constructor(rules: readonly Rule[], formats: readonly FormatDefinition[]) {
    this.#rules = rules
    this.#fields = fieldsByType(formats)
    this.#bySource = rules.some(({ row }) => row.sources.length > 0)
  }

  for(event: FieldlogEvent): Plan {
    const type = event.type ?? ''
    const source = this.#bySource ? event.source : ''
    const known = this.#plans.get(type)?.get(source)
    if (known) return known
    if (this.#count >= mostPlans) {
      this.#plans.clear()
      this.#count = 0
    }
    const plan = this.#make(type, source)
    const sources = this.#plans.get(type) ?? new Map<string, Plan>()
    this.#plans.set(type, sources.set(source, plan))
    this.#count++
    return plan
  }

  #make(type: string, source: string): Plan {
    const places: number[] = []
    this.#rules.forEach(({ row }, place) => {
      if (this.#concerns(row, type, source)) places.push(place)
    })
    const rules = places.map((place) => this.#rules[place] as Rule)
    const names = new Set(rules.map((rule) => rule.name))
    const sharedNames = names.size < rules.length
    return {
      rules,
      places,
      start: sharedNames ? {} : Object.fromEntries([...names].map((name) => [name, 1 as Flag])),
      sharedNames,
      remembers: rules.some((rule) => rule.start !== undefined),
      waits: rules.some((rule) => rule.limit > 0),
    }
  }

  #concerns(row: PredicateRow, type: string, source: string): boolean {
    if (row.sources.length > 0 && !row.sources.includes(source)) return false
    if (row.types.length > 0) return row.types.includes(type)
    const fields = this.#fields.get(type)
    return fields === undefined || leavesOf(row).some((leaf) => concernsFields(leaf, fields))
  }
}

/** A row for all types is for those that declare its field; an expression's, all of them; a group's, one at least. */
function concernsFields(
  { operator, values = [], field = '' }: Partial<Condition>,
  fields: ReadonlyMap<string, unknown>,
): boolean {
  if (operator === expressionOperator) {
    return freeNames(plain(values[0])).every((name) => fields.has(name))
  }
  return field === '' || fields.has(field)
}

import type { FieldlogEvent, Flag } from '../../event.ts'
import type { Plan } from './plans.ts'
import type { LabelResult } from './result.ts'

/** Most drafts need none: an array for each would cost more than the judging. */
const none: never[] = []

/** An event on its way to a verdict. */
export class Draft {
  readonly event: FieldlogEvent
  /** undefined as long as a rule waits */
  result: LabelResult | undefined
  /** whoever gave the event may keep something with it */
  readonly tag: unknown
  plan: Plan | undefined
  /** by the rules' order in the plan; 0: that rule waits */
  flags: Array<Flag | 0> = none
  /** undefined: none yet */
  reasons: Array<string | undefined> | undefined
  /** how many rules wait */
  waiting = 0
  /** names of the rules whose flag may be another with all that was logged before; undefined: none */
  unsure: string[] | undefined

  constructor(event: FieldlogEvent, tag?: unknown) {
    this.event = event
    this.tag = tag
  }

  /** As if it had not been judged yet. */
  reset(): void {
    this.result = undefined
    this.plan = undefined
    this.flags = none
    this.reasons = undefined
    this.waiting = 0
    this.unsure = undefined
  }
}

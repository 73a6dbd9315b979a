import type { FieldlogEvent, Flag } from '../event.ts'
import type { Plan } from './plans.ts'
import type { LabelResult } from './result.ts'

/** An event on its way to a verdict. */
export class Draft {
  readonly event: FieldlogEvent
  /** undefined as long as a rule waits */
  result: LabelResult | undefined
  /** whoever gave the event may keep something with it */
  readonly tag: unknown
  plan: Plan | undefined
  /** by the rules' order in the plan; 0: that rule waits */
  readonly flags: Array<Flag | 0> = []
  readonly reasons: Array<string | undefined> = []
  /** how many rules wait */
  waiting = 0

  constructor(event: FieldlogEvent, tag?: unknown) {
    this.event = event
    this.tag = tag
  }
}

import type { Flag } from '../../event.ts'

export interface LabelResult {
  verdict: 'good' | 'bad'
  /** one for each predicate that was broken, in the order of the rules: `<predicate>: <field>: <text>` */
  reasons: string[]
  /** predicate name to QARTOD flag; the worst one where predicates share a name */
  flags: Record<string, Flag>
  /** short hash of the rule set */
  rules: string
  /**
   * what may be another with all that was logged before: names of rules; `repeats` where the event itself, or one
   * before it, may be a repeat that the format leaves out; `values` where it has values that depend on earlier events.
   * Absent: all is certain
   */
  unsure?: string[]
}

/** How grave a flag is among those of one name: 4 > 3 > 1 > 2 > 9. */
const gravity: Record<Flag, number> = { 4: 5, 3: 4, 1: 3, 2: 2, 9: 1 }

/** Sets a name's flag where there is none yet, or a less grave one. */
export function weigh(flags: Record<string, Flag>, name: string, flag: Flag): void {
  const other = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (other === undefined || gravity[flag] > gravity[other]) flags[name] = flag
}

// A row made ready to judge. A rule answers with a QARTOD flag; what it needs to remember between events, if
// anything, it keeps to itself.
import type { FieldlogEvent, Flag } from '../event.ts'
import { rowProblems } from './check.ts'
import { isMissing, operators, type RegexEngine } from './operators.ts'
import { nameOf, type PredicateRow } from './row.ts'
import { show } from './text.ts'

export interface Rule {
  name: string
  row: PredicateRow
  /** The flag for this event: 1 kept, 3 or 4 broken, 9 no value, 2 not evaluated. Never throws. */
  judge(event: FieldlogEvent): Flag
  /** why the event broke it, as it stands in `event.reasons` */
  reason(event: FieldlogEvent): string
}

/** A row that cannot be used, and why. */
export interface RuleProblem {
  name: string
  text: string
}

/**
 * The row's rule. A row that is wrong gives a rule that is never evaluated (flag 2), and the problem: one
 * mistake in the rules must not stop the readings.
 */
export function compileRule(row: PredicateRow, regex: RegexEngine): { rule: Rule; problem?: RuleProblem } {
  const name = nameOf(row)
  const [problem] = rowProblems(row, regex)
  if (problem) {
    const rule: Rule = { name, row, judge: () => 2, reason: () => '' }
    return { rule, problem: { name, text: `${problem.at}: ${problem.text}` } }
  }
  return { rule: operatorRule(name, row, regex) }
}

/** A rule that needs nothing but the value: the operator's test on one field. */
function operatorRule(name: string, row: PredicateRow, regex: RegexEngine): Rule {
  const operator = operators[row.operator]
  const test = operator.compile(row.values, { ignoreCase: row.ignoreCase === true, regex })
  const broken: Flag = row.severity === 'fail' ? 4 : 3
  const absent: Flag = row.missing === 'skip' ? 9 : row.missing === 'keep' ? 1 : broken
  const seesMissing = operator.seesMissing === true
  const { field } = row
  return {
    name,
    row,
    judge(event) {
      const value = fieldValue(event, field)
      if (!seesMissing && isMissing(value)) return absent
      return test(value) ? 1 : broken
    },
    reason: (event) =>
      `${name}: ${field}: found ${show(fieldValue(event, field))}, expected ${operator.expected(row.values)}`,
  }
}

/** The event's own value, never one inherited from Object (a field may be called `constructor`). */
function fieldValue(event: FieldlogEvent, field: string): unknown {
  const { data } = event
  return data !== undefined && Object.hasOwn(data, field) ? data[field] : undefined
}

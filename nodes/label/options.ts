import { rowProblems } from '../../lib/predicates/check/check.ts'
import type { RegexEngine } from '../../lib/predicates/model/operators.ts'
import { completeRow, nameOf, type PredicateRow, type Severity } from '../../lib/predicates/model/row.ts'

/** The properties of a `fieldlog-label` node. */
export interface LabelOptions {
  /** shown under the node; default empty */
  name: string
  /** the rules, in the order of `event.reasons`; default none */
  predicates: Array<Partial<PredicateRow>>
  /** min, max and allowed values of the formats are rules as well; default true */
  formatRanges: boolean
  /** the least severity that makes an event bad; default `fail`: a suspect one is good with flag 3 */
  badFrom: Severity
}

export const labelDefaults: LabelOptions = { name: '', predicates: [], formatRanges: true, badFrom: 'fail' }

/** What is wrong with the rows that are switched on, in one line for the editor; undefined when all are right. */
export function predicatesProblem(predicates: unknown, regex: RegexEngine): string | undefined {
  if (!Array.isArray(predicates)) return 'the rules are not a list'
  const lines = predicates.map(completeRow).flatMap((row, index) => {
    const [problem] = row.enabled ? rowProblems(row, regex) : []
    return problem ? [`rule ${index + 1} (${nameOf(row)}): ${problem.text}`] : []
  })
  return lines.length > 0 ? lines.join('; ') : undefined
}

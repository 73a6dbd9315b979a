import { choice, flag, text } from '../../lib/options/fields.ts'
import { defaultsOf, type Saved } from '../../lib/options/options.ts'
import { rowProblems } from '../../lib/predicates/check/check.ts'
import { re2Engine } from '../../lib/predicates/criteria/regex.ts'
import { nameOf } from '../../lib/predicates/model/name.ts'
import { completeRow, type PredicateRow, type Severity } from '../../lib/predicates/model/row.ts'

/** Those options of a `fieldlog-label` node that have one value each. */
export const labelOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  formatRanges: flag({
    title: 'rules of the formats',
    description: 'Min, max and allowed values of the formats are rules as well.',
    default: true,
  }),
  badFrom: choice<Severity>(['fail', 'suspect'], {
    title: 'bad from',
    description: 'What makes an event bad; with fail a suspect one is good with flag 3.',
    default: 'fail',
    env: true,
  }),
}

export interface LabelOptions extends Saved<typeof labelOptions> {
  /** the rules, in the order of `event.reasons`; default none */
  predicates: Array<Partial<PredicateRow>>
}

export const labelDefaults: LabelOptions = { ...defaultsOf(labelOptions), predicates: [] }

/** What is wrong with the rows that are switched on, in one line for the editor; undefined when all are right. */
export function predicatesProblem(predicates: unknown): string | undefined {
  if (!Array.isArray(predicates)) return 'the rules are not a list'
  const lines = predicates.map(completeRow).flatMap((row, index) => {
    const [problem] = row.enabled ? rowProblems(row, re2Engine) : []
    return problem ? [`rule ${index + 1} (${nameOf(row)}): ${problem.text}`] : []
  })
  return lines.length > 0 ? lines.join('; ') : undefined
}

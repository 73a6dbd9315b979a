import { choice, flag, text } from '../../lib/options/fields.ts'
import { defaultsOf, type Saved } from '../../lib/options/options.ts'
import { rowProblems } from '../../lib/predicates/check/check.ts'
import { re2Engine } from '../../lib/predicates/criteria/regex.ts'
import { nameOf } from '../../lib/predicates/model/name.ts'
import { completeRow, type PredicateRow, type Severity } from '../../lib/predicates/model/row.ts'
import { ruleSentence } from '../../lib/predicates/model/sentences.ts'
import type { Sentence } from '../../lib/words/sentence.ts'

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

/** What is wrong with the rows that are switched on, a sentence for each of them; none when all are right. */
export function predicatesProblems(predicates: unknown): Sentence[] {
  if (!Array.isArray(predicates)) return [ruleSentence('noList')]
  return predicates.map(completeRow).flatMap((row, index) => {
    const [problem] = row.enabled ? rowProblems(row, re2Engine) : []
    return problem ? [ruleSentence('inRule', { place: index + 1, name: nameOf(row), problem })] : []
  })
}

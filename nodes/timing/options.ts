import { flag, number, text } from '../../lib/options/fields.ts'
import { defaultsOf, type Saved } from '../../lib/options/options.ts'
import { type CategoryRow, defaultRows } from '../../lib/timing/words.ts'

/** Those options of a `fieldlog-timing` node that have one value each. */
export const timingOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  hold: number({
    title: 'wait for earlier ones',
    description: 'For so long an event waits for those of its sender that happened before it.',
    unit: 'seconds',
    min: 0,
    max: 5,
    default: 2,
    env: true,
  }),
  bySubject: flag({
    title: 'statistics by subject',
    description: 'The statistics tell the subjects of a category apart.',
    default: true,
  }),
}

export interface TimingOptions extends Saved<typeof timingOptions> {
  /** which steps begin and end spans; of two rows for one category the first one holds */
  categories: CategoryRow[]
}

export const timingDefaults: TimingOptions = { ...defaultsOf(timingOptions), categories: defaultRows }

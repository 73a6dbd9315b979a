import type { Match } from '../../lib/formats/compile.ts'
import { choice, text } from '../../lib/options/fields.ts'
import { defaultsOf, type Saved } from '../../lib/options/options.ts'

/** Those options of a `fieldlog-clean` node that have one value each. */
export const cleanOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  match: choice<Match>(['first', 'best'], {
    title: 'match',
    description: 'Which of several formats that take a line decodes it.',
    default: 'first',
    env: true,
  }),
}

export interface CleanOptions extends Saved<typeof cleanOptions> {
  /** ids of the `fieldlog-format` nodes to try, in order; default none: all formats of the flows, in theirs */
  formats: string[]
}

export const cleanDefaults: CleanOptions = { ...defaultsOf(cleanOptions), formats: [] }

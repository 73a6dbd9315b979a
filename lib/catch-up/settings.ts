// How catching up is set: each setting once, for the runtime and the editor's panel alike.
import { flag, wholeNumber } from '../options/fields.ts'
import type { Settings } from '../options/options.ts'

export const catchUpFields = {
  catchUpGap: wholeNumber({
    title: 'ask after a gap of',
    description: 'Shorter pauses in the lines are not asked about.',
    unit: 's',
    min: 1,
    max: 86_400,
    default: 60,
  }),
  catchUpDays: wholeNumber({
    title: 'ask for at most',
    description: 'What is older is not asked for.',
    unit: 'days',
    min: 1,
    max: 100,
    default: 7,
  }),
  catchUpFirst: flag({
    title: 'ask at the first time, too',
    description: 'Of a collector whose lines are not in the journal yet: all that it has.',
    default: true,
  }),
}

export type CatchUpOptions = Settings<typeof catchUpFields>

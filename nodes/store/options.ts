import { text, wholeNumber } from '../../lib/options/fields.ts'
import type { Saved } from '../../lib/options/options.ts'

const days = (title: string, description: string, preset: number) =>
  wholeNumber({
    title,
    description,
    unit: 'days',
    min: 0,
    max: 36_500,
    default: preset,
    env: true,
  })

/** The options of a `fieldlog-store` node. */
export const storeOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  file: text({
    title: 'file',
    description:
      'Of the database; in the user directory where it is relative. Empty: `store/fieldlog.sqlite` beside the journal.',
    env: true,
  }),
  keepRaw: days('keep readings', 'How long single readings are kept.', 400),
  keepMinutes: days(
    'keep minutes',
    'How long the aggregates of a minute are kept; never shorter than readings.',
    400,
  ),
  keepQuarters: days(
    'keep quarters',
    'How long the aggregates of 15 minutes are kept; never shorter than those of a minute.',
    1_827,
  ),
  keepSize: wholeNumber({
    title: 'keep at most',
    description:
      'How large the file may become: the oldest days of readings go first, then those of minutes and of 15 minutes.',
    unit: 'MB',
    min: 0,
    max: 10_000_000,
    default: 0,
    env: true,
  }),
}

export type StoreOptions = Saved<typeof storeOptions>

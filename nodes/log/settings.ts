// The options of a log node, for runtime and panel alike.
import { configNode, number, text, wholeNumber } from '../../lib/options/fields.ts'
import { readOptionsOrDefaults, type Saved } from '../../lib/options/options.ts'

/** How the flow behind a log node is followed. */
const limitFields = {
  window: wholeNumber({
    title: 'window',
    description: 'Events under way in the flow at most.',
    unit: 'events',
    min: 1,
    max: 10_000,
    default: 1000,
    env: true,
  }),
  quietTime: number({
    title: 'quiet time',
    description: 'An event is complete after this time without any activity.',
    unit: 'seconds',
    min: 0.05,
    max: 60,
    default: 1,
    env: true,
  }),
  timeLimit: number({
    title: 'time limit',
    description: 'An event that a node still holds after this time is noted as incomplete.',
    unit: 'seconds',
    min: 1,
    max: 86_400,
    default: 300,
    env: true,
  }),
}

/** The options of a `fieldlog-log` node. */
export const logOptions = {
  name: text({ title: 'name', description: 'Shown under the node; the source of messages that name none.' }),
  journal: configNode('fieldlog-journal', { title: 'journal' }),
  ...limitFields,
}

export type LogNodeOptions = Saved<typeof logOptions>

/** The limits, checked; a wrong one is reported, and its default used: the readings must be logged all the same. */
export function deliveryLimits(saved: Partial<LogNodeOptions>, report: (problem: string) => void) {
  return readOptionsOrDefaults(limitFields, saved, report)
}

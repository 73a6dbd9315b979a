import { configNode, text } from '../../lib/options/fields.ts'
import type { Saved } from '../../lib/options/options.ts'

/** The options of a `fieldlog-events-in` node. */
export const eventsInOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  events: configNode('fieldlog-events', { title: 'events', description: 'Where events come in.' }),
}

export type EventsInOptions = Saved<typeof eventsInOptions>

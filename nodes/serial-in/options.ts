import { configNode, text } from '../../lib/options/fields.ts'
import type { Saved } from '../../lib/options/options.ts'

/** The options of a `fieldlog-serial-in` node. */
export const serialInOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  port: configNode('fieldlog-port', { title: 'port', description: 'The port to read from.' }),
}

export type SerialInOptions = Saved<typeof serialInOptions>

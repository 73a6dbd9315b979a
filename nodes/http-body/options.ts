// The options of an http body node, for runtime and panel alike.
import { choice, configNode, number, optional, text, wholeNumber } from '../../lib/options/fields.ts'
import type { Saved } from '../../lib/options/options.ts'

/** What becomes of the events of a request. */
export type Action = 'store' | 'parse'

/** The options of a `fieldlog-http-body` node; its token is in the credentials. */
export const httpBodyOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  action: choice<Action>(['store', 'parse'], {
    title: 'action',
    description: 'Whether events go to the log node, or the answer says what the format makes of them.',
    default: 'store',
  }),
  format: optional(
    configNode('fieldlog-format', {
      title: 'format',
      description: 'An event that it does not take is refused; empty: the energy sensor of the library.',
    }),
  ),
  source: text({
    title: 'source',
    description: 'Where the events come from, as the journal names it.',
    default: 'http',
    env: true,
  }),
  untyped: choice(['refuse', 'text'], {
    title: 'without Content-Type',
    description: 'What a body is that does not say what it is.',
    default: 'refuse',
    env: true,
  }),
  bodyLimit: wholeNumber({
    title: 'body limit',
    description: 'Length of a body at most, unpacked.',
    unit: 'KiB',
    min: 1,
    max: 16_384,
    default: 1024,
    env: true,
  }),
  bodyTime: number({
    title: 'body time',
    description: 'A body must be there after this time.',
    unit: 'seconds',
    min: 0.1,
    max: 300,
    default: 10,
    env: true,
  }),
  batchLimit: wholeNumber({
    title: 'batch limit',
    description: 'Events of one request at most.',
    unit: 'events',
    min: 1,
    max: 10_000,
    default: 1000,
    env: true,
  }),
}

export type HttpBodyOptions = Saved<typeof httpBodyOptions>

import { choice, text } from '../../lib/options/fields.ts'
import type { Saved } from '../../lib/options/options.ts'

/** What can be asked; the same as the paths of the HTTP interface. */
export const questions = ['values', 'latest', 'series', 'statistics', 'rejects', 'spans'] as const

export type QuestionName = (typeof questions)[number]

/** The options of a `fieldlog-query` node. A message may give each of them but name and store anew. */
export const queryOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  store: text({
    title: 'store',
    description: 'The id of the store node; empty: the first one of the flows.',
  }),
  question: choice(questions, { title: 'question', description: 'What is asked.', default: 'values' }),
  series: text({ title: 'series', description: 'A series, by <type>/<name> or by its id.' }),
  field: text({ title: 'field', description: 'The name of a field.' }),
  from: text({
    title: 'from',
    description: 'Where the range begins: relative to now, ISO 8601, or ms since 1970.',
    default: '-24h',
  }),
  to: text({ title: 'to', description: 'Where the range ends.', default: 'now' }),
}

export type QueryOptions = Saved<typeof queryOptions>

import { fieldNames, fieldsProblem } from '../../lib/cluster/fields.ts'
import type { Method } from '../../lib/cluster/find/run.ts'
import type { Scaling } from '../../lib/cluster/find/scaling.ts'
import { type ClusterSettings, mostPoints } from '../../lib/cluster/settings.ts'
import { choice, number, optional, text, wholeNumber } from '../../lib/options/fields.ts'
import type { Saved, Settings } from '../../lib/options/options.ts'

/** The options of a `fieldlog-cluster` node. */
export const clusterOptions = {
  name: text({ title: 'name', description: 'Shown under the node.' }),
  fields: text({
    title: 'fields',
    description: 'Names of 2 to 16 numbers of the data, with commas between them.',
    problem: fieldsProblem,
    env: true,
  }),
  eventType: text({
    title: 'event type',
    description: 'Only events of this type are clustered; empty: of all types.',
    env: true,
  }),
  method: choice<Method>(['meanshift', 'kmeans'], { title: 'method', default: 'meanshift', env: true }),
  bandwidth: optional(
    number({
      title: 'bandwidth',
      description: 'Of mean shift, in the unit of the scaled values; empty: estimated from the points.',
      min: 1e-9,
      max: 1e12,
      env: true,
    }),
  ),
  clusters: optional(
    wholeNumber({
      title: 'number of clusters',
      description: 'Of k-means; empty: of 2 to 8 the number that fits best.',
      min: 1,
      max: 64,
      env: true,
    }),
  ),
  scaling: choice<Scaling>(['none', 'zscore', 'minmax'], { title: 'scaling', default: 'none', env: true }),
  keep: choice(['last', 'all'], {
    title: 'events',
    description: `Which events are clustered; all: the last ${mostPoints}.`,
    default: 'last',
    env: true,
  }),
  last: wholeNumber({
    title: 'number of events',
    unit: 'events',
    min: 10,
    max: mostPoints,
    default: 5_000,
    env: true,
  }),
  every: wholeNumber({
    title: 'run at each',
    description: 'A run at each so many events; 0: not by their number.',
    unit: 'events',
    min: 0,
    max: 1_000_000,
    default: 1_000,
    env: true,
  }),
  minutes: number({
    title: 'and every',
    description: 'A run at each so many minutes in which there was something new; 0: not by time.',
    unit: 'minutes',
    min: 0,
    max: 10_080,
    default: 0,
    env: true,
  }),
}

export type ClusterOptions = Saved<typeof clusterOptions>

/** The settings of the clustering itself; undefined where there are no fields. */
export function clusterSettings(settings: Settings<typeof clusterOptions>): ClusterSettings | undefined {
  const fields = fieldNames(settings.fields)
  if (fields.length === 0) return undefined
  const { eventType, method, scaling, bandwidth, clusters, keep, last, every, minutes } = settings
  const limit = keep === 'all' ? mostPoints : last
  return { fields, eventType, method, scaling, bandwidth, k: clusters, last: limit, every, minutes }
}

// What a run is told as: plain JSON, with the names and units of the fields.
import type { TableSummary } from '../statistics/table.ts'
import type { FoundCluster, Method } from './find/run.ts'
import type { Scaling } from './find/scaling.ts'

/** One cluster; beside these keys `avg_<field>_<unit>` for each field, the mean of its events. */
export interface ClusterRow {
  /** −1: the events that are farther than the bandwidth from every centre */
  label: number
  count: number
  /** the label of the cluster of the run before that it continues, which is its own; null of a new one */
  previous: number | null
  [average: `avg_${string}`]: number
}

export interface ClusterSummary {
  /** −1 first where there is any, then by label */
  clusters: ClusterRow[]
  /** 1, 2, 3 … over restarts */
  run: number
  /** when the run ended, ms since 1970 UTC */
  time: number
  /** how long it took */
  ms: number
  fields: string[]
  method: Method
  scaling: Scaling
  /** of mean shift, in the unit of the scaled values; null of k-means */
  bandwidth: number | null
  /** fields with one value throughout, left out by the scaling */
  constant: string[]
  /** how many events were clustered */
  points: number
  /** since the start: events that lack a number in one of the fields */
  leftOut: number
  /** of all events that were not bad, by type and field */
  statistics: TableSummary['types']
}

/** What an answer to the energy sensors' clients names each average: `avg_power_active_w`. */
export function averageName(field: string, unit: string): `avg_${string}` {
  const short = unit.toLowerCase().replace(/[^a-z0-9]/g, '')
  return short === '' ? `avg_${field}` : `avg_${field}_${short}`
}

/** @param units by field; a field without one is not in it */
export function clusterRow(
  { label, count, previous, averages }: FoundCluster,
  fields: readonly string[],
  units: ReadonlyMap<string, string>,
): ClusterRow {
  const named = fields.map((field, j) => [averageName(field, units.get(field) ?? ''), averages[j]])
  return { label, count, previous, ...Object.fromEntries(named) }
}

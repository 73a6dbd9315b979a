// The clusters of a node as the pages are told (docs/history.md, "The interface").
import { rowOf } from '../cluster/find/points.ts'
import type { LiveClustering } from '../cluster/live-clustering.ts'
import { averageName, type ClusterRow } from '../cluster/summary.ts'

export interface ClustersAnswer {
  /** of the node */
  id: string
  name: string
  fields: string[]
  /** 1, 2, 3 …; 0 before the first one */
  run: number
  /** when the run ended, ms since 1970; null before the first one */
  time: number | null
  groups: Array<{ label: number; count: number; centre: Record<string, number> }>
  /** some of the points of the last run: the first two fields, and the label of the group */
  points: Array<[x: number, y: number, label: number]>
}

export function clustersAnswer(id: string, name: string, clustering: LiveClustering): ClustersAnswer {
  const { settings, units, summary, sample } = clustering
  const { fields } = settings
  return {
    id,
    name,
    fields,
    run: summary?.run ?? 0,
    time: summary?.time ?? null,
    groups: (summary?.clusters ?? []).map((row) => ({
      label: row.label,
      count: row.count,
      centre: centreOf(row, fields, units),
    })),
    points: sample
      ? Array.from(sample.labels, (label, index): [number, number, number] => {
          const [x = 0, y = 0] = rowOf(sample.points, index)
          return [x, y, label]
        })
      : [],
  }
}

/** Without the fields whose unit is another one since. */
function centreOf(
  row: ClusterRow,
  fields: readonly string[],
  units: ReadonlyMap<string, string>,
): Record<string, number> {
  const values = fields.map((field) => [field, row[averageName(field, units.get(field) ?? '')]])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

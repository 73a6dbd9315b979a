// What the panel of a cluster node is told.
import { rowOf } from './find/points.ts'
import type { LiveClustering } from './live-clustering.ts'
import type { ClusterSummary } from './summary.ts'

export interface ClusterReport {
  fields: Array<{ name: string; unit: string }>
  /** events that the next run would have */
  points: number
  /** a run starts at each so many events; 0: not by their number */
  every: number
  isRunning: boolean
  /** of the last run; null before the first one */
  summary: ClusterSummary | null
  /** 2,000 points of the last run at most; null before the first one of this process */
  sample: { points: number[][]; labels: number[] } | null
}

export function clusterReport(clustering: LiveClustering): ClusterReport {
  const { settings, units, points, isRunning, summary, sample } = clustering
  return {
    fields: settings.fields.map((name) => ({ name, unit: units.get(name) ?? '' })),
    points,
    every: settings.every,
    isRunning,
    summary: summary ?? null,
    sample: sample
      ? {
          points: Array.from({ length: sample.points.count }, (_, i) => rowOf(sample.points, i)),
          labels: Array.from(sample.labels),
        }
      : null,
  }
}

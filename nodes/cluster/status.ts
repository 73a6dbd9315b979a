// What stands under a cluster node.
import type { NodeStatus } from 'node-red'
import type { LiveClustering } from '../../lib/cluster/live-clustering.ts'

type Shown = Pick<LiveClustering, 'points' | 'isRunning' | 'summary'>

/**
 * @param clustering undefined where no fields are given
 * @param problem of the last run, or of the file
 */
export function clusterStatus(clustering: Shown | undefined, problem: string | undefined): NodeStatus {
  if (!clustering) return { fill: 'yellow', shape: 'ring', text: 'no fields' }
  const { summary, points, isRunning } = clustering
  const found = summary?.clusters.filter(({ label }) => label >= 0).length ?? 0
  const run = summary ? `clusters ${found} · run ${summary.run} · ` : 'no run yet · '
  const text = `${run}events ${points}${isRunning ? ' · running' : ''}`
  if (problem !== undefined) return { fill: 'yellow', shape: 'ring', text: `${text} · ${problem}` }
  return summary ? { fill: 'green', shape: 'dot', text } : { fill: 'grey', shape: 'ring', text }
}

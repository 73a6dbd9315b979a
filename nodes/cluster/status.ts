// What stands under a cluster node.
import type { NodeStatus } from 'node-red'
import type { LiveClustering } from '../../lib/cluster/live-clustering.ts'
import { joined, type Words } from '../../lib/words/words.ts'

type Shown = Pick<LiveClustering, 'points' | 'isRunning' | 'summary'>

/**
 * @param clustering undefined where no fields are given
 * @param problem of the last run, or of the file
 */
export function clusterStatus(
  clustering: Shown | undefined,
  problem: string | undefined,
  words: Words,
): NodeStatus {
  if (!clustering) return { fill: 'yellow', shape: 'ring', text: words('noFields') }
  const { summary, points, isRunning } = clustering
  const found = summary?.clusters.filter(({ label }) => label >= 0).length ?? 0
  const text = joined(
    summary ? words('clusters', { count: found, run: summary.run }) : words('noRun'),
    words('events', { count: points }),
    isRunning && words('running'),
  )
  if (problem !== undefined) return { fill: 'yellow', shape: 'ring', text: joined(text, problem) }
  return summary ? { fill: 'green', shape: 'dot', text } : { fill: 'grey', shape: 'ring', text }
}

// Keeps what cluster nodes have learnt through a deploy, and lets the panel's endpoint find it.
import { createHash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { NodeAPI } from 'node-red'
import { LiveClustering } from '../../lib/cluster/live-clustering.ts'
import type { ClusterSettings } from '../../lib/cluster/settings.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { idleClock } from '../../lib/kit/clock.ts'

/** by runtime, then by node */
const runtimes = new WeakMap<EventEmitter, Map<string, LiveClustering>>()

/** The node's clustering with these settings: the one it had, or a new one. */
export function clusteringFor(RED: NodeAPI, id: string, settings: ClusterSettings): LiveClustering {
  const all = runtimes.get(RED.events) ?? new Map<string, LiveClustering>()
  runtimes.set(RED.events, all)
  const known = all.get(id)
  if (known) {
    known.configure(settings)
    return known
  }
  const made = new LiveClustering(settings, { disk: systemDisk, path: pathOf(RED, id), clock: idleClock })
  all.set(id, made)
  return made
}

/** The clustering of a node; undefined where it has none. */
export function clusteringOf(RED: NodeAPI, id: string): LiveClustering | undefined {
  return runtimes.get(RED.events)?.get(id)
}

/** All of the flows, by the id of their node. */
export function clusterings(RED: NodeAPI): Array<[string, LiveClustering]> {
  return [...(runtimes.get(RED.events) ?? [])].filter(([id]) => RED.nodes.getNode(id))
}

/** The node is gone for good. Its file stays: an undo brings the node back. */
export function forgetClustering(RED: NodeAPI, id: string): void {
  runtimes.get(RED.events)?.delete(id)
}

/** `<userDir>/fieldlog-cluster/<node id>`; ids that a user has written may hold anything. */
function pathOf(RED: NodeAPI, id: string): string {
  const name = /^[\w-]{1,100}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 16)
  return join(RED.settings.userDir ?? process.cwd(), 'fieldlog-cluster', name)
}

import type { EventEmitter } from 'node:events'
import type { Node, NodeAPI } from 'node-red'
import type { LogService, LogServiceListener } from '../../lib/delivery/log-service.ts'
import { FlowTracker, type HookApi } from '../../lib/delivery/track/tracker.ts'

/** A deployed `fieldlog-journal`. */
export interface JournalNode extends Node {
  /** undefined where its settings are wrong */
  service: LogService | undefined
  /** where its files are; undefined where its settings are wrong */
  directory?: string
  /** seconds after which a reading is durable at the latest */
  flushInterval?: number | undefined
  /** the log node that uses it: there is one at most */
  user: Node | undefined
  /** told what the service tells, by the log node that uses it */
  listener: LogServiceListener | undefined
}

/** A deployed `fieldlog-log`. */
export interface LogNode extends Node {
  /** seconds after which an event that a node still holds is noted as incomplete */
  timeLimit?: number
  /** events under way at most */
  window?: number
}

const trackers = new Map<EventEmitter, { tracker: FlowTracker; users: number }>()

/** The runtime's one tracker; it listens to the hooks as long as a journal uses it. */
export function takeTracker(RED: NodeAPI): FlowTracker {
  let shared = trackers.get(RED.events)
  if (!shared) {
    shared = { tracker: new FlowTracker(hooksOf(RED)), users: 0 }
    shared.tracker.start()
    trackers.set(RED.events, shared)
  }
  shared.users++
  return shared.tracker
}

/** The runtime's tracker while a journal uses it. */
export function trackerOf(RED: NodeAPI): FlowTracker | undefined {
  return trackers.get(RED.events)?.tracker
}

/** Gives the tracker back. */
export function releaseTracker(RED: NodeAPI): void {
  const shared = trackers.get(RED.events)
  if (!shared) return
  shared.users--
  if (shared.users > 0) return
  shared.tracker.stop()
  trackers.delete(RED.events)
}

/** No hook ever calls: a runtime without them (a test's) completes events after the quiet time alone. */
const noHooks: HookApi = { add() {}, remove() {}, has: () => false }

/** The types of Node-RED's API do not name `hooks`. */
function hooksOf(RED: NodeAPI): HookApi {
  return (RED as NodeAPI & { hooks?: HookApi }).hooks ?? noHooks
}

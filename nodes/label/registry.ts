// Keeps what label nodes remember through a deploy, after which the events that were in flight come again.
import type { EventEmitter } from 'node:events'
import type { Node, NodeAPI } from 'node-red'
import type { EventMessage } from '../../lib/event.ts'
import { LiveLabelling } from '../../lib/labelling/live-labelling.ts'

/** A deployed `fieldlog-label`. */
export interface LabelNode extends Node {
  /** events since the node was made (`since`, ms since 1970), by what the rules said */
  counts?: Readonly<LabelCounts>
}

export interface LabelCounts {
  since: number
  good: number
  bad: number
  /** now */
  held: number
}

/** A message whose `done` is still to be called. */
export interface Delivery {
  msg: EventMessage
  send(messages: Array<EventMessage | null>): void
  done(error?: Error): void
}

export type Labelling = LiveLabelling<Delivery>

export type MakeLabeller = ConstructorParameters<typeof LiveLabelling>[0]

/** by runtime, then by node */
const runtimes = new WeakMap<EventEmitter, Map<string, Known>>()

interface Known {
  labelling: Labelling
  /** of the journal that its seqs are of */
  directory: string | undefined
}

/** The node's labelling: the one it had, where its rules and its journal are the same, else a new one. */
export function labellingFor(
  RED: NodeAPI,
  id: string,
  make: MakeLabeller,
  directory: string | undefined,
): Labelling {
  const known = runtimes.get(RED.events) ?? new Map<string, Known>()
  runtimes.set(RED.events, known)
  const labelling = new LiveLabelling<Delivery>(make, stateName(id))
  const before = known.get(id)
  if (before?.labelling.labeller.remembers && before.directory === directory) {
    if (before.labelling.labeller.rules === labelling.labeller.rules) return before.labelling
  }
  known.set(id, { labelling, directory })
  return labelling
}

/** The node is gone for good. */
export function forgetLabelling(RED: NodeAPI, id: string): void {
  runtimes.get(RED.events)?.delete(id)
}

/** The file in the journal's directory; an id is a name already, but for the `:` of old subflows. */
function stateName(id: string): string {
  return `.label-${id.replace(/[^A-Za-z0-9_-]/g, '_')}`
}

// Keeps what clean nodes remember through a deploy, after which the events that were in flight come again.
import type { EventEmitter } from 'node:events'
import type { NodeAPI } from 'node-red'
import type { EventMessage } from '../../lib/event.ts'
import type { Match } from '../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import type { EventMemory } from '../../lib/formats/model/memory.ts'
import { LiveCleaning } from '../../lib/labelling/live-cleaning.ts'
import type { cleanMessages } from './messages.ts'

/** A message whose `done` is still to be called. */
export interface Delivery {
  msg: EventMessage
  send(messages: ReturnType<typeof cleanMessages>): void
  done(error?: Error): void
}

export type Cleaning = LiveCleaning<Delivery>

/** by runtime, then by node */
const runtimes = new WeakMap<EventEmitter, Map<string, Known>>()

interface Known {
  cleaning: Cleaning
  /** of the journal that its seqs are of */
  directory: string | undefined
}

/** The node's cleaning: the one it had, where its formats and its journal are the same, else a new one. */
export function cleaningFor(
  RED: NodeAPI,
  id: string,
  definitions: readonly FormatDefinition[],
  match: Match,
  directory: string | undefined,
): Cleaning {
  const known = runtimes.get(RED.events) ?? new Map<string, Known>()
  runtimes.set(RED.events, known)
  const cleaning: Cleaning = new LiveCleaning(definitions, match, stateName(id))
  const before = known.get(id)
  if (before && before.directory === directory && before.cleaning.rules === cleaning.rules) {
    return before.cleaning
  }
  known.set(id, { cleaning, directory })
  return cleaning
}

/** What a clean node knows of the last events; undefined where there is no such node. */
export function memoryOf(RED: NodeAPI, id: string): EventMemory | undefined {
  return runtimes.get(RED.events)?.get(id)?.cleaning.memory
}

/** The node is gone for good. */
export function forgetCleaning(RED: NodeAPI, id: string): void {
  runtimes.get(RED.events)?.delete(id)
}

/** The file in the journal's directory; an id is a name already, but for the `:` of old subflows. */
function stateName(id: string): string {
  return `.clean-${id.replace(/[^A-Za-z0-9_-]/g, '_')}`
}

// Keeps what timing nodes know of open spans through a deploy.
import type { EventEmitter } from 'node:events'
import type { NodeAPI } from 'node-red'
import { LiveTiming, type LiveTimingSettings } from '../../lib/timing/live-timing.ts'

interface Known {
  timing: LiveTiming
  /** of the journal that its seqs are of */
  directory: string | undefined
}

/** by runtime, then by node */
const runtimes = new WeakMap<EventEmitter, Map<string, Known>>()

/** The node's timing with these settings: the one it had, where its journal is the same, else a new one. */
export function timingFor(
  RED: NodeAPI,
  id: string,
  settings: LiveTimingSettings,
  directory: string | undefined,
): LiveTiming {
  const all = runtimes.get(RED.events) ?? new Map<string, Known>()
  runtimes.set(RED.events, all)
  const known = all.get(id)
  if (known && known.directory === directory) {
    known.timing.configure(settings)
    return known.timing
  }
  const timing = new LiveTiming(settings, stateName(id))
  all.set(id, { timing, directory })
  return timing
}

/** The node is gone for good. */
export function forgetTiming(RED: NodeAPI, id: string): void {
  runtimes.get(RED.events)?.delete(id)
}

/** The file in the journal's directory; an id is a name already, but for the `:` of old subflows. */
function stateName(id: string): string {
  return `.timing-${id.replace(/[^A-Za-z0-9_-]/g, '_')}`
}

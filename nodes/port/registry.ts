// The ports of the flows, by the id of their config node. They are kept here and not in the node because a port, with
// the lines that were read meanwhile, must survive the moment of a deploy in which the node is replaced.
import type { EventEmitter } from 'node:events'
import type { Node, NodeAPI } from 'node-red'
import { type Clock, systemClock } from '../../lib/kit/clock.ts'
import { LinePort } from '../../lib/serial/line-port.ts'
import { onFlows } from '../shared/flows.ts'

/** A deployed `fieldlog-port`. */
export interface PortNode extends Node {
  port: LinePort
  /** what is wrong with its settings, in words; undefined where they are right */
  problem?: string
  /** what the log calls it; undefined where the settings are wrong */
  source?: string
}

function sharedNameText(source: string, nodes: readonly PortNode[]): string {
  const ports = nodes.map(({ id, name }) => name || id).join(', ')
  return (
    `port: ${nodes.length} ports are called ${source} in the log (${ports}): their lines are one source, so names of devices, ` +
    'rules that look back and series in the store take their devices for the same. Give each port a name of its own in its settings.'
  )
}

export class PortRegistry {
  readonly #clock: Clock
  readonly #ports = new Map<string, LinePort>()
  /** the deployed nodes whose settings are right, by their ids */
  readonly #nodes = new Map<string, PortNode>()
  /** names that were warned of, each with the ports that share it */
  #shared: ReadonlySet<string> = new Set()

  constructor(events: EventEmitter, clock: Clock = systemClock) {
    this.#clock = clock
    onFlows(events, {
      stopping: () => {
        for (const port of this.#ports.values()) port.hold()
      },
      started: () => this.#start(),
    })
  }

  /** The port with this id; a new one is held until the flows have started. */
  port(id: string): LinePort {
    let port = this.#ports.get(id)
    if (!port || port.drained) {
      port = new LinePort(this.#clock)
      this.#ports.set(id, port)
    }
    return port
  }

  /** The node's port is attached: tells whether another one has its name in the log, once the flows have started. */
  deployed(node: PortNode): void {
    this.#nodes.set(node.id, node)
  }

  /** The node is there no more. */
  closed({ id }: PortNode): void {
    this.#nodes.delete(id)
  }

  /** The port that has this place open, as `LineSource.place` names it; undefined where none has. */
  async readerOf(place: string | undefined): Promise<LinePort | undefined> {
    if (place === undefined) return undefined
    for (const port of this.#ports.values()) {
      const opened = port.state.state === 'open' ? await placeOf(port) : undefined
      if (opened === place) return port
    }
    return undefined
  }

  async drain(limit: number): Promise<number> {
    const left = await Promise.all([...this.#ports.values()].map((port) => port.drain(limit)))
    return left.reduce((sum, lines) => sum + lines, 0)
  }

  #start(): void {
    for (const [id, port] of this.#ports) {
      port.release()
      if (!port.attached) this.#ports.delete(id)
    }
    this.#warnOfSharedNames()
  }

  /** Once for each name and its ports: a deploy of something else is no reason to say it again. */
  #warnOfSharedNames(): void {
    const byName = Map.groupBy(this.#nodes.values(), ({ source }) => source ?? '')
    const shared = new Set<string>()
    for (const [name, nodes] of byName) {
      if (nodes.length < 2) continue
      const ids = nodes.map(({ id }) => id).sort()
      const group = JSON.stringify([name, ...ids])
      shared.add(group)
      if (!this.#shared.has(group)) nodes[1]?.warn(sharedNameText(name, nodes))
    }
    this.#shared = shared
  }
}

/** What a port has open; undefined where that cannot be found out, for the device has just gone. */
async function placeOf(port: LinePort): Promise<string | undefined> {
  try {
    return await port.source?.place?.()
  } catch {
    return undefined
  }
}

const registries = new Map<EventEmitter, PortRegistry>()

/** The ports of this runtime. */
export function portRegistry({ events }: NodeAPI): PortRegistry {
  const registry = registries.get(events) ?? new PortRegistry(events)
  registries.set(events, registry)
  return registry
}

/**
 * For the end of the process, before the runtime stops: closes every port, and sends each complete line that had
 * been read into the flow. Resolves a few turns of the event loop after the last one, when it is with the log
 * node; or, in the middle of a deploy, after `limit` ms at the latest. Gives the number of lines left over then.
 */
export async function drain(limit = 3_000): Promise<number> {
  const left = await Promise.all([...registries.values()].map((registry) => registry.drain(limit)))
  return left.reduce((sum, lines) => sum + lines, 0)
}

// The servers of time events of the flows, by the id of their config node. They are kept here and not in the node because their sockets
// must stay open through a deploy, in which the node is replaced.
import type { EventEmitter } from 'node:events'
import type { Node, NodeAPI } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { EventHub } from '../../lib/time-events/event-hub.ts'
import { onFlows } from '../shared/flows.ts'

/** A deployed `fieldlog-events`. */
export interface EventsNode extends Node {
  hub: EventHub
  /** what is wrong with its settings, in words; undefined where they are right */
  problem?: string
}

class HubRegistry {
  readonly #hubs = new Map<string, EventHub>()

  constructor(events: EventEmitter) {
    onFlows(events, {
      stopping: () => {
        for (const hub of this.#hubs.values()) hub.hold()
      },
      started: () => this.#start(),
    })
  }

  /** The hub with this id; a new one is held until the flows have started. */
  hub(id: string): EventHub {
    const hub = this.#hubs.get(id) ?? new EventHub({ clock: systemClock })
    this.#hubs.set(id, hub)
    return hub
  }

  /** Of a node that is gone for good, or of flows that end. */
  async close(id: string): Promise<void> {
    const hub = this.#hubs.get(id)
    this.#hubs.delete(id)
    await hub?.close()
  }

  async end(): Promise<void> {
    await Promise.all([...this.#hubs.keys()].map((id) => this.close(id)))
  }

  #start(): void {
    for (const [id, hub] of this.#hubs) {
      if (hub.isAttached) hub.release()
      else inBackground(this.close(id))
    }
  }
}

const registries = new Map<EventEmitter, HubRegistry>()

/** The hubs of this runtime. */
export function hubRegistry({ events }: NodeAPI): HubRegistry {
  const registry = registries.get(events) ?? new HubRegistry(events)
  registries.set(events, registry)
  return registry
}

/**
 * Closes all of them while the flows still run, so that what waits in a socket is logged, and clients keep the rest. For the
 * end of the process: in a deploy they stay open.
 */
export async function endEvents(): Promise<void> {
  await Promise.all([...registries.values()].map((registry) => registry.end()))
}

// Tells nodes when the flows start and stop. They share two listeners here, because the runtime's emitter warns of a
// leak beyond ten and each node would add one.
import type { EventEmitter } from 'node:events'

/** What Node-RED tells with both events. */
export interface FlowsEvent {
  config: unknown
}

export interface FlowsListener {
  /** a deploy begins, or the end of the process */
  stopping?(event: FlowsEvent): void
  started?(event: FlowsEvent): void
}

const runtimes = new WeakMap<EventEmitter, Set<FlowsListener>>()

/** Tells the listener from now on, each in the order in which they came, until the function returned is called. */
export function onFlows(events: EventEmitter, listener: FlowsListener): () => void {
  const listeners = runtimes.get(events) ?? listen(events)
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function listen(events: EventEmitter): Set<FlowsListener> {
  const listeners = new Set<FlowsListener>()
  runtimes.set(events, listeners)
  events.on('flows:stopping', (event: FlowsEvent) => {
    for (const listener of listeners) listener.stopping?.(event)
  })
  events.on('flows:started', (event: FlowsEvent) => {
    for (const listener of listeners) listener.started?.(event)
  })
  return listeners
}

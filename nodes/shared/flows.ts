// Tells nodes when the flows start and stop. They share two listeners here, because the runtime's emitter warns of a
// leak beyond ten and each node would add one.
import type { EventEmitter } from 'node:events'

/** What Node-RED tells with both events. */
export interface FlowsEvent {
  config: unknown
}

/** … and what can be seen from it. */
export interface FlowsStopping extends FlowsEvent {
  /** new flows come after it: a deploy puts their configuration in place before it stops the old ones, a stop does not */
  isDeploy: boolean
}

export interface FlowsListener {
  /** a deploy begins, or the end of the flows */
  stopping?(event: FlowsStopping): void
  started?(event: FlowsEvent): void
}

const runtimes = new WeakMap<EventEmitter, Set<FlowsListener>>()

/** Tells the listener from now on, each in the order in which they came, until the function returned is called. */
export function onFlows(events: EventEmitter, listener: FlowsListener): () => void {
  const listeners = runtimes.get(events) ?? listen(events)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

function listen(events: EventEmitter): Set<FlowsListener> {
  const listeners = new Set<FlowsListener>()
  runtimes.set(events, listeners)
  let running: unknown
  events.on('flows:stopping', ({ config }: FlowsEvent) => {
    const event = { config, isDeploy: config !== running }
    for (const listener of listeners) listener.stopping?.(event)
  })
  events.on('flows:started', (event: FlowsEvent) => {
    running = event.config
    for (const listener of listeners) listener.started?.(event)
  })
  return listeners
}

// Follows events through a flow of any nodes by Node-RED's messaging hooks, and knows which deliveries are open. How
// the hooks behave is in docs/delivery.md, "When an event is complete".

import type { Link } from '../../kit/linked-list.ts'

/** A running node, as far as it is looked at. `_expectedDoneCount` is 0 where none of its handlers takes `done`. */
export interface FlowNode {
  id: string
  /** of a node in a subflow: its id in the editor */
  _alias?: string
  _expectedDoneCount?: number
}

/** What the hooks hand over (both Node-RED 4.1 and 5.0). */
interface DeliveryEvent {
  msg: object
  destination: { node: FlowNode }
}

interface CompleteEvent {
  msg: object
  node: { node: FlowNode }
  error?: unknown
}

/** The part of `RED.hooks` that is used. */
export interface HookApi {
  add(hook: string, callback: (event: never) => void): void
  remove(hook: string): void
  has(hook: string): boolean
}

/** Node-RED's messaging hooks: those that are set here, and the others. */
const ownHooks = ['preDeliver', 'onReceive', 'postReceive', 'onComplete']
const otherHooks = ['onSend', 'preRoute', 'postDeliver']

/** A message object at a node: delivered, and not completed. */
interface OpenDelivery {
  node: FlowNode
  /** its handler was called */
  received: boolean
  /** its place in the event's list */
  index: number
}

/** One event on its way through the flow. */
export class Tracked {
  readonly id: string
  readonly seq: number
  readonly listener: TrackedListener
  /** a node called done with an error */
  failed = false
  /** it went by Node-RED's messaging, so a node may still send it on after its last delivery was closed */
  strayed = false
  /** deliveries of it are no longer counted */
  ended = false
  /** by the flight's clock, ms */
  sentAt = 0
  /** among all that the flight follows */
  place: Link<Tracked> | undefined
  /** since when it has had no open delivery, ms, and its place among those that have none */
  quietSince = 0
  quietPlace: Link<Tracked> | undefined
  readonly #open: OpenDelivery[] = []

  constructor(id: string, seq: number, listener: TrackedListener) {
    this.id = id
    this.seq = seq
    this.listener = listener
  }

  /** How many deliveries are open now. */
  get open(): number {
    return this.#open.length
  }

  /** Ids of the nodes that hold it. */
  get nodes(): string[] {
    return [...new Set(this.#open.map(({ node }) => node._alias ?? node.id))]
  }

  opened(node: FlowNode, received: boolean): OpenDelivery {
    const delivery = { node, received, index: this.#open.length }
    this.#open.push(delivery)
    if (delivery.index === 0) this.listener.opened(this)
    return delivery
  }

  closed({ index }: OpenDelivery): void {
    const last = this.#open.pop()!
    if (index < this.#open.length) {
      this.#open[index] = last
      last.index = index
    }
    if (this.#open.length === 0) this.listener.closed(this)
  }
}

/** Told when an event has an open delivery again, and when it has none any more. */
export interface TrackedListener {
  opened(event: Tracked): void
  closed(event: Tracked): void
}

/** What is known of one message object. */
interface MessageState {
  event: Tracked
  /** mostly one at a time */
  deliveries: OpenDelivery[]
}

const label = 'fieldlog'

/** One for a runtime: all journals share it. */
export class FlowTracker {
  readonly #hooks: HookApi
  readonly #messages = new WeakMap<object, MessageState>()
  readonly #events = new Map<string, Tracked>()

  constructor(hooks: HookApi) {
    this.#hooks = hooks
  }

  /** Sets the hooks. */
  start(): void {
    this.#hooks.add(`preDeliver.${label}`, (event: DeliveryEvent) => this.#preDeliver(event))
    this.#hooks.add(`onReceive.${label}`, (event: DeliveryEvent) => this.#onReceive(event))
    this.#hooks.add(`postReceive.${label}`, (event: DeliveryEvent) => this.#postReceive(event))
    this.#hooks.add(`onComplete.${label}`, (event: CompleteEvent) => this.#onComplete(event))
  }

  stop(): void {
    this.#hooks.remove(`*.${label}`)
  }

  /** Somebody else has set a messaging hook that is not set here. Costs next to nothing. */
  get hasCompany(): boolean {
    return otherHooks.some((hook) => this.#hooks.has(hook))
  }

  /** Nobody else has set any messaging hook. Takes ours away for the moment of looking. */
  get isAlone(): boolean {
    if (this.hasCompany) return false
    this.stop()
    const isAlone = !ownHooks.some((hook) => this.#hooks.has(hook))
    this.start()
    return isAlone
  }

  /**
   * From now on deliveries of the message with its id, and of what becomes of it, are counted. Call before `send`.
   */
  begin(event: Tracked): void {
    if (event.ended) return
    event.strayed = true
    this.#events.set(event.id, event)
  }

  /** The event is dealt with, or given up. Before it is sent again this must have been called. */
  end(event: Tracked): void {
    event.ended = true
    if (event.strayed && this.#events.get(event.id) === event) this.#events.delete(event.id)
  }

  /** After the clone: the delivery is certain. */
  #preDeliver({ msg, destination }: DeliveryEvent): void {
    const state = this.#stateOf(msg)
    if (!state) return
    state.deliveries.push(state.event.opened(destination.node, false))
  }

  /** `link call` and `catch` hand messages over without preDeliver: those are counted here. */
  #onReceive({ msg, destination }: DeliveryEvent): void {
    const state = this.#stateOf(msg)
    if (!state) return
    const { node } = destination
    for (const delivery of state.deliveries) {
      if (delivery.node !== node || delivery.received) continue
      delivery.received = true
      return
    }
    state.deliveries.push(state.event.opened(node, true))
  }

  /** The handler has returned. Where no handler takes `done`, that is all there will ever be. */
  #postReceive({ msg, destination }: DeliveryEvent): void {
    if (destination.node._expectedDoneCount !== 0) return
    const state = this.#messages.get(msg)
    if (state) close(state, destination.node)
  }

  #onComplete({ msg, node, error }: CompleteEvent): void {
    const state = this.#messages.get(msg)
    if (!state) return
    if (error) state.event.failed = true
    close(state, node.node)
  }

  /** Which event a message belongs to: by the object, else by `msg.event.id`, else by `_msgid`. */
  #stateOf(msg: object): MessageState | undefined {
    if (this.#events.size === 0) return undefined
    const known = this.#messages.get(msg)
    if (known && !known.event.ended) return known
    const event = this.find(msg)
    if (!event) return undefined
    const state: MessageState = { event, deliveries: [] }
    this.#messages.set(msg, state)
    return state
  }

  /** By `msg.event.id` (those that one line gave have the line's id and `.1`, `.2` …), else by `_msgid`. */
  find(msg: object): Tracked | undefined {
    const { event, _msgid } = msg as { event?: { id?: unknown } | null; _msgid?: unknown }
    const id = event?.id
    if (typeof id === 'string') {
      const dot = id.indexOf('.')
      const found = this.#events.get(dot === -1 ? id : id.slice(0, dot))
      if (found) return found
    }
    return typeof _msgid === 'string' ? this.#events.get(_msgid) : undefined
  }
}

function close({ event, deliveries }: MessageState, node: FlowNode): void {
  for (let i = 0; i < deliveries.length; i++) {
    const delivery = deliveries[i]!
    if (delivery.node !== node || !delivery.received) continue
    // their order does not matter
    deliveries[i] = deliveries.at(-1)!
    deliveries.pop()
    event.closed(delivery)
    return
  }
}

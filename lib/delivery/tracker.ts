// Follows events through a flow of any nodes, by Node-RED's messaging hooks: which deliveries are open.

/** A node as the hooks name it. `_expectedDoneCount` is 0 where none of its handlers takes `done`. */
interface HookNode {
  id: string
  node?: { _expectedDoneCount?: number; type?: string; name?: string }
}

/** What the hooks hand over (both Node-RED 4.1 and 5.0). */
interface DeliveryEvent {
  msg: object
  destination: HookNode
}

interface CompleteEvent {
  msg: object
  node: HookNode
  error?: unknown
}

/** The part of `RED.hooks` that is used. */
export interface HookApi {
  add(hook: string, callback: (event: never) => void): void
  remove(hook: string): void
}

/** One event on its way through the flow. */
export class Tracked {
  readonly id: string
  readonly seq: number
  /** deliveries that are open now */
  open = 0
  /** a node called done with an error */
  failed = false
  /** ids of the nodes that hold it, one for each open delivery */
  readonly at: string[] = []
  readonly msgid: string
  readonly listener: TrackedListener

  constructor(id: string, seq: number, msgid: string, listener: TrackedListener) {
    this.id = id
    this.seq = seq
    this.msgid = msgid
    this.listener = listener
  }
}

/** Told at each change of an event's open deliveries. */
export interface TrackedListener {
  opened(event: Tracked): void
  closed(event: Tracked): void
}

/** The deliveries of one message object; mostly one at a time. */
interface MessageState {
  event: Tracked
  deliveries: Array<{ node: string; received: boolean }>
}

const label = 'fieldlog'

/** One for a runtime: all journals share it. */
export class FlowTracker {
  readonly #hooks: HookApi
  readonly #messages = new WeakMap<object, MessageState>()
  readonly #byId = new Map<string, Tracked>()
  readonly #byMsgid = new Map<string, Tracked>()

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

  /** From now on deliveries of this message, and of what becomes of it, are counted. Call before `send`. */
  begin(event: Tracked, msg: object): void {
    this.#messages.set(msg, { event, deliveries: [] })
    this.#byId.set(event.id, event)
    this.#byMsgid.set(event.msgid, event)
  }

  /** The event is dealt with, or given up: what still moves is no longer counted. */
  end(event: Tracked): void {
    if (this.#byId.get(event.id) === event) this.#byId.delete(event.id)
    if (this.#byMsgid.get(event.msgid) === event) this.#byMsgid.delete(event.msgid)
  }

  /** After the clone: the delivery is certain. */
  #preDeliver({ msg, destination }: DeliveryEvent): void {
    const state = this.#stateOf(msg)
    if (state) open(state, destination.id, false)
  }

  /** `link call` and `catch` hand messages over without preDeliver: those are counted here. */
  #onReceive({ msg, destination }: DeliveryEvent): void {
    const state = this.#stateOf(msg)
    if (!state) return
    const delivery = state.deliveries.find(({ node, received }) => node === destination.id && !received)
    if (delivery) delivery.received = true
    else open(state, destination.id, true)
  }

  /** The handler has returned. Where no handler takes `done`, that is all there will ever be. */
  #postReceive({ msg, destination }: DeliveryEvent): void {
    if (destination.node?._expectedDoneCount !== 0) return
    const state = this.#messages.get(msg)
    if (state) close(state, destination.id)
  }

  #onComplete({ msg, node, error }: CompleteEvent): void {
    const state = this.#messages.get(msg)
    if (!state) return
    if (error) state.event.failed = true
    close(state, node.id)
  }

  /** Which event a message belongs to: by the object, else by `msg.event.id`, else by `_msgid`. */
  #stateOf(msg: object): MessageState | undefined {
    const known = this.#messages.get(msg)
    if (known) return this.#byId.get(known.event.id) === known.event ? known : this.#adopt(msg)
    return this.#byId.size === 0 ? undefined : this.#adopt(msg)
  }

  #adopt(msg: object): MessageState | undefined {
    const { event, _msgid } = msg as { event?: { id?: unknown }; _msgid?: unknown }
    const id = event?.id
    const found =
      (typeof id === 'string' ? this.#byEventId(id) : undefined) ??
      (typeof _msgid === 'string' ? this.#byMsgid.get(_msgid) : undefined)
    if (!found) return undefined
    const state = { event: found, deliveries: [] }
    this.#messages.set(msg, state)
    return state
  }

  /** Events that one line gave have the line's id and `.1`, `.2` … */
  #byEventId(id: string): Tracked | undefined {
    const dot = id.indexOf('.')
    return this.#byId.get(dot === -1 ? id : id.slice(0, dot))
  }
}

function open({ event, deliveries }: MessageState, node: string, received: boolean): void {
  deliveries.push({ node, received })
  event.at.push(node)
  event.open++
  event.listener.opened(event)
}

function close({ event, deliveries }: MessageState, node: string): void {
  const index = deliveries.findIndex((delivery) => delivery.node === node && delivery.received)
  if (index === -1) return
  deliveries.splice(index, 1)
  event.at.splice(event.at.indexOf(node), 1)
  event.open--
  event.listener.closed(event)
}

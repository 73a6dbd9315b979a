// The fast path: hands messages from one of our nodes straight to the next, past Node-RED's messaging, where nobody
// could tell the difference and the order in which sinks get their events stays the same (wiring.ts). When that is, is in
// docs/delivery.md, "The fast path".
import { asError } from '../../kit/errors.ts'
import type { FlowNode, FlowTracker, Tracked } from './tracker.ts'
import type { Participant, Wiring } from './wiring.ts'

/** What `send` takes: a message for the first output, or one place for each output. */
export type Sendable = object | null | Array<object | object[] | null>
export type Send = (messages: Sendable) => void
export type Done = (error?: Error) => void
export type Handler = (message: object, send: Send, done: Done) => void

/** A running node of ours. */
export interface DirectNode extends FlowNode {
  /** ids of the nodes that each output leads to */
  wires?: string[][]
  /** Node-RED's handler for `input`, where there is just one */
  _inputCallback?: unknown
  send(messages: Sendable): void
  error(error: Error, message: object): void
}

/** What it needs of the runtime. */
export interface DirectParts {
  /** undefined while there is no journal */
  tracker(): FlowTracker | undefined
  clone(message: object): object
}

/** A node that takes messages directly. */
interface Target {
  node: DirectNode
  /** as registered for `input` */
  registered: unknown
  handler: Handler
  startsPaths: boolean
  readsOnly: boolean
}

/** What a node that takes part does with a message. */
export interface Taking {
  /** what it is handed ends there; what it sends are events of its own (a `log` node) */
  startsPaths?: boolean
  /** it changes no message and passes none on (a sink): it may look at the one that another node has, too */
  readsOnly?: boolean
}

/** A flow file of which nothing is known: nothing stands against the direct way. */
const unknownWiring: Wiring = { absent: new Set(), byMessaging: new Set() }

/** One for a runtime. */
export class DirectWay {
  readonly #parts: DirectParts
  readonly #targets = new Map<string, Target>()
  /** what the outputs of a node lead to; undefined for those that go by Node-RED's messaging */
  readonly #routes = new Map<DirectNode, Array<readonly Target[] | undefined>>()
  /** their wires may lead to nodes of the next deploy */
  readonly #closed = new WeakSet<DirectNode>()
  #watched: ReadonlySet<string> = new Set()
  #wiring = unknownWiring
  #isOpen = false

  constructor(parts: DirectParts) {
    this.#parts = parts
  }

  /**
   * From now on the node can be handed messages.
   * @param registered its handler as Node-RED knows it
   */
  add(node: DirectNode, registered: unknown, handler: Handler, taking: Taking = {}): void {
    const { startsPaths = false, readsOnly = false } = taking
    this.#targets.set(node.id, { node, registered, handler, startsPaths, readsOnly })
  }

  /** The nodes that take part, by their ids in the flow file. */
  get participants(): Map<string, Participant> {
    return new Map(
      [...this.#targets.values()].map(({ node, startsPaths }) => [flowId(node), { startsPaths }]),
    )
  }

  /** The node closes. */
  remove(node: DirectNode): void {
    if (this.#targets.get(node.id)?.node === node) this.#targets.delete(node.id)
    this.#closed.add(node)
    this.#routes.clear()
  }

  /** The flows run. Nodes with a `watched` id get every message by Node-RED's messaging. */
  open(watched: ReadonlySet<string>, wiring = unknownWiring): void {
    this.#routes.clear()
    this.#watched = watched
    this.#wiring = wiring
    this.#isOpen = true
  }

  /** The flows are about to stop, or every message must go by Node-RED's messaging. */
  close(): void {
    this.#isOpen = false
    this.#routes.clear()
  }

  /**
   * In place of `node.send(messages)`, with the same meaning.
   * @param event what the messages belong to
   */
  send(node: DirectNode, messages: Sendable, event?: Tracked): void {
    if (!this.#isOpen) {
      this.#sendOut(node, messages, event)
      return
    }
    const routes = this.#routesOf(node)
    if (!Array.isArray(messages)) {
      if (messages && this.#takes(routes[0])) this.#hand(routes[0], messages, event)
      else this.#sendOut(node, messages, event)
      return
    }
    let rest: Array<object | object[] | null> | undefined
    for (let output = 0; output < messages.length; output++) {
      const sent = messages[output]
      if (sent === null || sent === undefined || (Array.isArray(sent) && sent.length === 0)) continue
      const targets = routes[output]
      if (!this.#takes(targets)) {
        rest ??= messages.map(() => null)
        rest[output] = sent
      } else if (Array.isArray(sent)) this.#handAll(targets, sent, event)
      else this.#hand(targets, sent, event)
    }
    if (rest) this.#sendOut(node, rest, event)
  }

  /** By Node-RED's messaging, in which the event is followed by its hooks. */
  #sendOut(node: DirectNode, messages: Sendable, event: Tracked | undefined): void {
    if (event) this.#parts.tracker()?.begin(event)
    node.send(messages)
  }

  /** To the log, and to the nodes that catch errors. */
  #fail(node: DirectNode, error: Error, message: object, event: Tracked | undefined): void {
    if (event) this.#parts.tracker()?.begin(event)
    node.error(error, message)
  }

  /** As Node-RED does, it clones all but the first: they may have parts in common. */
  #handAll(targets: readonly Target[], messages: object[], event: Tracked | undefined): void {
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i]!
      this.#hand(targets, i === 0 ? message : this.#parts.clone(message), event)
    }
  }

  /** All of them have it open before the first one may be done with it: the event is not complete in between. */
  #hand(targets: readonly Target[], message: object, known: Tracked | undefined): void {
    // what is left of an earlier sending keeps the new one open
    const event = known?.ended ? this.#parts.tracker()?.find(message) : known
    const [only] = targets
    if (targets.length === 1) {
      this.#handTo(only!, message, event, event?.opened(only!.node, true))
      return
    }
    // before anybody changes it
    const copies = targets.map(({ readsOnly }) => (readsOnly ? message : this.#parts.clone(message)))
    const deliveries = targets.map(({ node }) => event?.opened(node, true))
    for (let i = 0; i < targets.length; i++) this.#handTo(targets[i]!, copies[i]!, event, deliveries[i])
  }

  #handTo(
    { node, handler }: Target,
    message: object,
    event: Tracked | undefined,
    delivery: ReturnType<Tracked['opened']> | undefined,
  ): void {
    let isDone = false
    const done = (error?: Error) => {
      if (isDone) return
      isDone = true
      if (error) {
        if (event) event.failed = true
        // first: a catch node may take the event on
        this.#fail(node, error, message, event)
      }
      if (delivery) event?.closed(delivery)
    }
    try {
      handler(message, (messages) => this.send(node, messages, event), done)
    } catch (error) {
      // not done: the time limit will tell, as with Node-RED's messaging
      this.#fail(node, asError(error), message, event)
    }
  }

  /**
   * Not where somebody has added a handler of his own, or replaced ours: from then on all messages go by Node-RED's
   * messaging, so that none overtakes those that must.
   */
  #takes(targets: readonly Target[] | undefined): targets is readonly Target[] {
    if (targets === undefined || !this.#isOpen) return false
    if (targets.every(({ node, registered }) => node._inputCallback === registered)) return true
    this.close()
    return false
  }

  #routesOf(node: DirectNode): Array<readonly Target[] | undefined> {
    const known = this.#routes.get(node)
    if (known) return known
    if (this.#closed.has(node) || this.#wiring.byMessaging.has(flowId(node))) return []
    const routes = (node.wires ?? []).map((ids) => {
      const targets = ids
        .filter((id) => !this.#wiring.absent.has(id))
        .map((id) => this.#targets.get(id))
        .filter((target) => target !== undefined && !this.#watched.has(flowId(target.node)))
      const isAll = targets.length === ids.filter((id) => !this.#wiring.absent.has(id)).length
      return isAll && targets.length > 0 ? (targets as Target[]) : undefined
    })
    this.#routes.set(node, routes)
    return routes
  }
}

/** In a subflow the flow file has another id than the running node. */
function flowId({ id, _alias }: DirectNode): string {
  return _alias ?? id
}

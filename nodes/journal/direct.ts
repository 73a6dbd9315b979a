// The fast path between our nodes in this runtime: which nodes take part, and when it is open (docs/delivery.md,
// "The fast path").
import type { EventEmitter } from 'node:events'
import type { Node, NodeAPI, NodeMessage } from 'node-red'
import {
  type DirectNode,
  DirectWay,
  type Done,
  type Handler,
  type Sendable,
  type Taking,
} from '../../lib/delivery/track/direct.ts'
import type { HookApi, Tracked } from '../../lib/delivery/track/tracker.ts'
import { type FlowEntry, type Wiring, wiringOf } from '../../lib/delivery/track/wiring.ts'
import { onFlows } from '../shared/flows.ts'
import { trackerOf } from './registry.ts'

type NodeSend = (messages: NodeMessage | Array<NodeMessage | NodeMessage[] | null>) => void

interface Runtime {
  way: DirectWay
  /** as the last node was given it: a test's may be another one each time */
  RED: NodeAPI
}

/** ms */
const lookInterval = 1_000

const runtimes = new Map<EventEmitter, Runtime>()

/**
 * Registers the node's only handler for `input`; other nodes of ours may call it directly.
 */
export function onInput(RED: NodeAPI, node: Node, handler: Handler, taking: Taking = {}): void {
  const way = wayOf(RED)
  const registered = (message: NodeMessage, send: NodeSend, done: Done) => {
    // what comes by Node-RED's messaging may go on directly
    const event = trackerOf(RED)?.find(message)
    const next = (messages: Sendable) => way.send(asDirect(node), messages, event)
    handler(message, event ? next : (send as typeof next), done)
  }
  node.on('input', registered)
  way.add(asDirect(node), registered, handler, taking)
  node.on('close', () => way.remove(asDirect(node)))
}

/** What to call in place of the node's `send` where no handler was given one. */
export function sender(RED: NodeAPI, node: Node): (messages: Sendable, event?: Tracked) => void {
  const way = wayOf(RED)
  return (messages, event) => way.send(asDirect(node), messages, event)
}

function wayOf(RED: NodeAPI): DirectWay {
  const { events } = RED
  const known = runtimes.get(events)
  if (known) {
    known.RED = RED
    return known.way
  }
  const way = new DirectWay({
    tracker: () => trackerOf(RED),
    clone: (message) => RED.util.cloneMessage(message as NodeMessage),
  })
  const runtime = { way, RED }
  runtimes.set(events, runtime)
  let looking: NodeJS.Timeout | undefined
  const close = () => {
    clearInterval(looking)
    way.close()
  }
  onFlows(events, {
    stopping: close,
    started() {
      close()
      if (!isUnobserved(runtime.RED)) return
      const watched = completionWatched(runtime.RED)
      way.open(watched, flowWiring(runtime.RED, way, watched))
      looking = lookForHooks(RED, close)
    },
  })
  return way
}

/**
 * A debugger may be switched on while the flows run. Looks each second; all hooks, which costs more, every tenth
 * time.
 */
function lookForHooks(RED: NodeAPI, found: () => void): NodeJS.Timeout {
  let looks = 0
  const timer = setInterval(() => {
    const tracker = trackerOf(RED)
    const isAlone = ++looks % 10 === 0 ? tracker?.isAlone : tracker?.hasCompany === false
    if (isAlone !== true) found()
  }, lookInterval)
  return timer.unref()
}

/** Neither a hook of somebody else nor the metrics log would miss a message. */
function isUnobserved(RED: NodeAPI): boolean {
  const { hooks, log } = RED as NodeAPI & { hooks?: HookApi; log: { metric(): boolean } }
  if (!hooks || log.metric()) return false
  return trackerOf(RED)?.isAlone === true
}

/** Ids of the nodes whose completed messages a `complete` node passes on. */
function completionWatched(RED: NodeAPI): Set<string> {
  const watched = new Set<string>()
  RED.nodes.eachNode((node) => {
    const { type, scope } = node as { type: string; scope?: unknown }
    if (type === 'complete' && Array.isArray(scope)) for (const id of scope) watched.add(String(id))
  })
  return watched
}

/** What the flow file says of the ways between our nodes. */
function flowWiring(RED: NodeAPI, way: DirectWay, watched: ReadonlySet<string>): Wiring {
  const entries: FlowEntry[] = []
  RED.nodes.eachNode((node) => {
    entries.push(node as unknown as FlowEntry)
  })
  return wiringOf(entries, way.participants, watched)
}

/** The types of Node-RED do not name `wires`. */
function asDirect(node: Node): DirectNode {
  return node as unknown as DirectNode
}

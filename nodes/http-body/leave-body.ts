// Has Node-RED leave the bodies of our requests unread. Its editor and its `http in` parse bodies before a flow sees the
// request: JSON that is no object is refused, packed text becomes garbage; and with `http in` set to parse nothing, a body of any
// length is read into memory first. Both leave alone what is marked as read.
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeAPI } from 'node-red'
import { compileRoute } from '../../lib/http/route.ts'
import { type FlowNode, nodesBefore } from '../clean/upstream.ts'
import { onFlows } from '../shared/flows.ts'
import { openRequestsOf } from './open-requests.ts'

type Next = () => void
type Layer = (request: IncomingMessage & { _body?: boolean }, response: ServerResponse, next: Next) => void

/** The little of Express that is needed. */
interface ExpressApp {
  parent?: ExpressApp
  use(layer: Layer): void
  path(): string
  _router?: { stack: Array<{ handle: unknown }> }
}

/** An `http in` node as the runtime has it. */
interface HttpIn {
  url?: string
  method?: string
}

interface Route {
  method: string
  matches(path: string): boolean
}

const installed = new WeakSet<EventEmitter>()

/** From now on, in this runtime. */
export function leaveBodies(RED: NodeAPI, type: string): void {
  const { events } = RED
  const app = RED.httpNode as unknown as ExpressApp | false | undefined
  // the user may have switched off what flows serve
  if (!app || installed.has(events)) return
  installed.add(events)
  let routes: Route[] | undefined
  const forget = () => {
    routes = undefined
  }
  onFlows(events, { stopping: forget, started: forget })
  const requests = openRequestsOf(events)
  atTop(rootOf(app), (request, response, next) => {
    routes ??= routesTo(RED, type, app.path())
    if (isOurs(request, routes)) {
      request._body = true
      requests.add(response)
    }
    next()
  })
}

/** Problems of the `http in` nodes before a node, in words. */
export function problemsBefore(RED: NodeAPI, id: string): string[] {
  const before = httpInsBefore(flowNodes(RED), id)
  if (before.length === 0) return ['no http in node leads here: wire one to it']
  return before.flatMap((node) => {
    const name = String(node.name || node.url)
    const url = (RED.nodes.getNode(node.id) as HttpIn | null)?.url ?? ''
    if (node.skipBodyParsing === true)
      return [
        `the http in node ${name} is set not to parse the body, and then reads one of any length: switch that off, this node reads the body itself`,
      ]
    return compileRoute(url) ? [] : [`the URL of the http in node ${name} has a pattern: give a plain one`]
  })
}

function rootOf(app: ExpressApp): ExpressApp {
  return app.parent ? rootOf(app.parent) : app
}

/** Before the editor's own layers, as Node-RED's `http in` does with its own. */
function atTop(app: ExpressApp, layer: Layer): void {
  app.use(layer)
  const stack = app._router?.stack ?? []
  const at = stack.findIndex(({ handle }) => handle === layer)
  stack.unshift(...stack.splice(at, at < 0 ? 0 : 1))
}

function isOurs({ method, url = '' }: IncomingMessage, routes: readonly Route[]): boolean {
  if (routes.length === 0) return false
  const [path = ''] = url.split('?', 1)
  return routes.some((route) => route.method === method && route.matches(path))
}

function routesTo(RED: NodeAPI, type: string, root: string): Route[] {
  const nodes = flowNodes(RED)
  return nodes
    .filter((node) => node.type === type && !node.d)
    .flatMap(({ id }) => httpInsBefore(nodes, id))
    .flatMap(({ id }) => {
      // of the running node: the environment may stand for its URL in the flow file
      const { url = '', method = '' } = (RED.nodes.getNode(id) as HttpIn | null) ?? {}
      const matches = compileRoute(`${root}${url}`)
      return matches ? [{ method: method.toUpperCase(), matches }] : []
    })
}

function httpInsBefore(nodes: readonly FlowNode[], id: string): FlowNode[] {
  return nodesBefore(nodes, id).filter(({ type }) => type === 'http in')
}

function flowNodes(RED: NodeAPI): FlowNode[] {
  const nodes: FlowNode[] = []
  RED.nodes.eachNode((node) => {
    nodes.push(node as unknown as FlowNode)
  })
  return nodes
}

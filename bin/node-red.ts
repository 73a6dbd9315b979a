// Finds Node-RED and what it brings along, and mounts it on a server.
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createRequire } from 'node:module'
import type { NodeRedApp } from 'node-red'

/** The little of Express that mounts one application in another. */
interface ExpressApp extends RequestListener {
  disable(setting: string): void
  use(path: string, ...handlers: unknown[]): void
  get(path: string, ...handlers: unknown[]): void
}

export interface NodeRed {
  RED: NodeRedApp
  version: string
  /** path of its module bcryptjs */
  bcrypt: string
  express(): ExpressApp
}

/**
 * Loads Node-RED from beside this package, or from the folder the command was started in.
 * `name` is its name in node_modules. Throws an Error that says what to do when there is none.
 */
export function loadNodeRed(name: string, folder: string): NodeRed {
  const entry = find(name, [import.meta.url, `${folder}/package.json`])
  if (!entry) throw new Error(`Node-RED (${name}) is not installed here; run: npm install node-red`)
  const require = createRequire(entry)
  const { version } = require('./../package.json') as { version: string }
  return {
    RED: require(entry) as NodeRedApp,
    version,
    bcrypt: require.resolve('bcryptjs'),
    express: require('express') as () => ExpressApp,
  }
}

function find(name: string, places: string[]): string | undefined {
  for (const place of places) {
    try {
      return createRequire(place).resolve(name)
    } catch {
      // not there: the next place may have it
    }
  }
  return undefined
}

/** Starts the runtime on a server; resolves to the application that answers its requests. */
export async function startNodeRed(
  nodeRed: NodeRed,
  server: Server,
  settings: object,
  protect: RequestListener | undefined,
): Promise<RequestListener> {
  const { RED } = nodeRed
  RED.init(server, settings as Parameters<NodeRedApp['init']>[1])
  const app = nodeRed.express()
  app.disable('x-powered-by')
  app.use('/', RED.httpAdmin)
  if (protect) app.use('/', protect)
  app.use('/', RED.httpNode)
  // where Prometheus asks by default; behind what flows serve, so that an exporter of the user's own goes before
  app.get('/metrics', toMetrics, RED.httpAdmin)
  await RED.start()
  return app
}

function toMetrics(request: IncomingMessage, _response: unknown, next: () => void): void {
  request.url = '/fieldlog/metrics'
  next()
}

/** Stops all flows and starts them anew, as they are stored, with the variables of this moment. */
export async function reloadFlows({ RED }: NodeRed): Promise<void> {
  const { flows } = (RED as unknown as { runtime: { flows: FlowsApi } }).runtime
  await flows.setFlows({ deploymentType: 'reload' })
}

interface FlowsApi {
  setFlows(options: { deploymentType: 'reload' }): Promise<unknown>
}

/** Asks Node-RED whether a request's access token is right; it answers as it would to a request of its own API. */
export function tokenCheck({ RED }: NodeRed): (request: IncomingMessage) => Promise<boolean> {
  const check = (RED as unknown as { auth: Auth }).auth.needsPermission('')
  return (request) => {
    return new Promise((resolve) => {
      // the one who asks gives the answer, so what Node-RED would answer is not sent
      const response = { statusCode: 200, setHeader() {}, end: () => resolve(false) }
      check(request, response, () => resolve(true))
    })
  }
}

interface Auth {
  needsPermission(
    permission: string,
  ): (
    request: IncomingMessage,
    response: { statusCode: number; setHeader(): void; end(): void },
    next: () => void,
  ) => void
}

// The child process of real-runtime.ts: the Node-RED that it is told, with our built nodes and the test's own.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { loadNodeRed, startNodeRed } from '../../../bin/node-red.ts'
import type { JournalNode } from '../../../nodes/journal/registry.ts'
import type { Answer, Question, RuntimeConfig } from './protocol.ts'

const root = join(import.meta.dirname, '../../..')
const config = JSON.parse(process.argv[2]!) as RuntimeConfig
const send = (answer: Answer) => process.send!(answer)

const nodeRed = loadNodeRed(config.nodeRed, root)
const { RED } = nodeRed
let handle: RequestListener = (_request, response) => response.writeHead(503).end()
const server = createServer((request, response) => handle(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')

const settings = {
  userDir: config.folder,
  flowFile: 'flows.json',
  uiHost: '127.0.0.1',
  uiPort: (server.address() as AddressInfo).port,
  nodesDir: [root, join(import.meta.dirname, 'nodes')],
  nodesExcludes: config.exclude,
  credentialSecret: 'test',
  logging: { console: { level: 'error', metrics: false, audit: false } },
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { autoInstall: false },
  editorTheme: { tours: false, projects: {} },
  nodeCloseTimeout: 15_000,
}
const running = new Promise<void>((resolve) => RED.events.once('flows:started', () => resolve()))
RED.events.on('runtime-event', (event: { id?: string; payload?: { error?: string; types?: string[] } }) => {
  if (event.payload?.error !== undefined) {
    process.stderr.write(`${event.payload.error}: ${event.payload.types?.join(', ')}\n`)
  }
})
handle = await startNodeRed(nodeRed, server, settings, undefined)
await running
send({ kind: 'running', port: settings.uiPort, version: nodeRed.version })

process.on('message', (question: Question) => {
  if (question.kind === 'pause') {
    Object.assign(globalThis, { fieldlogTestPaused: question.paused })
    send({ kind: 'done', number: question.number })
  } else if (question.kind === 'state') {
    send({ kind: 'state', number: question.number, state: serviceOf(question.journal)?.state })
  } else if (question.kind === 'replay') {
    const { number, request } = question
    const service = serviceOf(question.journal)
    const asked = request ? service?.replay(request) : service?.replayNoted('incomplete')
    void asked?.then(
      (result) => send({ kind: 'replayed', number, result }),
      (error: unknown) => send({ kind: 'failed', number, reason: String(error) }),
    )
  } else {
    void RED.stop().then(() => process.exit(0))
  }
})

function serviceOf(journal: string) {
  // the types leave out what the runtime's own modules use
  const nodes = RED.nodes as unknown as { getNode(id: string): JournalNode | null }
  return nodes.getNode(journal)?.service
}

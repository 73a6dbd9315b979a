// The real Node-RED runtime in this process, without an editor, for benches. FIELDLOG_NODE_RED=node-red-4 takes
// the older one.
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from 'node-red'
import { loadNodeRed } from '../bin/node-red.ts'
import type { HookApi } from '../lib/delivery/track/tracker.ts'

/** A running flow. */
export interface EmbeddedNodeRed {
  version: string
  hooks: HookApi
  node(id: string): Node
  stop(): Promise<void>
}

/** Starts the runtime with a flow; resolves when it runs. */
export async function embedNodeRed(flow: object[]): Promise<EmbeddedNodeRed> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldlog-bench-'))
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(flow))
  const { RED, version } = loadNodeRed(process.env.FIELDLOG_NODE_RED ?? 'node-red', process.cwd())
  RED.init(createServer(), {
    userDir: folder,
    flowFile: 'flows.json',
    httpAdminRoot: false,
    httpNodeRoot: false,
    credentialSecret: 'bench',
    logging: { console: { level: 'error', metrics: false, audit: false } },
    telemetry: { enabled: false, updateNotification: false },
  } as unknown as Parameters<typeof RED.init>[1])
  const started = once(RED.events, 'flows:started')
  await RED.start()
  await started
  const { nodes, hooks } = RED as unknown as { nodes: { getNode(id: string): Node }; hooks: HookApi }
  return {
    version,
    hooks,
    node: (id) => nodes.getNode(id),
    async stop() {
      await RED.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

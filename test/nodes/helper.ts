// node-red-node-test-helper, set to the Node-RED version this run is for (FIELDLOG_NODE_RED: the package's
// alias in node_modules, `node-red` or `node-red-4`).
import { createRequire } from 'node:module'
import type { NodeAPI } from 'node-red'
import helper from 'node-red-node-test-helper'
import { english } from './english.ts'

const require = createRequire(import.meta.url)

export const nodeRedName = process.env.FIELDLOG_NODE_RED ?? 'node-red'

const runtimePath = require.resolve(nodeRedName)
helper.init(runtimePath)

// The helper's stand-in for `RED` gives keys in place of texts: ours gives the English ones, as a real runtime does.
const { _registryUtil: registry } = helper as unknown as {
  _registryUtil: { createNodeApi(node: object): object }
}
const { createNodeApi } = registry
registry.createNodeApi = (node) =>
  Object.defineProperty(createNodeApi(node), '_', { get: () => english, set() {} })

/** The runtime's messaging hooks, which the helper's stand-in for `RED` does not have. */
const { hooks } = createRequire(runtimePath)('@node-red/util') as { hooks: RuntimeHooks }

interface RuntimeHooks {
  add(name: 'onSend.other', callback: (events: Array<{ source: { id: string } }>) => void): void
  add(name: 'preDeliver.other', callback: (event: { destination: { id: string } }) => void): void
  add(name: 'onComplete.other', callback: (event: { msg: { _msgid: string } }) => void): void
  remove(name: string): void
}

export const runtimeHooks = hooks

/** A node module whose `RED` has the hooks, as in a real runtime. */
export function withHooks(nodeModule: (RED: NodeAPI) => void): (RED: NodeAPI) => void {
  return (RED) => nodeModule(Object.assign(RED, { hooks }))
}

/** What a node has shown last. All nodes share one spy: its last call may be of another node. */
export function lastStatus(id: string): { text?: string; fill?: string; shape?: string } {
  const { status } = helper.getNode(id) as unknown as { status: StatusSpy }
  return status.getCalls().findLast(({ thisValue }) => thisValue.id === id)?.firstArg ?? {}
}

interface StatusSpy {
  getCalls(): Array<{ thisValue: { id: string }; firstArg: ReturnType<typeof lastStatus> }>
}

export type { TestNode } from 'node-red-node-test-helper'
export default helper

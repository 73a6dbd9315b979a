// node-red-node-test-helper, set to the Node-RED version this run is for (FIELDLOG_NODE_RED: the package's
// alias in node_modules, `node-red` or `node-red-4`).
import { createRequire } from 'node:module'
import helper from 'node-red-node-test-helper'

const require = createRequire(import.meta.url)

export const nodeRedName = process.env.FIELDLOG_NODE_RED ?? 'node-red'

helper.init(require.resolve(nodeRedName))

export default helper

// A node of an older flow in its panel. It is shown in today's form, and becomes so when its panel is closed by Done:
// a flow that is only looked at stays as it is, and nothing is marked as changed that nobody opened.
import { currentVersion, migrate } from '../../../lib/migrate/migrate.ts'
import type { EditorNode } from '../../../types/node-red-editor.d.ts'
import { setValue } from './inputs.ts'

/**
 * For `oneditprepare`, first of all: the node's properties in today's form. Inputs that Node-RED has filled with older
 * values show them. `prefix` begins the inputs' ids; `node-config-input` for a config node.
 */
export function openMigrated<Node extends EditorNode>(node: Node, prefix = 'node-input'): Node {
  const migrated = migrate(node.type, node)
  for (const [name, value] of Object.entries(migrated)) {
    if (value === node[name]) continue
    const input = $(`#${prefix}-${name}`)
    if (typeof value === 'boolean') setValue(input, value)
    else if (typeof value !== 'object') setValue(input, String(value))
  }
  return migrated
}

/** For `oneditsave`: what the panel writes is of today's version. */
export function saveVersion(node: EditorNode): void {
  node.version = currentVersion(node.type)
}

import type { EditorNode } from '../../../types/node-red-editor.d.ts'

/**
 * For a node that was just dragged in: the id of the one config node of a type, so that it need not be chosen. Empty
 * where there is none, or a choice. `isFree` leaves out those that cannot be used once more.
 */
export function onlyConfig(type: string, isFree: (id: string) => boolean = () => true): string {
  const found: EditorNode[] = []
  RED.nodes.eachConfig((node) => {
    if (node.type === type && !node.d && isFree(node.id)) found.push(node)
  })
  return found.length === 1 ? (found[0] as EditorNode).id : ''
}

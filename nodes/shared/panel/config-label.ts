import { isReference } from '../../../lib/options/reference.ts'
import type { EditorNode } from '../../../types/node-red-editor.d.ts'

/**
 * What a node is called after a config node that it uses: the name of that, else one of its properties. Undefined where neither
 * tells anything: a variable is none of a reader's words.
 */
export function configLabel(id: unknown, property: string): string | undefined {
  const config: EditorNode | null = RED.nodes.node(String(id ?? ''))
  const found = config?.name || config?.[property]
  return typeof found === 'string' && found !== '' && !isReference(found) ? found : undefined
}

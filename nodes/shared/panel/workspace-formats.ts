import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'

/**
 * The formats of the workspace as they stand in the editor, deployed or not; unfinished ones are left out, and the
 * one with this id.
 */
export function workspaceFormats(without?: string): FormatDefinition[] {
  const formats: FormatDefinition[] = []
  RED.nodes.eachConfig((node) => {
    if (
      node.type === 'fieldlog-format' &&
      node.d !== true &&
      node.id !== without &&
      isDefinition(node.definition)
    ) {
      formats.push(node.definition)
    }
  })
  return formats
}

function isDefinition(value: unknown): value is FormatDefinition {
  const { type, fields } = (value ?? {}) as Partial<FormatDefinition>
  return typeof type === 'string' && type !== '' && Array.isArray(fields)
}

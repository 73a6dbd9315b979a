// Lets other nodes find the formats of the flows.
import type { Node, NodeAPI } from 'node-red'
import { deviceFormat } from '../../lib/devices/device-event.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'

export const FORMAT_TYPE = 'fieldlog-format'

/** A deployed `fieldlog-format`. */
export interface FormatNode extends Node {
  /** undefined where the definition is wrong; the node has said so at the deploy */
  definition?: FormatDefinition
}

/**
 * The definitions of the formats with these ids, in their order; of all formats of the flows, in theirs, where
 * `ids` is empty. Formats that are missing, disabled or wrong are left out. Ask from `flows:started` on, and
 * again at each: a deploy may change formats without starting the nodes that use them anew.
 */
export function formatDefinitions(RED: NodeAPI, ids: string[]): FormatDefinition[] {
  return (ids.length > 0 ? ids : allFormatIds(RED))
    .map((id) => (RED.nodes.getNode(id) as FormatNode | null)?.definition)
    .filter((definition) => definition !== undefined)
}

/** The formats by which a flow decodes: the gateway's own for what it logs about devices, then the given ones. */
export function withOwnFormats(definitions: readonly FormatDefinition[]): FormatDefinition[] {
  return [deviceFormat, ...definitions]
}

function allFormatIds(RED: NodeAPI): string[] {
  const ids: string[] = []
  RED.nodes.eachNode((node) => {
    if (node.type === FORMAT_TYPE) ids.push(node.id)
  })
  return ids
}

// What stands before a label node in the flows: the journal that its events come from, and the formats.
import type { NodeAPI } from 'node-red'
import { compileFormats } from '../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import type { JournalPlace } from '../../lib/labelling/live-labelling.ts'
import { formatDefinitions } from '../format/registry.ts'
import type { JournalNode } from '../journal/registry.ts'
import { deliveryLimits, type LogNodeOptions } from '../log/settings.ts'
import type { CleanOptions } from './options.ts'

/** A node as the flow file holds it. */
export interface FlowNode {
  id: string
  type: string
  /** disabled */
  d?: boolean
  wires?: string[][]
  /** of link nodes */
  links?: string[]
  [property: string]: unknown
}

/** The nodes from which messages can come to this one, over wires and links, nearest first. */
export function nodesBefore(nodes: readonly FlowNode[], id: string): FlowNode[] {
  const found = new Map<string, FlowNode>()
  const queue = [id]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const node of nodes) {
      const leads = node.wires?.some((wires) => wires.includes(next)) === true
      const links = node.type === 'link out' && node.links?.includes(next) === true
      if ((!leads && !links) || node.d || found.has(node.id)) continue
      found.set(node.id, node)
      queue.push(node.id)
    }
  }
  return [...found.values()]
}

export interface Upstream {
  /** of the clean node before; all formats of the flows where there is not exactly one */
  formats: FormatDefinition[]
  /** undefined where there is not exactly one */
  journal: JournalPlace | undefined
  /** seconds after which delivery gives up on an event that is held; undefined: not known */
  timeLimit: number | undefined
}

export function upstreamOf(RED: NodeAPI, id: string): Upstream {
  const nodes: FlowNode[] = []
  RED.nodes.eachNode((node) => {
    nodes.push(node as unknown as FlowNode)
  })
  const before = nodesBefore(nodes, id)
  const cleans = before.filter(({ type }) => type === 'fieldlog-clean') as Array<
    FlowNode & Partial<CleanOptions>
  >
  const [clean] = cleans
  const ids = cleans.length === 1 && Array.isArray(clean?.formats) ? clean.formats : []
  const formats = formatDefinitions(RED, ids)
  const match = cleans.length === 1 && clean?.match === 'best' ? 'best' : 'first'
  const logs = before.filter(({ type }) => type === 'fieldlog-log')
  const journals = [...new Set(logs.map(({ journal }) => String(journal)))]
  const journal =
    journals.length === 1 ? (RED.nodes.getNode(journals[0] as string) as JournalNode | null) : null
  return {
    formats,
    journal: journal ? placeOf(journal, () => compileFormats(formats, { match })) : undefined,
    timeLimit:
      logs.length > 0
        ? Math.min(...logs.map((log) => deliveryLimits(log as Partial<LogNodeOptions>).timeLimit))
        : undefined,
  }
}

function placeOf(journal: JournalNode, formats: JournalPlace['formats']): JournalPlace | undefined {
  const { service, directory, flushInterval = 1 } = journal
  if (!service || directory === undefined) return undefined
  return {
    directory,
    formats,
    position: () => service.state.delivery,
    flushInterval: flushInterval * 1000,
  }
}

// What stands before a label node in the flows: the journal that its events come from, and the formats.
import type { Node, NodeAPI } from 'node-red'
import { compileFormats, type Match } from '../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import type { JournalPlace } from '../../lib/labelling/live-labelling.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { formatDefinitions } from '../format/registry.ts'
import type { JournalNode, LogNode } from '../journal/registry.ts'
import { type CleanOptions, cleanOptions } from './options.ts'

/** A deployed `fieldlog-clean`. */
export interface CleanNode extends Node {
  match?: Match
}

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
    nodes.push(migrate(node.type, node as unknown as FlowNode))
  })
  const before = nodesBefore(nodes, id)
  const cleans = before.filter(({ type }) => type === 'fieldlog-clean') as Array<
    FlowNode & Partial<CleanOptions>
  >
  const [clean] = cleans
  const ids = cleans.length === 1 && Array.isArray(clean?.formats) ? clean.formats : []
  const formats = formatDefinitions(RED, ids)
  const deployed = cleans.length === 1 && clean ? (RED.nodes.getNode(clean.id) as CleanNode | null) : null
  const match = deployed?.match ?? cleanOptions.match.default
  const logs = before.filter(({ type }) => type === 'fieldlog-log')
  // of the deployed nodes: in the flow file the environment may stand for a limit
  const timeLimits = logs
    .map((log) => (RED.nodes.getNode(log.id) as LogNode | null)?.timeLimit)
    .filter((limit) => limit !== undefined)
  const journals = [...new Set(logs.map(({ journal }) => String(journal)))]
  const journal =
    journals.length === 1 ? (RED.nodes.getNode(journals[0] as string) as JournalNode | null) : null
  return {
    formats,
    journal: journal ? placeOf(journal, () => compileFormats(formats, { match })) : undefined,
    timeLimit: timeLimits.length > 0 ? Math.min(...timeLimits) : undefined,
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

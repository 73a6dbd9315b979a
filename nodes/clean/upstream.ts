// What stands before a node in the flows: the journal that its events come from, and the formats.
import type { Node, NodeAPI } from 'node-red'
import { compileFormats, type Match } from '../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import { EventMemory } from '../../lib/formats/model/memory.ts'
import type { CleaningPlace } from '../../lib/labelling/live-cleaning.ts'
import type { JournalPlace } from '../../lib/labelling/live-labelling.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { formatDefinitions, withOwnFormats } from '../format/registry.ts'
import type { JournalNode, LogNode } from '../journal/registry.ts'
import { type CleanOptions, cleanOptions } from './options.ts'
import { memoryOf } from './registry.ts'

/** A deployed `fieldlog-clean`. */
export interface CleanNode extends Node {
  match?: Match
  /** lines since the node was made, by what the formats made of them; those behind `since` (ms since 1970) */
  counts?: CleanCounts
}

export interface CleanCounts {
  readonly since: number
  clean: number
  rejected: number
  unknown: number
  suppressed: number
  part: number
  /** of the clean ones: taken as one type, though another fits as well */
  unsure: number
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
  const before = deployedBefore(RED, id)
  const cleans = before.filter(({ type }) => type === 'fieldlog-clean') as Array<
    FlowNode & Partial<CleanOptions>
  >
  const clean = cleans.length === 1 ? cleans[0] : undefined
  const formats = withOwnFormats(formatDefinitions(RED, Array.isArray(clean?.formats) ? clean.formats : []))
  const deployed = clean ? (RED.nodes.getNode(clean.id) as CleanNode | null) : null
  const match = deployed?.match ?? cleanOptions.match.default
  const known = () => (clean && memoryOf(RED, clean.id)) ?? new EventMemory({ isWhole: false })
  const compile = (memory = known()) => compileFormats(formats, { match, memory })
  const journal = journalOf(RED, before)
  return {
    formats,
    journal: journal && placeOf(journal, compile),
    timeLimit: limitsOf(RED, before).timeLimit,
  }
}

/** What the log nodes before a node allow: the least of each, undefined where there is none. */
export interface LimitsBefore {
  /** seconds after which delivery gives up on an event that is held */
  timeLimit: number | undefined
  /** events under way at most */
  window: number | undefined
}

export function limitsBefore(RED: NodeAPI, id: string): LimitsBefore {
  return limitsOf(RED, deployedBefore(RED, id))
}

/** Of the deployed nodes: in the flow file the environment may stand for a limit. */
function limitsOf(RED: NodeAPI, before: readonly FlowNode[]): LimitsBefore {
  const logs = logsOf(before).map((log) => RED.nodes.getNode(log.id) as LogNode | null)
  return {
    timeLimit: least(logs.map((log) => log?.timeLimit)),
    window: least(logs.map((log) => log?.window)),
  }
}

function least(values: ReadonlyArray<number | undefined>): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** The journal that a clean node's events come from; undefined where there is not exactly one. */
export function journalBefore(RED: NodeAPI, id: string): JournalNode | undefined {
  return journalOf(RED, deployedBefore(RED, id))
}

/** The journal as cleaning needs it. */
export function cleaningPlace(journal: JournalNode | undefined): CleaningPlace | undefined {
  if (!journal?.service || journal.directory === undefined) return undefined
  const { service, directory, flushInterval = 1 } = journal
  return {
    directory,
    checkpoint: () => service.state.delivery?.checkpoint,
    flushInterval: flushInterval * 1000,
  }
}

function deployedBefore(RED: NodeAPI, id: string): FlowNode[] {
  const nodes: FlowNode[] = []
  RED.nodes.eachNode((node) => {
    nodes.push(migrate(node.type, node as unknown as FlowNode))
  })
  return nodesBefore(nodes, id)
}

function logsOf(nodes: readonly FlowNode[]): FlowNode[] {
  return nodes.filter(({ type }) => type === 'fieldlog-log')
}

function journalOf(RED: NodeAPI, before: readonly FlowNode[]): JournalNode | undefined {
  const journals = [...new Set(logsOf(before).map(({ journal }) => String(journal)))]
  if (journals.length !== 1) return undefined
  return (RED.nodes.getNode(journals[0] as string) as JournalNode | null) ?? undefined
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

// Back-pressure: what a source asks before it reads on. Any node that can make its sender wait (a socket, flow control, an
// HTTP answer, a queue's window) should ask; all others go on, and the journal counts what it has to drop.
import type { NodeAPI } from 'node-red'
import type { LogService } from '../../lib/delivery/log-service.ts'
import { onFlows } from '../shared/flows.ts'
import type { JournalNode } from './registry.ts'

/** Of the journals that a source's messages lead to. */
export interface Intake {
  /** False while a source that can make its sender wait should. It costs little: ask for each read, or each message. */
  canTake(): boolean
  /** Resolves when it can take again, or when the flows stop. */
  whenReady(): Promise<void>
  /**
   * Resolves when what was logged before is durable: where it is, and up to which seq. Of several journals the first;
   * undefined where there is none, or it closes.
   */
  logged(): Promise<{ directory: string; lastSeq: number } | undefined>
  /** Those that are there at this moment. */
  journals(): LogService[]
  /** The source closes. */
  close(): void
}

interface UsableJournal {
  service: LogService
  directory: string
}

/** A node as the flow file holds it. */
interface FlowNode {
  id: string
  type: string
  d?: boolean
  wires?: string[][]
  links?: string[]
  journal?: unknown
}

/** The intake of the node with this id, for as long as it lives. */
export function intakeOf(RED: NodeAPI, id: string): Intake {
  let journals: string[] | undefined
  const forget = onFlows(RED.events, {
    started() {
      // of the flows as they are now
      journals = undefined
    },
  })
  const usable = (): UsableJournal[] => {
    journals ??= journalsAfter(flowNodes(RED), id)
    return journals.flatMap((journal) => {
      const { service, directory } = (RED.nodes.getNode(journal) as JournalNode | null) ?? {}
      return service && directory !== undefined ? [{ service, directory }] : []
    })
  }
  return {
    canTake: () => usable().every(({ service }) => service.canTake),
    async whenReady() {
      await Promise.all(usable().map(({ service }) => service.whenReady()))
    },
    async logged() {
      const [journal] = usable()
      const lastSeq = await journal?.service.whenDurable()
      return journal && lastSeq !== undefined ? { directory: journal.directory, lastSeq } : undefined
    },
    journals: () => usable().map(({ service }) => service),
    close: forget,
  }
}

/**
 * The journals of the log nodes that messages of a node can come to, over wires and links. Where that cannot be seen (a
 * subflow, a link call, no log node at all) it is every journal.
 */
function journalsAfter(nodes: readonly FlowNode[], id: string): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const seen = new Set<string>([id])
  const found = new Set<string>()
  let isClear = true
  for (const next of seen) {
    const node = byId.get(next)
    if (!node || node.d) continue
    if (node.type === 'fieldlog-log') found.add(String(node.journal))
    if (node.type === 'link call' || node.type.startsWith('subflow:')) isClear = false
    const links = node.type === 'link out' ? (node.links ?? []) : []
    for (const target of [...(node.wires ?? []).flat(), ...links]) seen.add(target)
  }
  if (isClear && found.size > 0) return [...found]
  return nodes.filter(({ type, d }) => type === 'fieldlog-journal' && !d).map((node) => node.id)
}

function flowNodes(RED: NodeAPI): FlowNode[] {
  const nodes: FlowNode[] = []
  RED.nodes.eachNode((node) => {
    nodes.push(node as unknown as FlowNode)
  })
  return nodes
}

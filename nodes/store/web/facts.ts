// Gathers what the deployed nodes know, for the status.
import { hostname } from 'node:os'
import { basename } from 'node:path'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import type { StoreState } from '../../../lib/history/model/store-state.ts'
import { withoutLogin } from '../../../lib/kit/url-login.ts'
import { packageVersion, rollback } from '../../../lib/package.ts'
import type {
  BrokerFacts,
  CleaningCounts,
  Facts,
  JournalFacts,
  LabellingCounts,
  PortFacts,
  SilentFacts,
} from '../../../lib/pages/facts.ts'
import type { Verified } from '../../../lib/pages/journal-checks.ts'
import { troubleText } from '../../../lib/serial/watch/port-watch.ts'
import { type CleanNode, journalBefore } from '../../clean/upstream.ts'
import { devicesNode, watchedDevices } from '../../devices/registry.ts'
import { FORMAT_TYPE, type FormatNode } from '../../format/registry.ts'
import type { JournalNode } from '../../journal/registry.ts'
import type { LabelNode } from '../../label/registry.ts'
import { sessionsInUse } from '../../mqtt-out/sessions.ts'
import type { PortNode } from '../../port/registry.ts'
import { stores } from '../registry.ts'

/** All of one moment: copies, for the nodes count on while the status is made. */
export function factsOf(RED: NodeAPI, verified: (directory: string) => Verified | null): Facts {
  return {
    gateway: { name: process.env.FIELDLOG_GATEWAY || hostname(), version: packageVersion },
    rollback: rollback(),
    journals: journals(RED, verified),
    brokers: brokers(RED),
    ports: deployed<PortNode>(RED, 'fieldlog-port').map(portFacts),
    silent: silentDevices(RED),
    store: stores()[0]?.state ?? unusedStore(RED),
    nodes: {
      devices: devicesNode(RED)?.id ?? null,
      store: deployed<Node>(RED, 'fieldlog-store')[0]?.id ?? null,
      formats: formatNodes(RED),
    },
  }
}

function formatNodes(RED: NodeAPI): Record<string, string> {
  const nodes = deployed<FormatNode>(RED, FORMAT_TYPE)
  // of several of one type the first one, which also decodes first
  return Object.fromEntries(
    nodes.reverse().flatMap(({ id, definition }) => (definition ? [[definition.type, id]] : [])),
  )
}

function journals(RED: NodeAPI, verified: (directory: string) => Verified | null): JournalFacts[] {
  const cleans = behind<CleanNode>(RED, 'fieldlog-clean')
  const labels = behind<LabelNode>(RED, 'fieldlog-label')
  return deployed<JournalNode>(RED, 'fieldlog-journal').flatMap(({ id, name, service, directory }) => {
    if (!service || directory === undefined) return []
    return {
      id,
      name: name || basename(directory),
      directory,
      state: service.state,
      verified: verified(directory),
      cleaning: cleaningOf(cleans.get(id) ?? []),
      labelling: labellingOf(labels.get(id) ?? []),
    }
  })
}

/** The deployed nodes of a type by the journal that their events come from; without those that have more than one. */
function behind<Kind extends { id: string }>(RED: NodeAPI, type: string): Map<string, Kind[]> {
  return Map.groupBy(deployed<Kind>(RED, type), ({ id }) => journalBefore(RED, id)?.id ?? '')
}

function cleaningOf(nodes: readonly CleanNode[]): CleaningCounts | undefined {
  const counts = nodes.flatMap((node) => node.counts ?? [])
  if (counts.length === 0) return undefined
  return {
    since: Math.min(...counts.map(({ since }) => since)),
    clean: sum(counts, 'clean'),
    rejected: sum(counts, 'rejected'),
    unknown: sum(counts, 'unknown'),
    suppressed: sum(counts, 'suppressed'),
    part: sum(counts, 'part'),
  }
}

function labellingOf(nodes: readonly LabelNode[]): LabellingCounts | undefined {
  const counts = nodes.flatMap((node) => node.counts ?? [])
  if (counts.length === 0) return undefined
  return {
    since: Math.min(...counts.map(({ since }) => since)),
    good: sum(counts, 'good'),
    bad: sum(counts, 'bad'),
    held: sum(counts, 'held'),
  }
}

function sum<Key extends string>(all: ReadonlyArray<Readonly<Record<Key, number>>>, key: Key): number {
  return all.reduce((total, counts) => total + counts[key], 0)
}

function brokers(RED: NodeAPI): BrokerFacts[] {
  return sessionsInUse().map(([id, { address, state, counts }]) => {
    return { id, name: RED.nodes.getNode(id)?.name || address, address, state, counts: { ...counts } }
  })
}

function portFacts({ id, name, port, problem }: PortNode): PortFacts {
  const address = withoutLogin(port.source?.text ?? '')
  return {
    id,
    name: name || address || 'port',
    address: address || name || 'port',
    wrong: problem,
    state: port.state,
    isSilent: port.isSilent,
    trouble: port.trouble && troubleText(port.trouble),
    lines: port.counts.sent,
    lastLine: port.live.lastReceived,
  }
}

/** A store node without a journal, or with wrong settings, is not among the stores. */
function unusedStore(RED: NodeAPI): StoreState | undefined {
  const [node] = deployed<{ name?: string }>(RED, 'fieldlog-store')
  if (!node) return undefined
  return {
    state: 'disabled',
    says: `The ${node.name || 'store'} node cannot be used: wire it behind exactly one log node, and look at its status in the editor.`,
    isReadable: false,
    generation: 0,
    upTo: 0,
    last: 0,
    done: 0,
    rate: null,
    left: null,
    oldVerdicts: 0,
    bytes: 0,
  }
}

/** One for each device, for the series that was heard last. */
function silentDevices(RED: NodeAPI): SilentFacts[] {
  const found = new Map<string, SilentFacts>()
  for (const { device, type, lastHeard, interval, isSilent } of watchedDevices(RED)) {
    if (!isSilent || found.has(device)) continue
    found.set(device, { device, type, lastHeard: lastHeard || undefined, interval: interval ?? undefined })
  }
  return [...found.values()]
}

function deployed<Kind>(RED: NodeAPI, type: string): Kind[] {
  const found: Kind[] = []
  RED.nodes.eachNode((definition: NodeDef) => {
    if (definition.type !== type) return
    const node = RED.nodes.getNode(definition.id) as Kind | null
    if (node) found.push(node)
  })
  return found
}

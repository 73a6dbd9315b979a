// Reads what came before the first event that a clean node gets after a start, for formats that leave out repeats.
import type { NodeAPI } from 'node-red'
import type { Formats } from '../../lib/formats/compile.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { payloadOf } from '../../lib/preview/reading.ts'
import { mostReadings, recentReadings } from '../../lib/preview/recent.ts'
import type { JournalNode } from '../journal/registry.ts'
import { type FlowNode, nodesBefore } from './upstream.ts'

/**
 * Decodes the last 5,000 entries before a seq, without output, so that the formats know them. Where the node has not
 * exactly one journal before it, nothing is known. Rejects with an Error that says what the disk said.
 */
export async function readHistory(RED: NodeAPI, id: string, seq: number, formats: Formats): Promise<void> {
  const directory = directoryBefore(RED, id)
  if (directory === undefined || seq <= 1) return
  try {
    const { readings } = await recentReadings(systemDisk, directory, mostReadings, seq - 1)
    for (const reading of readings) formats.decode({ ...reading, payload: payloadOf(reading) })
  } catch (error) {
    throw new Error(`clean: the journal cannot be read for earlier events: ${asError(error).message}`)
  }
}

function directoryBefore(RED: NodeAPI, id: string): string | undefined {
  const nodes: FlowNode[] = []
  RED.nodes.eachNode((node) => {
    nodes.push(migrate(node.type, node as unknown as FlowNode))
  })
  const logs = nodesBefore(nodes, id).filter(({ type }) => type === 'fieldlog-log')
  const journals = [...new Set(logs.map(({ journal }) => String(journal)))]
  if (journals.length !== 1) return undefined
  return (RED.nodes.getNode(journals[0] as string) as JournalNode | null)?.directory
}

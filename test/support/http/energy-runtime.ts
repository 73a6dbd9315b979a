// The shipped flow for energy sensors in a real Node-RED, with its journal in a folder of the test.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encryptCredentials } from '../../../lib/appliance/home.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { type Entry, isEntry } from '../../../lib/journal/format/entry.ts'
import { readJournal } from '../../../lib/journal/read/reader.ts'
import { energyFlowFile, type FlowNode } from '../../../scripts/make-flow.ts'
import { RealRuntime } from '../real-runtime.ts'

export interface EnergyRuntime {
  runtime: RealRuntime
  folder: string
  journal: string
  flow: FlowNode[]
}

/**
 * @param change of the flow, before it starts
 * @param credentials by node
 */
export async function startEnergyRuntime(
  change: (flow: FlowNode[]) => void = () => {},
  credentials: Record<string, object> = {},
  folder: string = mkdtempSync(join(tmpdir(), 'fieldlog-energy-')),
): Promise<EnergyRuntime> {
  const journal = join(folder, 'journal')
  const flow = JSON.parse(readFileSync(energyFlowFile, 'utf8')) as FlowNode[]
  for (const node of flow) if (node.type === 'fieldlog-journal') node.directory = journal
  change(flow)
  // the secret is that of the runtime's settings
  writeFileSync(join(folder, 'flows_cred.json'), JSON.stringify(encryptCredentials(credentials, 'test')))
  const runtime = await RealRuntime.start({ folder, flow, core: ['21-httpin.js'] })
  return { runtime, folder, journal, flow }
}

export async function endEnergyRuntime(energy: EnergyRuntime | undefined): Promise<void> {
  await energy?.runtime.kill()
  if (energy) rmSync(energy.folder, { recursive: true })
}

/** What is in the journal, in order. */
export async function entriesIn(journal: string): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const reading of readJournal(systemDisk, journal, 1)) {
    if (reading.kind === 'damage') throw new Error(`${reading.file}: ${reading.reason}`)
    entries.push(...reading.items.filter(isEntry))
  }
  return entries
}

import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { NodeAPI, NodeDef } from 'node-red'
import { deviceHealth, watchedDevices } from '../devices/registry.ts'
import type { JournalNode } from '../journal/registry.ts'

/** What the gateway adds to a health report: its journals' accounts, its devices, and free bytes where the outbox is. */
export async function healthParts(RED: NodeAPI, outbox: string): Promise<Record<string, unknown>> {
  const journals: unknown[] = []
  RED.nodes.eachNode((definition: NodeDef) => {
    if (definition.type !== 'fieldlog-journal') return
    const node = RED.nodes.getNode(definition.id) as JournalNode | null
    if (node?.service) journals.push(node.service.state)
  })
  const lastLine = Math.max(0, ...watchedDevices(RED).map(({ lastHeard }) => lastHeard)) || null
  return { journals, ...deviceHealth(RED), lastLine, diskFree: await freeBytes(dirname(outbox)) }
}

/** null where the file system does not say. */
async function freeBytes(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch {
    return null
  }
}

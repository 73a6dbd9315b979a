// The flow that ships, which takes time events beside the lines of its serial port.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { timeEvent } from '../../../lib/formats/library/general.ts'

interface FlowNode {
  id: string
  type: string
  wires?: string[][]
  [property: string]: unknown
}

const root = join(import.meta.dirname, '../../..')

/** @param events options of the `fieldlog-events` node; what is left out has its default */
export function eventsFlow(events: Record<string, unknown>): FlowNode[] {
  const shipped = JSON.parse(readFileSync(join(root, 'flows/gateway.json'), 'utf8')) as FlowNode[]
  const log = shipped.find(({ type }) => type === 'fieldlog-log')!
  const format = shipped.find(({ type }) => type === 'fieldlog-format')!
  return [
    ...shipped,
    { ...format, id: 'format-of-events', definition: timeEvent, sample: '' },
    { id: 'events', type: 'fieldlog-events', ...events },
    {
      ...{ id: 'events-in', type: 'fieldlog-events-in', z: log.z, x: 70, y: 240 },
      ...{ events: 'events', wires: [[log.id], []] },
    },
  ]
}

// Devices at the gateway as it ships, each a TCP server of its own: what the journal and the broker have of each.
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Scalar } from '../../../lib/event.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { type FlowNode, gatewayFlow } from '../../../scripts/make-flow.ts'
import { lineSettings, madeFramer } from '../../lib/serial/framing/helper.ts'
import { Collector } from '../collector.ts'
import { Gateway } from '../gateway.ts'
import { journalHolds, readJournal } from '../journal-files.ts'
import type { Device } from './device.ts'

/** A device is silent so long (ms) after it was connected, so that its first byte begins a line for certain. */
const silence = 3_000

/** What came of one device. */
export interface Heard {
  /** the frames in the journal, as bytes in Latin-1 */
  logged: string[]
  good: Array<Record<string, Scalar>>
  /** of those that were rejected */
  reasons: string[][]
}

interface Published {
  source: string
  time: number
  received: number
  data?: Record<string, Scalar>
  reasons: string[]
}

/** Starts the gateway in an empty folder, lets all devices send, and stops it when it has dealt with everything. */
export async function hear(devices: readonly Device[], home: string, nodeRed?: string): Promise<Heard[]> {
  const servers = await Promise.all([...devices, marker].map(listen))
  const places = servers.map(({ port }) => `tcp:127.0.0.1:${port}`)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'flows.json'), JSON.stringify(flowFor(devices, servers)))
  const env = { FIELDLOG_SERIAL: 'demo:', FIELDLOG_FLUSH_INTERVAL: '0' }
  const gateway = await Gateway.start({ home, env, ...(nodeRed === undefined ? {} : { nodeRed }) })
  const collector = await Collector.open(gateway.broker, 'fieldlog/#')
  try {
    // one that is cut in on must answer at once: that needs a gateway which is not busy with the others
    for (const isCutIn of [false, true]) {
      await Promise.all(servers.slice(0, -1).map(({ send }, i) => isCutIn === isLate(devices[i]) && send()))
      const counted = devices.filter((device) => isCutIn || !isLate(device))
      await journalHolds(gateway.journal, counted.flatMap(framesOf).length)
    }
    // it is behind all others in the journal, so it comes to the broker behind them
    await servers.at(-1)?.send()
    const last = places.at(-1) as string
    await collector.until((messages) => messages.some(({ payload }) => payload.includes(last)), 30_000)
    await gateway.stop()
    const { entries } = readJournal(gateway.journal)
    return devices.map((_, i) => {
      const of = <Item extends { source: string }>(items: Item[]) =>
        items.filter(({ source }) => source === places[i])
      const published = (topic: string) =>
        of(
          collector.messages
            .filter((message) => message.topic.split('/')[2] === topic)
            .map(({ payload }) => JSON.parse(payload) as Published),
        )
      return {
        logged: of(entries).map(({ bytes }) => bytes.toString('latin1')),
        good: published('good').map(shown),
        reasons: published('rejected').map(({ reasons }) => reasons),
      }
    })
  } finally {
    await collector.close()
    await gateway.remove()
    for (const server of servers) server.close()
  }
}

/** The frames that a device's bytes are, as bytes in Latin-1. */
export function framesOf({ framing = {}, sent, isCutIn }: Device): string[] {
  const { framer, frames, clock } = madeFramer(lineSettings(framing, 65_536))
  framer.begin(isCutIn !== true)
  framer.push(Buffer.from(sent, 'latin1'), 0)
  clock.tick(5_000)
  return frames.map(({ payload }) => Buffer.from(payload as Buffer).toString('latin1'))
}

/** Sends when all others are in the journal. */
const marker: Device = {
  name: 'marker',
  formats: [{ type: 'marker', decoder: { kind: 'key-values' }, fields: [{ name: 'end', type: 'integer' }] }],
  sent: 'end:1\n',
  good: [{ end: 1 }],
}

interface Server {
  port: number
  send(): Promise<void>
  close(): void
}

/** It is there only when it sends. */
function isLate(device: Device | undefined): boolean {
  return device?.isCutIn === true
}

async function listen(device: Device): Promise<Server> {
  const bytes = Buffer.from(device.sent, 'latin1')
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => socket.destroy()))
    if (isLate(device)) socket.write(bytes)
  }).listen(0, '127.0.0.1')
  const connected = once(server, 'connection')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  if (isLate(device)) await new Promise((resolve) => server.close(resolve))
  return {
    port,
    async send() {
      if (isLate(device)) server.listen(port, '127.0.0.1')
      await connected
      if (isLate(device)) return
      await pause(silence)
      sockets[0]?.write(bytes)
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** The shipped flow with a port and a serial-in node for each device, and formats that look at their own device only. */
function flowFor(devices: readonly Device[], servers: readonly Server[]): FlowNode[] {
  const shipped = gatewayFlow()
  const port = shipped.find(({ type }) => type === 'fieldlog-port') as FlowNode
  const input = shipped.find(({ type }) => type === 'fieldlog-serial-in') as FlowNode
  const format = shipped.find(({ type }) => type === 'fieldlog-format') as FlowNode
  const replaced = ['fieldlog-port', 'fieldlog-serial-in', 'fieldlog-format']
  return [
    ...shipped.filter(({ type }) => !replaced.includes(type)),
    ...[...devices, marker].flatMap(({ framing, formats }, i) => {
      const at = servers[i]?.port
      const own = `port${i}`
      const ofDevice = (definition: FormatDefinition) => ({
        ...definition,
        takes: { ...definition.takes, source: `tcp:127.0.0.1:${at}` },
      })
      return [
        { ...port, ...framing, id: own, path: `tcp://127.0.0.1:${at}` },
        { ...input, id: `in${i}`, port: own },
        ...formats.map((each, n) => ({ ...format, id: `format${i}.${n}`, definition: ofDevice(each) })),
      ]
    }),
  ]
}

/** Data, and the device's own time where it has one. */
function shown({ data, time, received }: Published): Record<string, Scalar> {
  return {
    ...data,
    ...(time === received ? {} : { at: new Date(time).toISOString().replace(/\.?0*Z$/, 'Z') }),
  }
}

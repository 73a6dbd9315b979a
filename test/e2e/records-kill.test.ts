// A record of several lines while the gateway is killed: no record is put together of two, and none is lost that is whole
// in the journal. The lines come one at a time, so that kills hit the middle of records.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import { type FlowNode, gatewayFlow } from '../../scripts/make-flow.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { journalHolds, readJournal } from '../support/journal-files.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { seeded } from '../support/random.ts'
import { type SensorServer, startSensors } from '../support/sensor-server.ts'

const kills = 4
/** between two lines, ms */
const pace = 40

const record: FormatDefinition = {
  type: 'record',
  record: { start: '^a=', end: '^z', maxLines: 8, seconds: 5 },
  decoder: { kind: 'key-values', valueSeparator: '=' },
  fields: [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'integer' },
  ],
}

interface Published {
  source: string
  data: { a: number; b: number }
}

describe('records of several lines while the gateway is killed', function () {
  this.timeout(180_000)
  let home: string
  let broker: Mosquitto
  let collector: Collector
  let gateway: Gateway | undefined
  let device: Device

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-records-'))
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow()))
    broker = await startMosquitto({ lines: ['max_queued_messages 0'], quiet: true })
    collector = await Collector.open(broker.url, 'fieldlog/+/good/record/#')
    device = await startDevice()
  })
  after(async () => {
    device.close()
    await gateway?.remove()
    await collector.close()
    await broker.remove()
    rmSync(home, { recursive: true, force: true })
  })

  function start(): Gateway {
    const env = { FIELDLOG_SERIAL: device.url, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0.1' }
    return Gateway.spawn({ home, env })
  }

  it(
    'gives each whole one, and no other',
    seeded(async (randomFor) => {
      const random = randomFor(0)
      for (let kill = 0; kill < kills; kill++) {
        gateway = start()
        await gateway.line(/^fieldlog: the flow is running/)
        const { length } = collector.messages
        await collector.until((messages) => messages.length > length + 3, 60_000)
        await pause(random() * 5 * pace)
        await gateway.stop('SIGKILL')
      }
      gateway = start()
      await gateway.line(/^fieldlog: the flow is running/)
      const { entries } = readJournal(gateway.journal)
      await journalHolds(gateway.journal, entries.length + 30)
      device.pause()
      const all = wholeRecords(gateway.journal)
      assert.ok(all.length > 3 * kills, `${all.length} records`)
      const good = () =>
        new Set(collector.messages.map(({ payload }) => (JSON.parse(payload) as Published).data.a))
      await collector.until(() => all.every((a) => good().has(a)), 60_000)
      for (const { payload } of collector.messages) {
        const { a, b } = (JSON.parse(payload) as Published).data
        assert.equal(b, -a, 'both lines are of one record')
      }
      const inTheEnd = wholeRecords(gateway.journal)
      assert.deepEqual(
        [...good()].filter((a) => !inTheEnd.includes(a)),
        [],
        'good, and not whole in the journal',
      )
    }),
  )
})

/**
 * Of each record whose three lines stand behind each other in the journal, its first value. All are of one run of the
 * gateway, in which they are not the first: that line may lack its beginning.
 */
function wholeRecords(directory: string): number[] {
  const { entries } = readJournal(directory)
  const textOf = (i: number) => entries[i]?.text
  const epochOf = (i: number) => entries[i]?.id.split('-')[0]
  return entries.flatMap(({ text }, i) => {
    const a = Number(text.replace('a=', ''))
    const isWhole = text.startsWith('a=') && textOf(i + 1) === `b=${-a}` && textOf(i + 2) === 'z'
    return isWhole && epochOf(i - 1) === epochOf(i + 2) ? [a] : []
  })
}

function flow(): FlowNode[] {
  const shipped = gatewayFlow()
  const format = shipped.find(({ type }) => type === 'fieldlog-format') as FlowNode
  const others = shipped.filter(({ type }) => type !== 'fieldlog-format')
  return [...others, { ...format, id: 'record', definition: record }]
}

interface Device extends SensorServer {
  /** It ends the record that it is at. */
  pause(): void
}

/** Writes records one line at a time, whoever listens. */
async function startDevice(): Promise<Device> {
  let count = 0
  let isPaused = false
  const nextLine = (): string[] => {
    if (isPaused && count % 3 === 0) return []
    const a = Math.floor(count / 3) + 1
    return [[`a=${a}`, `b=${-a}`, 'z'][count++ % 3]!]
  }
  const server = await startSensors(nextLine, pace)
  return {
    ...server,
    pause() {
      isPaused = true
    },
  }
}

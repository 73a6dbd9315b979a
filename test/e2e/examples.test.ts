// The examples of the Import menu, deployed in both Node-REDs: each does with lines of a device what its comments say.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FieldlogEvent } from '../../lib/event.ts'
import { exampleFile, type FlowNode } from '../../scripts/make-flow.ts'
import { telegram } from '../lib/formats/records/meters.ts'
import { Collector } from '../support/collector.ts'
import { type LineServer, startLineServer } from '../support/line-server.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'
import { RealRuntime } from '../support/real-runtime.ts'

interface Kept {
  name: string
  payload: unknown
  event: FieldlogEvent
}

/** Files of Node-RED's own nodes that the examples use, and that these need. */
const core = [
  ...['10-mqtt.js', '05-tls.js', '10-function.js', '10-switch.js', '89-delay.js', '25-catch.js'],
  ...['21-httprequest.js', '06-httpproxy.js'],
]

for (const nodeRed of supportedNodeReds) {
  describe(`the examples (${nodeRed})`, function () {
    this.timeout(60_000)
    let folder: string
    let device: LineServer
    let broker: Mosquitto | undefined
    let collector: Collector | undefined
    let runtime: RealRuntime | undefined
    let database: Server | undefined

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'fieldlog-examples-'))
      device = await startLineServer()
    })

    afterEach(async () => {
      await runtime?.kill()
      await collector?.close()
      await broker?.remove()
      device.close()
      database?.closeAllConnections()
      database?.close()
      runtime = collector = broker = database = undefined
      rmSync(folder, { recursive: true })
    })

    it('minimal: readings are decoded and shown, all else apart from them', async () => {
      await deploy('minimal')
      await send('OK 12 1 118 182 0', 'hello')
      const [reading, other] = await kept(2)
      assert.deepEqual([reading!.name, other!.name], ['readings', 'rejected, unknown'])
      assert.deepEqual(reading!.payload, { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 })
      assert.equal(other!.event.raw, 'hello')
    })

    it('arduino-csv: a line of three columns is published, and is bad where the soil is dry', async () => {
      await publishing('arduino-csv')
      await send('21.4,48,612', '21.5,nan,299', '21.4,48,wet', '21.4,48')
      await collector!.until((messages) => messages.length === 3)
      const events = collector!.messages.map(({ payload }) => JSON.parse(payload) as FieldlogEvent)
      assert.deepEqual(
        collector!.messages.map(({ topic }) => topic),
        ['good', 'bad', 'rejected'].map((verdict) => `fieldlog/pi-4/${verdict}/greenhouse/arduino`),
      )
      assert.deepEqual(events[0]!.data, { temp: 21.4, humi: 48, soil: 612 })
      assert.deepEqual(events[1]!.reasons, ['too dry: soil: found 299, expected at least 300'])
      const [unknown] = await kept(1)
      assert.deepEqual([unknown!.name, unknown!.payload], ['unknown', '21.4,48'])
    })

    it('smart-meter-p1: a telegram is one event, and bad where a voltage is too high', async () => {
      await publishing('smart-meter-p1')
      const damaged = meter('261121120020W', 231.4).map((line) => line.replace('01.193', '01.793'))
      await send(...meter('261121120000W', 231.4), ...meter('261121120010W', 253.1), ...damaged)
      await collector!.until((messages) => messages.length === 2)
      const [good, bad] = collector!.messages
      assert.equal(good!.topic, 'fieldlog/pi-4/good/p1/p1-4530')
      const { data } = JSON.parse(good!.payload) as FieldlogEvent
      assert.deepEqual([data?.power, data?.v1, data?.gas], [1193, 231.4, 1234.567])
      assert.equal(bad!.topic, 'fieldlog/pi-4/bad/p1/p1-4530')
      const [rejected] = await kept(1)
      assert.equal(rejected!.name, 'rejected')
    })

    it('alarm: one message when a device goes bad, one when it is good again, and none between', async () => {
      await deploy('alarm')
      const good = (node: number) => `OK ${node} 1 118 182 0`
      const hot = (node: number) => `OK ${node} 1 118 145 1`
      await send(good(12), hot(12), good(13), hot(12), good(12), good(12), hot(13))
      const told = (await kept(3)).map(({ name, payload }) => [name, payload])
      assert.deepEqual(told, [
        ['alarm', 'alarm-12 is bad: too hot: temp: found 40.1, expected at most 40'],
        ['back to normal', 'alarm-12 is back to normal after 0 s'],
        ['alarm', 'alarm-13 is bad: too hot: temp: found 40.1, expected at most 40'],
      ])
    })

    it('influxdb: each reading is written once it can be, and in the end there once', async () => {
      const points = new Set<string>()
      let answer = 503
      let refusals = 0
      database = createServer(async (request, response) => {
        let line = ''
        for await (const part of request) line += part
        if (answer === 204) points.add(line)
        else refusals++
        response.writeHead(answer).end()
        check()
      })
      let check = () => {}
      const until = (isSo: () => boolean) =>
        new Promise<void>((resolve) => {
          check = () => isSo() && resolve()
          check()
        })
      database.listen(0, '127.0.0.1')
      await once(database, 'listening')
      const { port } = database.address() as AddressInfo
      await deploy('influxdb', `http://127.0.0.1:${port}/write?db=fieldlog`)
      // more than are under way at a time
      await send(...Array.from({ length: 60 }, (_, i) => `OK 12 ${i} 118 182 0`))
      await until(() => refusals >= 25)
      answer = 204
      await until(() => points.size >= 60)
      const numbers = [...points].map((line) => line.slice(-6))
      assert.equal(points.size, 60)
      assert.equal(new Set(numbers).size, 60)
      assert.match(
        [...points][0]!,
        /^influx-room,source=influx,key=12 light=[\d.]+,moved=0,humi=59,temp=18.2,lobat=0 \d{19}$/,
      )
    })

    /** The example, with the test's device at its port, and what its debug nodes would show kept in a file. */
    async function deploy(name: string, database = ''): Promise<void> {
      const example = JSON.parse(readFileSync(exampleFile(name), 'utf8')) as FlowNode[]
      const flow = example.map((node) => {
        if (node.type === 'fieldlog-port') return { ...node, path: `tcp://127.0.0.1:${device.port}` }
        if (node.type === 'mqtt-broker') return { ...node, broker: broker!.url }
        if (node.type === 'fieldlog-mqtt-out') return { ...node, gateway: 'pi-4' }
        if (node.type === 'http request') return { ...node, url: database }
        if (node.type === 'delay') return { ...node, timeout: '0.1' }
        if (node.type === 'debug') return { ...node, type: 'test-keep', file: file() }
        return node
      })
      runtime = await RealRuntime.start({ folder, flow, nodeRed, core })
    }

    async function publishing(name: string): Promise<void> {
      broker = await startMosquitto()
      collector = await Collector.open(broker.url, 'fieldlog/pi-4/+/+/+')
      await deploy(name)
    }

    /** What comes upon a connection may be the rest of a line, and is marked: so an empty line comes first. */
    async function send(...lines: string[]): Promise<void> {
      const bytes = [Buffer.from(['', ...lines, ''].join('\r\n'))]
      await device.stream(() => bytes.shift())
    }

    function file(): string {
      return join(folder, 'kept')
    }

    /** What the debug nodes would show, once it is so much; the empty line does not count. */
    async function kept(count: number): Promise<Kept[]> {
      for (;;) {
        const lines = existsSync(file()) ? readFileSync(file(), 'utf8').split('\n').slice(0, -1) : []
        const found = lines.map((line) => JSON.parse(line) as Kept).filter(({ event }) => event.raw !== '')
        if (found.length >= count) return found
        await pause(20)
      }
    }
  })
}

/** A telegram of a meter with one phase. */
function meter(time: string, volts: number): string[] {
  const head = ['/ABC5\\2M999', '', `0-0:1.0.0(${time})`, '0-0:96.1.1(4530)', '1-0:1.8.1(000123.456*kWh)']
  const power = ['1-0:1.7.0(01.193*kW)', `1-0:32.7.0(${volts}*V)`]
  return telegram([...head, ...power, '0-1:24.1.0(003)', '0-1:24.2.1(261121115500W)(01234.567*m3)'])
}

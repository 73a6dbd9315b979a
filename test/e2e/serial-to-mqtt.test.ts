// The main job on real parts: lines on a pty, the appliance as it ships, a real Mosquitto.
import assert from 'node:assert/strict'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { jeelinkSample, type SampleLine, wire } from '../support/jeelink.ts'
import { readJournal } from '../support/journal-files.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

interface Published {
  id: string
  seq: number
  time: number
  received: number
  gateway: string
  source: string
  type: string
  data?: Record<string, number>
  raw?: string
  verdict: string
  reasons: string[]
  replayed: boolean
}

for (const nodeRed of supportedNodeReds) {
  describe(`serial line to MQTT (${nodeRed})`, function () {
    this.timeout(150_000)
    let broker: Mosquitto
    let pty: Pty
    let gateway: Gateway
    let collector: Collector

    beforeEach(async () => {
      broker = await startMosquitto()
      pty = await createPty()
      collector = await Collector.open(broker.url, 'fieldlog/#')
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url },
      })
      await portOpened(gateway.child, pty)
    })
    afterEach(async () => {
      await gateway.remove()
      await collector.close()
      await pty.close()
      await broker.remove()
    })

    it('logs every line as it came and publishes every packet once', async () => {
      const lines = jeelinkSample(600)
      const packets = lines.filter((line) => line.expected)
      await pty.write(wire(lines))
      await collector.until(() => events(collector).length >= packets.length, 30_000)
      const end = await gateway.stop()
      assert.deepEqual([end.status, end.signal], [0, null])

      const { entries, tail } = readJournal(gateway.journal)
      assert.equal(tail, '')
      const own = entries.slice(-lines.length)
      assert.deepEqual(
        own.map(({ bytes }) => bytes.toString('latin1')),
        lines.map(({ bytes }) => bytes.toString('latin1')),
      )
      assert.deepEqual(new Set(own.map(({ kind, source }) => `${kind} ${source}`)), new Set(['L tty']))

      const wanted = lines.flatMap((line, index) => (line.expected ? [shown(line, own[index]?.id)] : []))
      const found = events(collector).map(({ topic, event }) => ({
        id: event.id,
        topic,
        verdict: event.verdict,
        data: event.data,
        bytes: event.verdict === 'rejected' ? event.raw : undefined,
      }))
      assert.deepEqual(found.toSorted(bySeq), wanted)
      assert.deepEqual(
        events(collector).filter(({ event }) => event.replayed || event.gateway !== 'test-gateway'),
        [],
      )
      for (const { event } of events(collector)) {
        assert.equal(event.received, own.find(({ id }) => id === event.id)?.time)
        assert.equal(event.time, event.received)
        assert.equal(event.reasons.length > 0, event.verdict !== 'good', JSON.stringify(event))
      }
      const status = collector.on('fieldlog/test-gateway/status').map(({ payload }) => payload)
      assert.deepEqual(status, ['online', 'offline'])
    })
  })
}

function events(collector: Collector): Array<{ topic: string; event: Published }> {
  return collector.messages
    .filter(({ topic }) => /\/(good|bad|rejected)\//.test(topic))
    .map(({ topic, payload }) => ({ topic, event: JSON.parse(payload) as Published }))
}

function shown({ bytes, expected }: SampleLine, id: string | undefined) {
  return {
    id,
    topic: `fieldlog/test-gateway/${expected?.verdict}/${expected?.type}/${deviceOf(bytes.toString(), expected)}`,
    verdict: expected?.verdict,
    data: expected?.data,
    bytes: expected?.verdict === 'rejected' ? bytes.toString() : undefined,
  }
}

/** Each node of the radio is a device of its own; whose a packet of a wrong length is cannot be told. */
function deviceOf(line: string, expected: SampleLine['expected']): string {
  if (expected?.verdict === 'rejected') return 'tty'
  const [, hex, decimal] = /^OK(?:X (..)| (\d+))/.exec(line) ?? []
  const node = (hex ? Number.parseInt(hex, 16) : Number(decimal)) & 31
  const battery = expected?.data?.battery
  return battery === undefined ? `tty-${node}` : `tty-${node}.${battery}`
}

function bySeq(a: { id: string }, b: { id: string }): number {
  return Number(a.id.split('-')[1]) - Number(b.id.split('-')[1])
}

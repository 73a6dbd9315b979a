import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Collector } from '../../support/collector.ts'
import { type Mosquitto, startMosquitto } from '../../support/programs/mosquitto.ts'
import helper, { nodeRedName } from '../helper.ts'
import { brokerNode, deliver, message, out, statusWhen, tab, types } from './helper.ts'

/** supertest, as far as it is used here; the helper's types say nothing of it. */
interface Requests {
  get(path: string): { expect(status: number): Promise<{ body: unknown }> }
  post(path: string): { expect(status: number): Promise<{ body: unknown }> }
}
const request = () => helper.request() as Requests

describe(`nodes: mqtt-out and outages (${nodeRedName})`, () => {
  let broker: Mosquitto
  let collector: Collector

  let userDir: string

  before(async () => {
    await new Promise<void>((resolve) => helper.startServer(() => resolve()))
    broker = await startMosquitto()
  })
  beforeEach(async () => {
    // each has an outbox of its own
    userDir = mkdtempSync(join(tmpdir(), 'fieldlog-mqtt-out-'))
    helper.settings({ userDir })
    collector = await Collector.open(broker.url, 'fieldlog/pi-4/#')
  })
  afterEach(async () => {
    await helper.unload()
    await collector.close()
    helper.settings({})
    rmSync(userDir, { recursive: true })
  })
  after(async () => {
    await broker.remove()
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()))
  })

  const load = (flow: Array<object & { id: string }>, credentials?: Record<string, Record<string, string>>) =>
    helper.load(types, [tab, { ...brokerNode, port: String(broker.port) }, ...flow], credentials)
  const events = () => collector.messages.filter(({ topic }) => !topic.endsWith('/status'))

  it('keeps each field of an event by itself, under its late topic, where each is a message', async () => {
    const topics = { topic: 'fieldlog/{gateway}/now/{field}', lateTopic: 'fieldlog/{gateway}/late/{field}' }
    const data = { temp: 18.2, open: true }
    await load([out('out', topics)])
    await deliver('out', message(1, { data }))
    await broker.stop()
    await deliver('out', message(2, { data }))
    await helper.unload()
    await broker.start()
    await collector.close()
    collector = await Collector.open(broker.url, 'fieldlog/pi-4/#')
    await load([out('out', topics)])
    await collector.until(() => events().length === 2)
    // what the log sends again after the restart is known, field by field
    await deliver('out', message(2, { data: { ...data, humi: 59 }, replayed: true }))
    await collector.until(() => events().length === 3)
    assert.deepEqual(
      events().map(({ topic, payload }) =>
        `${topic.split('/').slice(-2).join(' ')} ${payload}`.replace(/^\w+ humi/, 'humi'),
      ),
      ['late temp 18.2', 'late open true', 'humi 59'],
    )
  })

  it('goes on after a restart in the middle of an outage, before any node has sent anything', async () => {
    await load([out('out')])
    await deliver('out', message(11))
    await broker.stop()
    await Promise.all([12, 13, 14].map((seq) => deliver('out', message(seq))))
    await helper.unload()
    await broker.start()
    await collector.close()
    collector = await Collector.open(broker.url, 'fieldlog/pi-4/#')
    await load([out('out')])
    await collector.until(() => events().length >= 3)
    const got = events().map(({ payload }) => JSON.parse(payload) as { seq: number; replayed: boolean })
    assert.deepEqual(
      got.map(({ seq, replayed }) => [seq, replayed]),
      [
        [12, true],
        [13, true],
        [14, true],
      ],
    )
    // what the log sends again after the restart is known
    await deliver('out', message(14, { replayed: true }))
    await deliver('out', message(15))
    await collector.until(() => events().length >= 4)
    assert.deepEqual(
      events().map(({ payload }) => (JSON.parse(payload) as { seq: number }).seq),
      [12, 13, 14, 15],
    )
  })

  it('publishes late what had to wait on a topic of its own, new events first, and only the data', async () => {
    const late = {
      order: 'live-first',
      pace: 20,
      lateTopic: 'fieldlog/{gateway}/late/{type}',
      payload: 'data',
    }
    await load([out('out', late)])
    await deliver('out', message(21))
    await broker.stop()
    await Promise.all([22, 23, 24, 25, 26, 27].map((seq) => deliver('out', message(seq, { data: { seq } }))))
    await broker.start()
    await collector.close()
    collector = await Collector.open(broker.url, 'fieldlog/pi-4/#')
    await collector.until(() => collector.on('fieldlog/pi-4/late').length >= 3)
    await deliver('out', message(28, { data: { seq: 28 } }))
    await collector.until(() => events().length >= 7)
    const got = events().map(({ topic, payload }) => `${topic.split('/')[2]} ${payload}`)
    assert.deepEqual(
      got.filter((each) => each.startsWith('late')),
      [22, 23, 24, 25, 26, 27].map((seq) => `late {"seq":${seq}}`),
    )
    assert.ok(got.indexOf('good {"seq":28}') < 6, `new events go first: ${got.join()}`)
  })

  it('keeps what the broker does not take now, says so, and has it tried on request', async () => {
    const rules = ['user gw', 'topic readwrite fieldlog/#']
    const denied = [...rules, 'topic deny fieldlog/pi-4/good/#']
    const own = await startMosquitto({ users: { gw: 'pw' }, acl: denied })
    const credentials = { broker: { user: 'gw', password: 'pw' } }
    try {
      await helper.load(types, [tab, { ...brokerNode, port: String(own.port) }, out('out')], credentials)
      assert.equal(await deliver('out', message(31)), undefined, 'it is on disk')
      const topic = 'fieldlog/pi-4/good/room/ttyUSB0'
      const reason = 'not authorized (code 135)'
      const address = `mqtt://127.0.0.1:${own.port}`
      const [{ closed = [], ...rest } = {}] = (await request().get('/fieldlog/mqtt').expect(200))
        .body as Array<{
        closed?: Array<Record<string, unknown>>
      }>
      assert.deepEqual(rest, {
        id: 'broker',
        address,
        phase: 'connected',
        waiting: 1,
        refused: 0,
        broker: null,
        closedNow: 1,
      })
      assert.deepEqual(
        closed.map((each) => [each.topic, each.reason, each.waiting, typeof each.since]),
        [[topic, reason, 1, 'number']],
      )
      const watcher = await Collector.open(own.url, topic, { username: 'gw', password: 'pw' })
      const open = statusWhen('out', (text) => text === 'connected')
      own.setAcl(rules)
      // the broker reads its rules some moments later
      while (watcher.messages.length === 0) {
        const { tried } = (await request().post('/fieldlog/mqtt/broker/retry').expect(200)).body as {
          tried: number
        }
        assert.ok(tried <= 1)
      }
      assert.equal((JSON.parse(watcher.messages[0]!.payload) as { replayed: boolean }).replayed, true)
      await open
      await watcher.close()
      await request().post('/fieldlog/mqtt/other/retry').expect(404)
    } finally {
      await helper.unload()
      await own.remove()
    }
  })

  it('shows under the node which topic waits, and why', async () => {
    const acl = ['user gw', 'topic readwrite fieldlog/#', 'topic deny fieldlog/pi-4/good/#']
    const own = await startMosquitto({ users: { gw: 'pw' }, acl })
    try {
      await helper.load(types, [tab, { ...brokerNode, port: String(own.port) }, out('out')], {
        broker: { user: 'gw', password: 'pw' },
      })
      const status = statusWhen('out', (text) => text.includes('waits'))
      await deliver('out', message(32))
      assert.equal(
        await status,
        'connected · fieldlog/pi-4/good/room/ttyUSB0 waits: not authorized (code 135)',
      )
    } finally {
      await helper.unload()
      await own.remove()
    }
  })

  it('lists what can never pass, and sends it again on request', async () => {
    const own = await startMosquitto({ lines: ['max_packet_size 500'] })
    try {
      await helper.load(types, [tab, { ...brokerNode, port: String(own.port) }, out('out')])
      assert.match(
        String(await deliver('out', message(31, { data: { text: 'x'.repeat(500) } }))),
        /packet too large \(code 149\)/,
      )
      const url = '/fieldlog/mqtt/broker/refused'
      const { body } = await request().get(url).expect(200)
      const { count, refused } = body as { count: number; refused: Array<Record<string, string>> }
      const [{ id, topic, reason, payload } = {}, ...others] = refused
      assert.deepEqual([count, others], [1, []])
      assert.deepEqual(
        [id, topic, reason, (JSON.parse(payload!) as { data: unknown }).data],
        [
          'k3x9a7qd-31',
          'fieldlog/pi-4/good/room/ttyUSB0',
          'packet too large (code 149)',
          { text: 'x'.repeat(500) },
        ],
      )
      assert.deepEqual((await request().post(`${url}/resend`).expect(200)).body, { resent: 1 })
      await request().get('/fieldlog/mqtt/other/refused').expect(404)
    } finally {
      await helper.unload()
      await own.remove()
    }
  })
})

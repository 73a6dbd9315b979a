import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionOf } from '../../../nodes/mqtt-out/sessions.ts'
import { Collector } from '../../support/collector.ts'
import { type Mosquitto, startMosquitto } from '../../support/programs/mosquitto.ts'
import helper, { nodeRedName } from '../helper.ts'
import { brokerNode, deliver, message, out, statusWhen, tab, tlsNode, types } from './helper.ts'

describe(`nodes: mqtt-out (${nodeRedName})`, () => {
  let broker: Mosquitto
  let collector: Collector

  let userDir: string

  before(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'fieldlog-mqtt-out-'))
    helper.settings({ userDir })
    await new Promise<void>((resolve) => helper.startServer(() => resolve()))
    broker = await startMosquitto()
  })
  beforeEach(async () => {
    collector = await Collector.open(broker.url, 'fieldlog/pi-4/#')
  })
  afterEach(async () => {
    await helper.unload()
    await collector.close()
  })
  after(async () => {
    await broker.remove()
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()))
    helper.settings({})
    rmSync(userDir, { recursive: true })
  })

  const load = (flow: Array<object & { id: string }>, credentials?: Record<string, Record<string, string>>) =>
    helper.load(types, [tab, { ...brokerNode, port: String(broker.port) }, ...flow], credentials)
  const events = () => collector.messages.filter(({ topic }) => !topic.endsWith('/status'))
  const connections = () => broker.output.match(/New client connected from \S+ as gw /g)?.length ?? 0

  it('publishes an event and completes at the acknowledgement', async () => {
    await load([out('out')])
    assert.equal(await deliver('out', message(7)), undefined)
    await collector.until(() => events().length > 0)
    assert.deepEqual(events(), [
      {
        topic: 'fieldlog/pi-4/good/room/ttyUSB0',
        payload:
          '{"id":"k3x9a7qd-7","seq":7,"time":1353196800062,"received":1353196800062,"gateway":"pi-4",' +
          '"source":"ttyUSB0","type":"room","data":{"temp":18.2},"verdict":"good","reasons":[],"replayed":false}',
        retain: false,
        qos: 1,
      },
    ])
  })

  it('counts stored lines that a replay: port plays, completes them, and does not publish them', async () => {
    await load([out('out')])
    const shown = statusWhen('out', (text) => text.includes('stored lines not published 2'))
    assert.equal(await deliver('out', message(5, { source: '20121130@replay' })), undefined)
    // not after a restart, either: the mark is in the journal, and not in the message alone
    assert.equal(await deliver('out', message(6, { source: '20121130@replay', replayed: true })), undefined)
    assert.equal(await deliver('out', message(7)), undefined)
    assert.match(await shown, /^connected · stored lines not published 2$/)
    await collector.until(() => events().length > 0)
    assert.deepEqual(
      events().map(({ topic }) => topic),
      ['fieldlog/pi-4/good/room/ttyUSB0'],
    )
  })

  it('publishes stored lines where the user says so', async () => {
    await load([out('out', { played: true })])
    assert.equal(await deliver('out', message(5, { source: '20121130@replay' })), undefined)
    await collector.until(() => events().length > 0)
    assert.equal(events()[0]?.topic, 'fieldlog/pi-4/good/room/20121130@replay')
  })

  it('uses the topic of its panel, and publishes a rejected event with raw', async () => {
    await load([out('out', { topic: 'fieldlog/{gateway}/x/{source}/{verdict}', gateway: 'pi-4' })])
    const { data: _, ...rest } = message(8, { verdict: 'rejected', reasons: ['packet: too short'] }).event
    await deliver('out', { ...message(8), event: rest })
    await collector.until(() => events().length > 0)
    assert.equal(events()[0]?.topic, 'fieldlog/pi-4/x/ttyUSB0/rejected')
    const payload = JSON.parse(events()[0]!.payload) as Record<string, unknown>
    assert.deepEqual(
      [payload.raw, payload.reasons, 'data' in payload],
      ['OK 12 1 118 182 0', ['packet: too short'], false],
    )
  })

  it('takes the gateway from the environment, else from the host', async () => {
    process.env.FIELDLOG_GATEWAY = 'from/env'
    const other = await Collector.open(broker.url, ['fieldlog/fromenv/#', `fieldlog/${hostname()}/#`])
    try {
      await load([out('out', { gateway: '$' + '{FIELDLOG_NO_SUCH}' })])
      await deliver('out', message(1))
      delete process.env.FIELDLOG_GATEWAY
      await helper.unload()
      await load([out('out', { gateway: '' })])
      await deliver('out', message(2))
      await other.until((messages) => messages.filter(({ topic }) => topic.includes('/good/')).length === 2)
      const [first, second] = other.messages.filter(({ topic }) => topic.includes('/good/'))
      assert.equal(first?.topic, 'fieldlog/fromenv/good/room/ttyUSB0')
      assert.match(first!.payload, /"gateway":"from\/env"/)
      assert.equal(second?.topic, `fieldlog/${hostname()}/good/room/ttyUSB0`)
    } finally {
      delete process.env.FIELDLOG_GATEWAY
      await other.close()
    }
  })

  it('tells devices apart by default, and says in the payload whose reading it is', async () => {
    await load([out('out', { version: 2 })])
    const key = { key: '12', device: 'kitchen' }
    await deliver('out', message(1, key))
    await deliver('out', message(2, { device: 'ttyUSB0', verdict: 'rejected', data: undefined } as never))
    // not cleaned
    const { id, seq, received, time, source, raw, replayed } = message(3).event
    await deliver('out', { ...message(3), event: { id, seq, received, time, source, raw, replayed } })
    await collector.until(() => events().length === 3)
    assert.deepEqual(
      events().map(({ topic }) => topic),
      ['fieldlog/pi-4/good/room/kitchen', 'fieldlog/pi-4/rejected/room/ttyUSB0', 'fieldlog/pi-4/_/_/ttyUSB0'],
    )
    assert.match(
      events()[0]!.payload,
      /"source":"ttyUSB0","key":"12","device":"kitchen","type":"room","data"/,
    )
    assert.doesNotMatch(events()[1]!.payload, /"key"/)
  })

  describe('with {field} in the topic', () => {
    const topic = 'fieldlog/{gateway}/{device}/{field}'
    /** what a test before has sent may still be on its way */
    const ofKitchen = () => events().filter(({ topic }) => topic.startsWith('fieldlog/pi-4/kitchen/'))
    const two = { data: { temp: 18.2, open: true }, device: 'kitchen' }

    it('publishes each field by itself, and completes when the last one is acknowledged', async () => {
      await load([out('out', { topic })])
      assert.equal(await deliver('out', message(1, two)), undefined)
      await collector.until(() => ofKitchen().length === 2)
      assert.deepEqual(
        ofKitchen().map(({ topic, payload }) => [topic, payload]),
        [
          ['fieldlog/pi-4/kitchen/temp', '18.2'],
          ['fieldlog/pi-4/kitchen/open', 'true'],
        ],
      )
    })

    it('knows repeats of each field, and publishes them again where a replay asks for them', async () => {
      await load([out('out', { topic })])
      await deliver('out', message(1, two))
      // the first time one field was missing
      await deliver('out', message(1, { ...two, data: { ...two.data, humi: 59 } }))
      await deliver('out', message(1, { ...two, for: 'out', replayed: true }))
      await collector.until(() => ofKitchen().length === 5)
      assert.deepEqual(
        ofKitchen().map(({ topic, payload }) => `${topic.split('/').at(-1)} ${payload}`),
        ['temp 18.2', 'open true', 'humi 59', 'temp 18.2', 'open true'],
      )
    })

    it('gives the line of a rejected event as the field raw', async () => {
      await load([out('out', { topic })])
      await deliver('out', message(1, { device: 'ttyUSB0', verdict: 'rejected', reasons: ['range: …'] }))
      const ofSource = () => events().filter(({ topic }) => topic.startsWith('fieldlog/pi-4/ttyUSB0/'))
      await collector.until(() => ofSource().length === 1)
      assert.deepEqual(
        ofSource().map(({ topic, payload }) => [topic, payload]),
        [['fieldlog/pi-4/ttyUSB0/raw', 'OK 12 1 118 182 0']],
      )
    })

    it('fails the event with the error of one field, when all have settled', async () => {
      await load([out('out', { topic: '{data.temp}/{field}' })])
      const long = 'x'.repeat(65_600)
      const error = await deliver('out', message(1, { data: { temp: 1, [long]: 2 } }))
      assert.match(error?.message ?? '', /the topic would be 65602 bytes long/)
    })

    it('wants the late topic to have it, too', async () => {
      await load([out('out', { topic, lateTopic: 'fieldlog/{gateway}/late' })])
      const error = await deliver('out', message(1, two))
      assert.match(error?.message ?? '', /\{field\} must stand in both topics, or in none/)
    })
  })

  it('fails a message without an event, and says what to do', async () => {
    await load([out('out')])
    const failed = new Promise<string>((resolve) => {
      helper.getNode('out').on('call:error', (call: { firstArg: unknown }) => resolve(String(call.firstArg)))
    })
    helper.getNode('out').receive({ payload: 1 })
    assert.match(await failed, /carries no event of the journal: wire this node behind a log node/)
  })

  it('completes what is meant for another sink untouched, and publishes again what it asked for', async () => {
    await load([out('out')])
    await deliver('out', message(1))
    await deliver('out', message(1))
    await deliver('out', message(2, { for: 'another' }))
    await deliver('out', message(1, { for: 'out', replayed: true }))
    await deliver('out', message(3))
    await collector.until(() => events().length >= 3)
    const got = events().map(({ payload }) => JSON.parse(payload) as { seq: number; replayed: boolean })
    assert.deepEqual(
      got.map(({ seq, replayed }) => [seq, replayed]),
      [
        [1, false],
        [1, true],
        [3, false],
      ],
    )
  })

  it('shares one session among the nodes of a broker, and keeps it through a deploy', async () => {
    const before = connections()
    const config = { ...brokerNode, port: String(broker.port) }
    await load([out('out'), out('second', { topic: 'fieldlog/{gateway}/2/{type}' })])
    await Promise.all([deliver('out', message(1)), deliver('second', message(1))])
    const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
    await helper.setFlows([tab, config, out('out', { name: 'changed' })], 'nodes')
    await started
    // acknowledged before the deploy: known, and not published again
    await deliver('out', message(1))
    await deliver('out', message(2))
    await collector.until(() => events().length >= 3)
    assert.deepEqual(
      events()
        .map(({ topic, payload }) => `${topic} ${(JSON.parse(payload) as { seq: number }).seq}`)
        .sort(),
      ['fieldlog/pi-4/2/room 1', 'fieldlog/pi-4/good/room/ttyUSB0 1', 'fieldlog/pi-4/good/room/ttyUSB0 2'],
    )
    assert.equal(connections() - before, 1)
    assert.deepEqual(
      // what an earlier test left is marked retained
      collector.messages
        .filter(({ topic, retain }) => topic.endsWith('/status') && !retain)
        .map(({ payload }) => payload),
      ['online'],
    )
  })

  it('says that it needs a broker configuration of its own where core nodes use one with a client id', async () => {
    const warnings = async (clientid: string, other: object) => {
      const config = { ...brokerNode, port: String(broker.port), clientid }
      const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
      await helper.load(types, [tab, config, out('out'), { id: 'in', z: 'tab', ...other }])
      await started
      const { args } = helper.getNode('broker').warn as unknown as { args: string[][] }
      const said = args.map(([text]) => String(text))
      await helper.unload()
      return said.filter((text) => text.includes('client id'))
    }
    const mqttIn = { type: 'mqtt in', topic: 'x', broker: 'broker' }
    assert.deepEqual(await warnings('gw', mqttIn), [
      'mqtt: another node uses this configuration, with its client id: the broker throws one of the two connections out. ' +
        'Give mqtt out a broker configuration of its own.',
    ])
    // without a client id core nodes draw one, and ours is another one
    assert.deepEqual(await warnings('', mqttIn), [])
    assert.deepEqual(await warnings('gw', { ...mqttIn, d: true }), [])
  })

  it('says offline when Node-RED stops, and when a deploy takes the last node away', async () => {
    const offline = async () => {
      await collector.until((messages) => messages.at(-1)?.payload === 'offline')
      collector.messages.length = 0
    }
    await load([out('out')])
    await deliver('out', message(1))
    await helper.unload()
    await offline()
    await load([out('out')])
    await deliver('out', message(2))
    await helper.setFlows([tab, { ...brokerNode, port: String(broker.port) }], 'nodes')
    await offline()
  })

  it('opens the outbox once the session before it has let go of it', async () => {
    await load([out('out')])
    await deliver('out', message(1))
    const config = { ...brokerNode, port: String(broker.port) }
    for (const flow of [[], [out('out')], [], [out('out')]]) {
      const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
      await helper.setFlows([tab, config, ...flow])
      await started
    }
    await deliver('out', message(2))
    assert.equal(sessionOf('broker')?.state.diskProblem, undefined)
    assert.deepEqual(
      helper.log().args.filter(([{ msg }]) => String(msg).includes('outbox')),
      [],
    )
  })

  it('takes the latest values along to another broker', async () => {
    const other = await startMosquitto()
    const there = await Collector.open(other.url, 'fieldlog/pi-4/latest/#')
    try {
      const flow = (port: number) => [
        tab,
        { ...brokerNode, port: String(port) },
        out('out', { latest: 'good' }),
      ]
      const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
      await helper.load(types, flow(broker.port))
      await started
      const now = Date.now()
      await deliver('out', message(1, { time: now, received: now }))
      await collector.until((messages) => messages.some(({ topic }) => topic.includes('/latest/')))
      await helper.setFlows(flow(other.port))
      await there.until((messages) => messages.length > 0)
      assert.equal(there.messages[0]?.topic, 'fieldlog/pi-4/latest/room/ttyUSB0')
      assert.equal((JSON.parse(String(there.messages[0]?.payload)) as { seq: number }).seq, 1)
    } finally {
      await helper.unload()
      await there.close()
      await other.remove()
    }
  })

  it('shows under the node why there is no connection, and what waits', async () => {
    await load([out('out')])
    await deliver('out', message(1))
    await broker.stop()
    const waiting = statusWhen('out', (text) => text.includes('waiting'))
    assert.equal(await deliver('out', message(2)), undefined, 'it is on disk')
    assert.match(await waiting, /^(connection lost|broker unreachable) · waiting 1$/)
    const connected = statusWhen('out', (text) => text.startsWith('connected'))
    await broker.start()
    assert.equal(await connected, 'connected')
  })

  it('takes address, login and CA from variables, empty ones too', async () => {
    const own = await startMosquitto({ users: { 'pi-4': 'se cret' } })
    const variables = { T_URL: own.url, T_USER: 'pi-4', T_PASSWORD: 'se cret', T_CA: '' }
    Object.assign(process.env, variables)
    const ref = (name: string) => `\${${name}}`
    try {
      const config = { ...brokerNode, broker: ref('T_URL'), port: '1883', usetls: true, tls: 'tls' }
      await helper.load(types, [tab, config, { ...tlsNode, ca: ref('T_CA') }, out('out')], {
        broker: { user: ref('T_USER'), password: ref('T_PASSWORD') },
      })
      assert.equal(await deliver('out', message(1)), undefined)
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name]
      await helper.unload()
      await own.remove()
    }
  })

  it('never prints a password of the address', async () => {
    await helper.load(types, [tab, { ...brokerNode, broker: 'mqtt://me:hush-hush@127.0.0.1:1' }, out('out')])
    const warned = new Promise<string>((resolve) => {
      helper
        .getNode('broker')
        .on('call:warn', (call: { firstArg: unknown }) => resolve(String(call.firstArg)))
    })
    assert.match(await warned, /^mqtt: mqtt:\/\/127\.0\.0\.1:1 cannot be reached/)
    assert.doesNotMatch(JSON.stringify(helper.log().args), /hush/)
  })

  it('says which setting is wrong, and fails its messages', async () => {
    const wrong: Array<[object[], RegExp]> = [
      [[out('out', { broker: '' })], /no broker is chosen/],
      [[brokerNode, out('out', { topic: 'a/#' })], /must not contain \+ or #/],
      [[brokerNode, out('out', { lateTopic: 'a/{x}' })], /late topic: \{x\} is not known/],
      [[brokerNode, out('out', { payload: 'all' })], /payload is "all": give one of event, data, raw/],
      [[brokerNode, out('out', { order: 'any' })], /order is "any": give one of strict, live-first/],
      [
        [brokerNode, out('out', { expiry: '0.5', pace: -1 })],
        /expiry is 0\.5: give a whole number of seconds from 1 to 4294967295; pace is -1: give a number of events/,
      ],
      // the environment's value is checked by the same rule
      [
        [brokerNode, out('out', { maxSize: `\${T_LIMIT}` })],
        /limit is 0: give a number of MB from 1 to 1000000/,
      ],
      [[brokerNode, out('out', { qos: 3 })], /QoS is 3: give one of 0, 1, 2/],
      [
        [{ ...brokerNode, broker: 'http://me:hush@host' }, out('out')],
        /address must be a host name, or a URL/,
      ],
    ]
    process.env.T_LIMIT = '0'
    for (const [flow, text] of wrong) {
      await helper.load(types, [tab, ...flow])
      assert.match(String((await deliver('out', message(1)))?.message), text)
      const { lastCall } = helper.getNode('out').status as unknown as {
        lastCall: { firstArg: { fill: string } }
      }
      assert.equal(lastCall.firstArg.fill, 'red')
      assert.doesNotMatch(JSON.stringify(helper.log().args), /hush/)
      await helper.unload()
    }
  })
})

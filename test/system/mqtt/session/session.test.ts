import assert from 'node:assert/strict'
import { type EmbeddedBroker, startEmbeddedBroker } from '../../../../lib/mqtt/broker/embedded.ts'
import { MemoryOutbox } from '../../../../lib/mqtt/outbox/outbox.ts'
import { closeSessions, connected, inTrouble, startSession } from '../../../lib/mqtt/support.ts'
import { Collector } from '../../../support/collector.ts'
import { type Mosquitto, startMosquitto } from '../../../support/programs/mosquitto.ts'

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e-${from + i}`)

describe('mqtt session with Mosquitto', () => {
  let broker: Mosquitto
  let collector: Collector
  let collectors = 0

  before(async () => {
    broker = await startMosquitto({ lines: ['persistence true', 'max_queued_messages 0'] })
  })
  beforeEach(async () => {
    // one that keeps its subscription while the broker is away, and gets nothing of the test before
    const persistent = { clean: false, clientId: `collector-${++collectors}` }
    collector = await Collector.open(broker.url, ['t/#', 'fieldlog/#'], persistent)
  })
  afterEach(async () => {
    await closeSessions()
    await collector.close()
  })
  after(() => broker.remove())

  const ids = () => collector.on('t/').map(({ payload }) => payload)
  /** What the broker says it got from us, the statuses left out: a subscriber may get things twice after a restart. */
  const takenByBroker = () =>
    [...broker.output.matchAll(/Received PUBLISH from test-fieldlog .*'t\/(e-\d+)'/g)].map(([, id]) => id)
  const untilLast = (id: string) =>
    collector.until((messages) => messages.some(({ payload }) => payload === id))

  it('publishes with QoS 1 in order and settles at the acknowledgement', async () => {
    const { session, publish, reports } = startSession(broker.url)
    await Promise.all(range(0, 1000).map((id) => publish(id)))
    await untilLast('e-999')
    assert.deepEqual(ids(), range(0, 1000))
    assert.deepEqual(collector.on('t/e-0')[0], { topic: 't/e-0', payload: 'e-0', retain: false, qos: 1 })
    assert.deepEqual(session.counts, { in: 1000, acknowledged: 1000, refused: 0, dropped: 0, repeats: 0 })
    assert.deepEqual(
      [session.state.phase, session.state.problem, session.state.waiting, session.state.oldest],
      ['connected', undefined, 0, undefined],
    )
    assert.deepEqual(reports, [`info mqtt: connected to ${broker.url} as test-fieldlog (MQTT 5)`])
  })

  it('keeps what comes while the broker is away and sends each once, in order, when it is back', async () => {
    const before = takenByBroker().length
    const { session, publish, until, reports } = startSession(broker.url)
    await Promise.all(range(0, 50).map((id) => publish(id)))
    await untilLast('e-49')
    await broker.stop()
    await until(inTrouble)
    const settled: string[] = []
    const waiting = range(50, 550).map((id) => publish(id).then(() => settled.push(id)))
    assert.equal(session.state.waiting, 500)
    await until((now) => now.state.problem?.kind === 'unreachable')
    assert.deepEqual(settled, [])
    await broker.start()
    await Promise.all(waiting)
    await untilLast('e-549')
    assert.deepEqual(takenByBroker().slice(before), range(0, 550))
    assert.deepEqual([...new Set(ids())], range(0, 550))
    assert.deepEqual(settled, range(50, 550))
    assert.deepEqual(
      reports.map((line) =>
        line.replace(broker.url, 'BROKER').replace(/after \d+ s; \d+ messages/, 'after 0 s; 499 messages'),
      ),
      [
        'info mqtt: connected to BROKER as test-fieldlog (MQTT 5)',
        'warn mqtt: BROKER closed the connection. Trying again.',
        'warn mqtt: BROKER cannot be reached: nothing listens there (ECONNREFUSED). Trying again; 500 messages wait.',
        'info mqtt: connected to BROKER again after 0 s; 499 messages wait',
      ],
    )
  })

  it('loses nothing when the broker stops in the middle of a stream', async () => {
    const before = takenByBroker().length
    const { session, publish } = startSession(broker.url)
    const all = range(0, 3000).map((id) => publish(id))
    await collector.until((messages) => messages.filter(({ topic }) => topic.startsWith('t/')).length > 200)
    await broker.stop()
    await broker.start()
    await Promise.all(all)
    await untilLast('e-2999')
    const got = ids()
    assert.deepEqual([...new Set(got)], range(0, 3000), 'order of first publication')
    // what was sent and not answered when the broker stopped may come twice: at most the window
    const repeats = takenByBroker().length - before - 3000
    assert.ok(repeats >= 0 && repeats <= 100, `${repeats} repeats`)
    assert.equal(session.counts.acknowledged, 3000)
  })

  it('publishes an id once on a topic, however often it is handed over', async () => {
    const { session, publish } = startSession(broker.url)
    await Promise.all([publish('a'), publish('a')])
    await publish('a')
    await publish('a', { topic: 't/other' })
    await publish('a', {}, true)
    await publish('last')
    await untilLast('last')
    assert.deepEqual(
      collector.on('t/').map(({ topic }) => topic),
      ['t/a', 't/other', 't/a', 't/last'],
    )
    assert.deepEqual([session.counts.in, session.counts.repeats], [4, 2])
  })

  it('fails what finds no room, says so once, and has room again later', async () => {
    const outbox = new MemoryOutbox({ maxCount: 2 })
    const { session, publish, until, reports } = startSession('mqtt://127.0.0.1:1', {}, { outbox })
    await until(inTrouble)
    void publish('a')
    void publish('b')
    await assert.rejects(publish('c'), {
      name: 'OutboxFullError',
      message: /^2 messages .* no room for more$/,
    })
    await assert.rejects(publish('d'), { name: 'OutboxFullError' })
    assert.deepEqual([session.counts.in, session.counts.dropped, session.state.waiting], [4, 2, 2])
    const full = reports.filter((line) => line.includes('no room'))
    assert.equal(full.length, 1)
    assert.match(
      full[0]!,
      /^error mqtt: 2 messages .* while mqtt:\/\/127\.0\.0\.1:1 cannot be reached: .* the journal/,
    )
  })

  it('retains online while connected and offline after a clean stop, within its time', async () => {
    const { session, until } = startSession(broker.url)
    await until(connected)
    await collector.until((messages) => messages.some(({ payload }) => payload === 'online'))
    await session.close()
    await collector.until((messages) => messages.some(({ payload }) => payload === 'offline'))
    const late = await Collector.open(broker.url, 'fieldlog/#')
    await late.untilCount(1)
    await late.close()
    assert.deepEqual(late.messages, [
      { topic: 'fieldlog/test/status', payload: 'offline', retain: true, qos: 1 },
    ])
    assert.equal(session.state.phase, 'closed')
    assert.match(broker.output, /Received DISCONNECT from test-fieldlog\n/, 'the broker dropped the will')
  })

  it('settles nothing that is not acknowledged when it closes', async () => {
    const { session, until } = startSession('mqtt://127.0.0.1:1')
    await until(inTrouble)
    let told = false
    const publication = { id: 'a', topic: 't/a', payload: 'a', retain: false }
    session.publish(publication, () => (told = true))
    await session.close()
    session.publish({ ...publication, id: 'b' }, () => (told = true))
    assert.equal(told, false)
  })

  it('keeps the last message of a topic at the broker when asked to', async () => {
    const { publish } = startSession(broker.url)
    await publish('kept', { retain: true })
    const late = await Collector.open(broker.url, 't/kept')
    await late.untilCount(1)
    await late.close()
    assert.equal(late.messages[0]?.retain, true)
  })
})

describe('mqtt session and what a broker refuses', () => {
  let broker: Mosquitto
  afterEach(async () => {
    await closeSessions()
    await broker.remove()
  })

  it('keeps what an ACL denies on MQTT 5, goes on with other topics, and publishes it when it is allowed', async () => {
    const rules = ['user gateway', 'topic readwrite t/#']
    broker = await startMosquitto({ users: { gateway: 'secret' }, acl: [...rules, 'topic deny t/private'] })
    const { session, publish, reports, until } = startSession(broker.url, {
      username: 'gateway',
      password: 'secret',
    })
    const denied = publish('no', { topic: 't/private' })
    await until(({ state }) => state.closedCount === 1)
    await publish('yes')
    const [closed] = session.state.closedTopics
    assert.deepEqual(
      [closed?.topic, closed?.reason, closed?.waiting],
      ['t/private', 'not authorized (code 135)', 1],
    )
    assert.deepEqual([session.counts.acknowledged, session.counts.refused, session.state.waiting], [1, 0, 1])
    assert.match(
      reports.join('\n'),
      /warn .* does not take the status topic fieldlog\/test\/status: not authorized/,
    )
    broker.setAcl([...rules, 'topic readwrite t/private'])
    await denied
    assert.deepEqual([session.counts.acknowledged, session.state.waiting], [2, 0])
  })

  it('connects without retain in the will where the broker has no retained messages, and says so', async () => {
    broker = await startMosquitto({ lines: ['retain_available false'] })
    const { publish, reports, session } = startSession(broker.url)
    await publish('a')
    assert.equal(session.state.phase, 'connected')
    assert.deepEqual(
      reports.filter((line) => line.startsWith('warn')).map((line) => line.replace(broker.url, 'BROKER')),
      ['warn mqtt: BROKER does not take the last will as it is; it is not retained'],
    )
  })

  it('sets aside what is larger than the broker allows', async () => {
    broker = await startMosquitto({ lines: ['max_packet_size 300'] })
    const { publish, session } = startSession(broker.url)
    await publish('small')
    const large = publish('large', { payload: 'x'.repeat(300) })
    await assert.rejects(large, { name: 'RefusedError', message: /packet too large \(code 149\)$/ })
    await publish('next')
    assert.equal(session.state.phase, 'connected')
  })

  it('names a wrong login once, without the password', async () => {
    broker = await startMosquitto({ users: { gateway: 'right' } })
    for (const protocolVersion of [4, 5] as const) {
      const login = { username: 'gateway', password: 'hush-hush', protocolVersion }
      const { session, until, reports } = startSession(broker.url, login)
      await until((now) => now.state.problem?.kind === 'login')
      let attempts = 0
      const stop = session.subscribe({ changed: () => attempts++ })
      await until(() => attempts >= 3)
      stop()
      assert.deepEqual(reports.length, 1)
      assert.match(
        reports[0]!,
        /^error mqtt: mqtt:\/\/127\.0\.0\.1:\d+ refuses the login: .*\. Trying again\.$/,
      )
      assert.doesNotMatch(reports[0]!, /hush/)
      await session.close()
    }
  })
})

describe('mqtt session and another one with its client id', () => {
  let broker: Mosquitto
  before(async () => {
    broker = await startMosquitto()
  })
  afterEach(closeSessions)
  after(() => broker.remove())

  for (const protocolVersion of [4, 5] as const) {
    it(`says so once, with the id, on MQTT ${protocolVersion}`, async () => {
      const tuning = { takeoverPauses: { first: 20, longest: 300_000 } }
      const open = () => startSession(broker.url, { clientId: 'pump-house', protocolVersion, tuning })
      const pair = [open(), open()]
      const logins = [0, 0]
      await Promise.all(
        pair.map(({ session, until, publish }, index) => {
          let wasConnected = false
          void publish(`${protocolVersion}-${index}`)
          return until(() => {
            const isConnected = session.state.phase === 'connected'
            if (isConnected && !wasConnected) logins[index]!++
            wasConnected = isConnected
            return logins[0]! + logins[1]! >= 14
          })
        }),
      )
      for (const { reports } of pair) {
        const said = reports.filter((line) => line.includes('same client id'))
        assert.equal(said.length, 1, reports.join('\n'))
        assert.match(
          said[0]!,
          /^error mqtt: \S+ closed the connection.* same client id, pump-house; give each gateway/,
        )
      }
    })
  }
})

describe('mqtt session with the embedded broker', () => {
  let broker: EmbeddedBroker
  before(async () => {
    broker = await startEmbeddedBroker({ port: 0 })
  })
  afterEach(closeSessions)
  after(() => broker.stop())

  it('falls back to MQTT 3.1.1 with one notice', async () => {
    const collector = await Collector.open(broker.url, 't/#')
    const { publish, reports } = startSession(broker.url)
    await Promise.all(range(0, 300).map((id) => publish(id)))
    await collector.untilCount(300)
    await collector.close()
    assert.deepEqual(
      collector.messages.map(({ payload }) => payload),
      range(0, 300),
    )
    assert.deepEqual(
      reports.map((line) => line.replace(broker.url, 'BROKER')),
      [
        'info mqtt: BROKER does not speak MQTT 5; MQTT 3.1.1 is used instead, on which a broker cannot say that it refuses a message',
        'info mqtt: connected to BROKER as test-fieldlog (MQTT 3.1.1)',
      ],
    )
  })

  it('keeps the version after the next connection', async () => {
    const { publish, until, reports, session } = startSession(broker.url)
    await publish('a')
    const { port } = broker
    await broker.stop()
    await until(inTrouble)
    broker = await startEmbeddedBroker({ port })
    await publish('b')
    assert.equal(reports.filter((line) => line.includes('does not speak')).length, 1)
    assert.equal(session.counts.acknowledged, 2)
  })
})

// What a refusal closes, who is guilty of a closed connection, and what is set aside; time is passed in.
import assert from 'node:assert/strict'
import { MemoryOutbox } from '../../../../lib/mqtt/outbox/outbox.ts'
import { MemoryRefusedPile } from '../../../../lib/mqtt/outbox/refused.ts'
import type { Session } from '../../../../lib/mqtt/session/session.ts'
import type { SessionOptions, SessionParts } from '../../../../lib/mqtt/session/session-options.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { ModelBroker } from '../model-broker.ts'
import { startModelSession } from '../support.ts'

describe('mqtt session: what a broker refuses', () => {
  let time: FakeClock
  let broker: ModelBroker
  let session: Session
  let reports: string[]
  let outcomes: Map<string, Error | undefined>
  let number: number

  beforeEach(() => {
    time = new FakeClock()
    broker = new ModelBroker()
    reports = []
    outcomes = new Map()
    number = 0
  })
  afterEach(() => time.run(session.close()))

  async function start(options: Partial<SessionOptions> = {}, parts: SessionParts = {}): Promise<void> {
    session = await startModelSession({ broker, time, reports }, options, parts)
  }

  /** Hands over a message on each topic; returns their ids. */
  async function publish(...topics: string[]): Promise<string[]> {
    const ids = topics.map((topic) => {
      const id = `${topic}${number++}`
      session.publish({ id, topic, payload: `payload of ${id}`, retain: false }, (error) => {
        outcomes.set(id, error)
      })
      return id
    })
    await settle(10)
    return ids
  }
  const arrived = (topic?: string) =>
    broker.arrived.filter((each) => topic === undefined || each.topic === topic).map(({ id }) => id)
  const waitingTopics = () => session.state.closedTopics.map(({ topic }) => topic)
  const sentOn = (topic: string) => broker.sent.filter(({ name }) => name.startsWith(topic)).length
  const balanced = () => {
    const { in: taken, acknowledged, refused, dropped } = session.counts
    assert.equal(taken, acknowledged + refused + dropped + session.state.waiting)
  }

  for (const [code, why] of [
    [144, 'topic name invalid'],
    [149, 'packet too large'],
    [153, 'payload format invalid'],
  ] as const) {
    it(`sets aside at once what can never pass: ${why}`, async () => {
      broker.judge = ({ topic }) => (topic === 'a' ? code : 'take')
      await start()
      const [first] = await publish('a', 'a', 'b')
      assert.match(
        String(outcomes.get(first!)),
        new RegExp(`refuses event a0 on a: ${why} \\(code ${code}\\)$`),
      )
      assert.deepEqual([session.counts.refused, session.state.waiting, waitingTopics()], [2, 0, []])
      assert.deepEqual(arrived(), ['b2'])
      balanced()
    })
  }

  for (const code of [128, 131, 135, 145, 147, 151, 154, 155]) {
    it(`closes the topic at every other refusal, and its messages follow in order (code ${code})`, async () => {
      let refuses = true
      broker.judge = ({ topic }) => (topic === 'a' && refuses ? code : 'take')
      await start()
      await publish('a', 'b', 'a', 'b')
      await publish('a', 'b')
      assert.deepEqual([arrived(), session.state.waiting], [['b1', 'b3', 'b5'], 3])
      const [closed] = session.state.closedTopics
      assert.deepEqual([closed?.topic, closed?.waiting, closed?.since], ['a', 3, time.wall()])
      assert.match(closed!.reason, new RegExp(`\\(code ${code}\\)$`))
      refuses = false
      await time.advance(1_000)
      await publish('a')
      assert.deepEqual([arrived('a'), waitingTopics()], [['a0', 'a2', 'a4', 'a6'], []])
      assert.equal(session.counts.refused, 0)
      balanced()
    })
  }

  it('tries one message of a closed topic after 1 s, 2 s, 4 s … up to 5 min, and no other', async () => {
    broker.judge = ({ topic }) => (topic === 'a' ? 135 : 'take')
    await start()
    await publish('a', 'a', 'a')
    const first = sentOn('a')
    const attempts: number[] = []
    for (let passed = 1; passed <= 1_200; passed++) {
      const before = sentOn('a')
      await time.advance(1_000)
      if (sentOn('a') > before) attempts.push(passed)
    }
    assert.equal(first, 3)
    const steps = attempts.map((at, index) => at - (attempts[index - 1] ?? 0))
    assert.deepEqual(steps, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    assert.deepEqual(session.state.closedTopics[0]?.waiting, 3)
  })

  it('tries a closed topic at a new connection, and on request', async () => {
    broker.judge = ({ topic }) => (topic === 'a' ? 135 : 'take')
    await start()
    await publish('a')
    await time.advance(200_000)
    const before = sentOn('a')
    broker.drop()
    await time.advance(600)
    assert.equal(sentOn('a') - before, 1)
    assert.equal(session.retry(), 1)
    await settle(10)
    assert.equal(sentOn('a') - before, 2)
  })

  it('delays the other topics by nothing while one of three is refused for an hour', async () => {
    broker.judge = ({ topic }) => (topic === 'a' ? 135 : 'take')
    await start()
    const start1 = time.monotonic()
    let given = 0
    while (time.monotonic() - start1 < 3_600_000) {
      const before = arrived().length
      await publish('a', 'b', 'c')
      given++
      assert.equal(arrived().length - before, 2, 'both arrive before any time has passed')
      await time.advance(5_000)
    }
    assert.equal(session.state.waiting, given)
    broker.judge = () => 'take'
    await time.advance(300_000)
    await settle(200)
    assert.equal(session.state.waiting, 0)
    assert.deepEqual(
      arrived('a'),
      Array.from({ length: given }, (_, i) => `a${i * 3}`),
    )
    balanced()
  })

  it('says once that a topic is closed, and once that it is open again', async () => {
    let refuses = true
    broker.judge = ({ topic }) => (topic === 'a' && refuses ? 135 : 'take')
    await start()
    for (let i = 0; i < 20; i++) {
      await publish('a', 'b')
      await time.advance(10_000)
    }
    refuses = false
    await time.advance(300_000)
    assert.deepEqual(reports.slice(1), [
      'warn mqtt: mqtt://model does not take the topic a: not authorized (code 135). Its messages wait and are tried again; other topics go on.',
      'info mqtt: mqtt://model takes the topic a again',
    ])
  })

  it('goes on with a topic whose first message has QoS 0, which proves nothing', async () => {
    broker.judge = () => 135
    await start()
    await publish('a')
    session.publish({ id: 'unproven', topic: 'b', payload: '', retain: false }, () => {})
    await settle(10)
    for (const id of ['x', 'y']) {
      session.publish({ id, topic: 'a', payload: id, retain: false, qos: 0 }, () => {})
      session.publish({ id: `${id}1`, topic: 'a', payload: id, retain: false }, () => {})
    }
    await settle(10)
    // the first one can never pass, so that the topic begins with one of QoS 0
    broker.judge = ({ userProperties }) => (userProperties!.id === 'a0' ? 153 : 'take')
    await time.advance(5_000)
    assert.deepEqual(arrived('a'), ['x', 'x1', 'y', 'y1'])
    assert.deepEqual([session.state.closedCount, session.state.waiting], [0, 0])
  })

  it('leaves to the order of first publication what was in flight behind a refused message', async () => {
    let refusals = 1
    broker.judge = () => (refusals-- > 0 ? 151 : 'take')
    await start()
    await publish('a', 'a', 'a')
    assert.deepEqual(arrived(), ['a1', 'a2'])
    await publish('a')
    await time.advance(1_000)
    assert.deepEqual([arrived(), session.state.waiting], [['a1', 'a2', 'a0', 'a3'], 0])
  })

  it('closes the broker when three topics are refused and nothing passes: one message at a time', async () => {
    broker.judge = () => 151
    await start()
    await publish('a', 'b', 'c', 'd', 'a', 'b')
    assert.match(session.state.closedBroker!.reason, /quota exceeded/)
    const before = broker.sent.length
    broker.mostInFlight = 0
    await time.advance(60_000)
    assert.equal(broker.sent.length - before, 5, 'after 1, 3, 7, 15, 31 s')
    assert.equal(broker.mostInFlight, 1)
    await publish('e')
    broker.judge = () => 'take'
    await time.advance(60_000)
    assert.deepEqual([session.state.closedBroker, session.state.waiting, waitingTopics()], [undefined, 0, []])
    for (const topic of ['a', 'b']) assert.equal(arrived(topic).length, 2)
    assert.deepEqual(
      reports.filter((line) => line.includes('takes')),
      [
        'error mqtt: mqtt://model takes no topic: quota exceeded (code 151). One message at a time is tried; nothing is given up; 6 messages wait.',
        'info mqtt: mqtt://model takes messages again; 6 messages wait',
        reports.find((line) => line.includes('takes the topic'))!,
      ].filter(Boolean),
    )
    balanced()
  })

  it('finds the one topic that the broker takes, although three others are refused', async () => {
    broker.judge = ({ topic }) => (topic === 'd' ? 'take' : 135)
    await start()
    await publish('a', 'b', 'c')
    assert.notEqual(session.state.closedBroker, undefined)
    await publish('d')
    await time.advance(1_100)
    assert.deepEqual([arrived(), session.state.closedBroker], [['d3'], undefined])
    const before = time.monotonic()
    for (let i = 0; i < 50; i++) {
      await publish('a', 'd')
      await time.advance(1_000)
    }
    assert.equal(arrived('d').length, 51)
    assert.equal(session.state.closedBroker, undefined, `${time.monotonic() - before} ms`)
  })

  it('tries all closed topics when one passes after an outage', async () => {
    broker.judge = ({ topic }) => (topic === 'z' ? 'take' : 135)
    await start()
    await publish('a', 'z', 'b', 'z')
    await time.advance(100_000)
    broker.judge = () => 'take'
    session.retry()
    await publish('a', 'b')
    assert.deepEqual(
      [arrived('a'), arrived('b')],
      [
        ['a0', 'a4'],
        ['b2', 'b5'],
      ],
    )
  })

  describe('and closed connections', () => {
    const advance = async (ms: number, ...topics: string[]) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        await publish(...topics)
        await time.advance(1_000)
      }
    }

    it('sets aside a message that closes three connections alone, with others acknowledged in between', async () => {
      broker.judge = ({ userProperties }) => (userProperties!.id === 'a1' ? 'close' : 'take')
      await start()
      await publish('b', 'a', 'a', 'b')
      await advance(60_000, 'b')
      assert.match(
        String(outcomes.get('a1')),
        /refuses event a1 on a: it closed the connection on it three times, and took others in between$/,
      )
      assert.deepEqual(arrived('a'), ['a2'])
      assert.deepEqual([session.counts.refused, session.state.waiting, waitingTopics()], [1, 0, []])
      const alone = broker.sent.filter(({ name }) => name === 'a1').slice(-3)
      for (const { connection } of alone) {
        const others = broker.arrived.filter((each) => each.connection === connection)
        assert.ok(others.length > 0, `nothing was acknowledged on connection ${connection}`)
      }
      balanced()
    })

    it('sets nothing aside when the broker closes the connection at any event for a minute', async () => {
      broker.judge = () => 'close'
      await start()
      await advance(60_000, 'a', 'b', 'c', 'd', 'e')
      assert.deepEqual([session.counts.refused, arrived().length], [0, 0])
      const lines = reports.length
      broker.judge = () => 'take'
      await advance(120_000, 'a')
      await settle(100)
      assert.deepEqual([session.counts.refused, session.state.waiting, waitingTopics()], [0, 0, []])
      for (const topic of ['b', 'c', 'd', 'e']) {
        assert.equal(arrived(topic).length, 60)
        assert.deepEqual(
          arrived(topic),
          [...arrived(topic)].sort((x, y) => +x.slice(1) - +y.slice(1)),
        )
      }
      assert.ok(lines <= 6, reports.slice(0, lines).join('\n'))
      balanced()
    })

    it('grows the pauses between connections to a broker that takes nothing', async () => {
      broker.judge = () => 'close'
      await start()
      await publish('a')
      await time.advance(600_000)
      assert.ok(broker.logins.length < 40, `${broker.logins.length} connections`)
      assert.equal(session.counts.refused, 0)
    })

    it('finds the guilty one on the only topic, too, by those behind it', async () => {
      broker.judge = ({ userProperties }) => (userProperties!.id === 'a1' ? 'close' : 'take')
      await start()
      await publish(...'aaaaaaaa')
      await time.advance(1_800_000)
      assert.deepEqual([session.counts.refused, session.state.waiting], [1, 0])
      assert.deepEqual(arrived(), ['a0', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'])
    })

    it('suspects nobody of what the broker says of itself, or of a lost network', async () => {
      await start()
      broker.judge = () => 'ignore'
      for (let i = 0; i < 10; i++) {
        await publish('a')
        broker.drop(false)
        await time.advance(40_000)
      }
      assert.deepEqual([waitingTopics(), session.counts.refused], [[], 0])
    })

    it('sets aside a message that is never acknowledged while others are', async () => {
      broker.judge = ({ userProperties }) => (userProperties!.id === 'a0' ? 'ignore' : 'take')
      await start()
      await publish('a', 'a', 'b')
      await advance(200_000, 'b')
      assert.match(
        String(outcomes.get('a0')),
        /refuses event a0 on a: it was not acknowledged three times, while others were$/,
      )
      // what was in flight behind it was acknowledged
      assert.deepEqual(arrived('a'), ['a1'])
      assert.deepEqual([session.counts.refused, session.state.waiting], [1, 0])
    })

    it('keeps a message that is not acknowledged when no other is', async () => {
      broker.judge = () => 'ignore'
      await start()
      await publish('a', 'b')
      await time.advance(600_000)
      assert.deepEqual([session.counts.refused, session.state.waiting], [0, 2])
    })
  })

  describe('and its own messages', () => {
    const ownSent = (name: string) => broker.sent.filter((each) => each.name === name).length

    it('tries a status again that is refused, at a growing distance, and says so once', async () => {
      broker.judgeOwn = () => 135
      await start()
      await time.advance(600_000)
      assert.equal(ownSent('status'), 6, 'at first, and after 10, 30, 70, 150 and 310 s')
      assert.equal(reports.filter((line) => line.includes('status topic')).length, 1)
      broker.judgeOwn = () => 'take'
      await time.advance(1_200_000)
      assert.equal(ownSent('status'), 7, 'after 630 s')
      await publish('a')
      assert.deepEqual(arrived(), ['a0'])
    })

    it('does not give up status and will for three connections that broke too early', async () => {
      broker.judgeOwn = () => 'ignore'
      await start()
      for (let i = 0; i < 5; i++) {
        broker.drop(true)
        await time.advance(20_000)
      }
      broker.judgeOwn = () => 'take'
      await time.advance(3_600_000)
      const before = ownSent('status')
      broker.drop()
      await time.advance(40_000)
      assert.equal(ownSent('status'), before + 1)
      assert.deepEqual(broker.logins.at(-1)?.will, { topic: 'status', payload: 'offline', retain: true })
    })

    it('publishes events where the broker closes the connection on the status', async () => {
      broker.judgeOwn = () => 'close'
      await start()
      await publish('a')
      await time.advance(30_000)
      assert.deepEqual([arrived(), session.counts.refused], [['a0'], 0])
    })

    for (const name of ['status', 'health']) {
      it(`goes on with events where the ${name} is never acknowledged, and tries it again at a growing distance`, async () => {
        broker.facts = { ...broker.facts, receiveMaximum: 2 }
        broker.judgeOwn = ({ topic }) => (topic === name ? 'ignore' : 'take')
        let spills = 0
        class Watched extends MemoryOutbox {
          override spill() {
            if (session.state.phase === 'connected') spills++
          }
        }
        await start({ healthTopic: 'health' }, { outbox: new Watched() })
        const started = time.monotonic()
        let late = 0
        while (time.monotonic() - started < 7_200_000) {
          const [id] = await publish('a')
          if (session.state.phase === 'connected' && !outcomes.has(id!)) late++
          await time.advance(5_000)
        }
        assert.deepEqual([late, spills, session.counts.refused], [0, 0, 0])
        assert.ok(ownSent(name) <= 14, `${ownSent(name)} attempts, each with a connection`)
        assert.ok(broker.logins.length <= 15, `${broker.logins.length} connections in two hours`)
        assert.equal(
          reports.filter((line) => line.includes(`${name} topic`)).join(),
          `warn mqtt: mqtt://model does not take the ${name} topic ${name}: it was not acknowledged three times in a row. ` +
            'It is tried again at growing intervals; events are published all the same.',
        )
        broker.judgeOwn = () => 'take'
        const before = ownSent(name)
        await time.advance(3_700_000)
        assert.ok(ownSent(name) > before, 'never given up')
      })
    }

    it('sends a health report within the receive maximum', async () => {
      broker.facts = { ...broker.facts, receiveMaximum: 2 }
      await start({ healthTopic: 'health', tuning: { healthInterval: 1_000 } })
      broker.judge = () => 'ignore'
      broker.mostInFlight = 0
      await publish('a', 'b')
      await time.advance(5_000)
      assert.deepEqual([broker.mostInFlight, ownSent('health')], [2, 0])
      broker.judge = () => 'take'
      await time.advance(60_000)
      assert.ok(ownSent('health') > 10)
    })
  })

  describe('and the dead-letter store', () => {
    it('counts as dropped what the store has no room for', async () => {
      broker.judge = () => 153
      await start({}, { refused: new MemoryRefusedPile({ maxCount: 10 }) })
      for (let i = 0; i < 50; i++) await publish('a')
      assert.deepEqual(
        [session.counts.in, session.counts.refused, session.counts.dropped, session.state.refused],
        [50, 10, 40, 10],
      )
      balanced()
      assert.match(reports.join('\n'), /is given up: the dead-letter store has no room for more/)
    })

    it('balances while messages are sent again, and when some are set aside once more', async () => {
      broker.judge = () => 153
      await start()
      await publish('a', 'b', 'c')
      broker.judge = ({ topic }) => (topic === 'a' ? 153 : 'take')
      const resent = session.resendRefused()
      balanced()
      assert.equal(await resent, 3)
      await settle(20)
      balanced()
      assert.deepEqual(
        [session.counts.in, session.counts.acknowledged, session.counts.refused, session.state.refused],
        [3, 2, 1, 1],
      )
    })

    it('does not name a topic as closed whose last message was set aside', async () => {
      let keep = () => {}
      class Slow extends MemoryRefusedPile {
        override async add(...added: Parameters<MemoryRefusedPile['add']>) {
          await new Promise<void>((resolve) => {
            keep = resolve
          })
          return super.add(...added)
        }
      }
      let code = 135
      broker.judge = () => code
      await start({}, { refused: new Slow() })
      await publish('a')
      code = 153
      await time.advance(1_000)
      await settle(10)
      keep()
      await settle(10)
      assert.deepEqual([session.counts.refused, session.state.closedCount, session.state.waiting], [1, 0, 0])
      balanced()
    })

    it('keeps a message there for which the outbox has no room when it is sent again', async () => {
      broker.judge = () => 153
      await start({}, { outbox: new MemoryOutbox({ maxCount: 2 }) })
      await publish('a')
      await publish('b')
      await publish('c')
      broker.judge = () => 'ignore'
      await publish('d')
      await session.resendRefused()
      await settle(10)
      balanced()
      assert.deepEqual([session.counts.refused, session.state.waiting, session.counts.dropped], [2, 2, 0])
    })
  })
})

// What the session asks for at the login, another client with its id, and what the log says of the connection.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Session } from '../../../../lib/mqtt/session/session.ts'
import type { SessionOptions } from '../../../../lib/mqtt/session/session-options.ts'
import { problemOfAnswer, problemOfConnack, takenOver } from '../../../../lib/mqtt/wire/problems.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { ModelBroker } from '../model-broker.ts'
import { closeSessions, startModelSession, startSession } from '../support.ts'

const silent = { isSilent: true, problem: { kind: 'no answer' as const, text: 'closes the connection' } }
const refused = (loginCode: number) => ({ loginCode, problem: problemOfConnack(loginCode) })
const day = 24 * 3_600_000

describe('mqtt session: the login', () => {
  let time: FakeClock
  let broker: ModelBroker
  let session: Session
  let reports: string[]

  beforeEach(() => {
    time = new FakeClock()
    broker = new ModelBroker()
    reports = []
  })
  afterEach(() => time.run(session.close()))

  async function start(options: Partial<SessionOptions> = {}): Promise<void> {
    session = await startModelSession({ broker, time, reports }, { clientId: 'raspberrypi', ...options })
  }
  const forms = () =>
    broker.logins.map(({ protocolVersion, will }) => {
      const form = will === undefined ? 'none' : will.retain ? 'retained' : 'plain'
      return `${protocolVersion} ${form}`
    })

  it('asks for less, step by step, where the broker closes the connection without an answer', async () => {
    broker.login = () => silent
    await start()
    await time.advance(100_000)
    assert.deepEqual(forms().slice(0, 9), [
      '5 retained',
      '5 retained',
      '4 retained',
      '5 plain',
      '5 none',
      '4 plain',
      '4 none',
      '5 retained',
      '5 retained',
    ])
  })

  it('tries MQTT 3.1.1 after the second silence, remembers it, and says so once', async () => {
    broker.login = ({ protocolVersion }) => (protocolVersion === 5 ? silent : undefined)
    await start()
    await time.advance(5_000)
    assert.deepEqual(forms(), ['5 retained', '5 retained', '4 retained'])
    for (let i = 0; i < 3; i++) {
      broker.drop()
      await time.advance(20_000)
    }
    assert.deepEqual(forms().slice(3), ['4 retained', '4 retained', '4 retained'])
    assert.equal(reports.filter((line) => line.includes('does not speak MQTT 5')).length, 1)
    await time.advance(day)
    broker.drop()
    await time.advance(5_000)
    assert.deepEqual(forms().slice(6), ['5 retained', '5 retained', '4 retained'], 'it may have learnt')
  })

  it('stays with what has worked, although the broker closes without an answer while it restarts', async () => {
    await start()
    broker.login = () => silent
    broker.drop()
    await time.advance(120_000)
    broker.login = () => undefined
    await time.advance(40_000)
    assert.deepEqual([...new Set(forms())], ['5 retained'])
    assert.equal(session.state.phase, 'connected')
  })

  it('connects without retain, then without a will, where the broker refuses it, and remembers that for a day', async () => {
    broker.login = ({ will }) => (will !== undefined ? refused(will.retain ? 154 : 155) : undefined)
    await start()
    await settle(10)
    assert.deepEqual(forms(), ['5 retained', '5 plain', '5 none'], 'at once, one after the other')
    assert.equal(session.state.phase, 'connected')
    assert.deepEqual(
      reports.filter((line) => line.startsWith('warn')),
      [
        'warn mqtt: mqtt://model does not take the last will as it is; it is left out: a lost connection does not show as offline',
      ],
    )
    broker.drop()
    await time.advance(20_000)
    assert.deepEqual(forms().slice(3), ['5 none'])
    await time.advance(day)
    broker.drop()
    await time.advance(20_000)
    assert.deepEqual(forms().slice(4), ['5 retained', '5 plain', '5 none'])
  })

  it('falls back at once where the broker says that it does not speak MQTT 5', async () => {
    broker.login = ({ protocolVersion }) => (protocolVersion === 5 ? refused(132) : undefined)
    await start()
    await settle(10)
    assert.deepEqual(forms(), ['5 retained', '4 retained'])
  })

  for (const [name, sign] of [
    ['says so', { problem: takenOver('raspberrypi', true) }],
    ['closes without a reason', { blamesMessage: true }],
  ] as const) {
    it(`recognises another client with its id where the broker ${name}: pauses grow, one line names the id`, async () => {
      await start()
      const publish = (id: string) =>
        session.publish({ id, topic: 't', payload: id, retain: false }, () => {})
      for (let at = 0, i = 0; at < 3_600_000; at += 500, i++) {
        if (session.state.phase === 'connected') {
          publish(`e-${i}`)
          await settle(10)
          // the other one connects half a second later
          broker.end(sign)
        }
        await time.advance(500)
      }
      assert.ok(broker.logins.length < 25, `${broker.logins.length} connections in an hour`)
      const lines = reports.filter((line) => line.includes('same client id'))
      assert.equal(lines.length, 1)
      assert.match(
        lines[0]!,
        /^error .*same client id, raspberrypi; give each gateway a client id of its own/,
      )
      const others = reports.filter((line) => line !== lines[0]).map((line) => line.split(' ')[0])
      // two short connections may have any reason; the third one is one too many
      assert.deepEqual(others, name === 'says so' ? ['info'] : ['info', 'warn', 'info', 'warn', 'info'])
    })
  }

  it('says once after an outage that it is connected again', async () => {
    await start()
    broker.login = () => ({
      problem: { kind: 'unreachable', text: 'cannot be reached: nothing listens there' },
    })
    broker.drop()
    await time.advance(60_000)
    session.publish({ id: 'a', topic: 't', payload: 'a', retain: false }, () => {})
    broker.login = () => undefined
    await time.advance(60_000)
    assert.deepEqual(reports, [
      'info mqtt: connected to mqtt://model as raspberrypi (MQTT 5)',
      'warn mqtt: mqtt://model closed the connection. Trying again.',
      'warn mqtt: mqtt://model cannot be reached: nothing listens there. Trying again.',
      'info mqtt: connected to mqtt://model again after 1 min',
    ])
  })
})

describe('mqtt session: a port that is not one of MQTT', () => {
  let server: Server
  const sockets = new Set<Socket>()
  afterEach(async () => {
    await closeSessions()
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  async function answering(bytes: Buffer | string | undefined): Promise<string> {
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('data', () => (bytes === undefined ? socket.destroy() : socket.end(bytes)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { session, until } = startSession(`mqtt://127.0.0.1:${port}`)
    await until(({ state }) => state.problem !== undefined)
    return `${session.state.problem!.kind}: ${session.state.problem!.text}`
  }

  it('is named by its TLS alert', async () => {
    const alert = Buffer.from([21, 3, 1, 0, 2, 2, 70])
    assert.match(await answering(alert), /^tls: answers in TLS: the port wants mqtts:\/\//)
  })

  it('is named by its HTTP answer', async () => {
    assert.match(await answering('HTTP/1.1 400 Bad Request\r\n\r\n'), /^no answer: answers in HTTP/)
  })

  it('is named by its answer to a TLS handshake where it says nothing to MQTT', async () => {
    const server = createTlsServer({}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    for (const scheme of ['mqtt', 'ws']) {
      const { session, until } = startSession(`${scheme}://127.0.0.1:${port}`)
      await until(({ state }) => state.problem !== undefined)
      assert.match(session.state.problem!.text, /^answers in TLS: the port wants mqtts:\/\/ or wss:\/\//)
    }
    await closeSessions()
    server.close()
  })

  it('is not taken for one of TLS without a sign of it', async () => {
    assert.doesNotMatch(await answering(undefined), /TLS/)
  })
})

describe('mqtt problems: the login', () => {
  it('say that it may be the password where there was one, and that one is missing where there was none', () => {
    for (const code of [5, 135]) {
      assert.match(
        problemOfConnack(code, { username: 'me', password: 'x' }).text,
        /the password may be wrong/,
      )
      assert.match(problemOfConnack(code).text, /lets nobody in without a user name and a password/)
    }
    assert.match(problemOfConnack(134, { username: 'me' }).text, /password is wrong/)
  })

  it('know nothing of MQTT by its first bytes', () => {
    assert.equal(problemOfAnswer(Buffer.from([0x20, 3, 0, 0, 0])), undefined)
  })
})

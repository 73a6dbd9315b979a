// The set-up page's interface over HTTP, behind the guard that it has in a gateway.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { ReaderLogin } from '../../../../lib/appliance/reader-login.ts'
import { Door } from '../../../../lib/appliance/setup/door.ts'
import { FirstPassword, openFor } from '../../../../lib/appliance/setup/first-password.ts'
import { type SettingsChange, type SettingsState, SetupSite } from '../../../../lib/appliance/setup/site.ts'
import { createGuardedServer } from '../../../../lib/appliance/web/guarded-server.ts'
import { LoginGate } from '../../../../lib/appliance/web/login-gate.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const settings: SettingsState = {
  values: { serial: 'demo:', baud: '57600', broker: '', user: '', gateway: 'pi-4' },
  hasPassword: false,
  fixed: [],
  unused: [],
}
const wanted: SettingsChange = { ...settings.values, password: 'pw' }
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
})

describe('the set-up page', () => {
  let server: Server
  let clock: FakeClock
  let log: string[]
  let changes: SettingsChange[]
  let isFull: boolean

  beforeEach(async () => {
    clock = new FakeClock()
    log = []
    changes = []
    isFull = false
    const door = new Door({
      gate: undefined,
      isSettingUp: true,
      tokenCheck: () => undefined,
      reader: new ReaderLogin(),
      surroundings: { hostName: 'pi-4', interfaces: () => ({}) },
    })
    const first = new FirstPassword({
      clock,
      hash: async (password) => password,
      keep() {
        if (isFull) throw Object.assign(new Error('disk is full'), { code: 'ENOSPC' })
      },
      chosen: ({ hash, known }) =>
        door.lock(
          new LoginGate({ user: 'admin', check: async (given) => given === hash, known, log() {}, clock }),
        ),
    })
    const site = new SetupSite({
      files: {
        answer: (path) =>
          path === '/' ? { status: 200, headers: {}, body: Buffer.from('the page') } : undefined,
      },
      first,
      gateway: () => 'pi-4',
      settings: () => settings,
      async change(changed) {
        if (changed.baud === 'fast') throw Object.assign(new Error('no number'), { code: 'CONFIG' })
        changes.push(changed)
      },
      tryBroker: async ({ broker }) => ({ ok: broker === 'mqtt://good' }),
      log: (line) => log.push(line),
    })
    server = createGuardedServer((request, response) => {
      if (!site.take(request, response)) response.end('Node-RED')
    }, door.guard).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const { port } = server.address() as AddressInfo
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request({ port, host: '127.0.0.1', method, path, headers: { ...type, ...headers } })
    sent.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body))
    const [response] = await once(sent, 'response')
    const said = await text(response)
    return { status: response.statusCode as number, said, location: response.headers.location as string }
  }
  const choose = (password: unknown, headers = {}) =>
    ask('POST', '/fieldlog/setup/api/password', { password }, headers)

  it('is where every door leads to, and nothing is behind it', async () => {
    for (const path of ['/', '/fieldlog', '/fieldlog/', '/fieldlog/setup']) {
      const { status, location } = await ask('GET', path)
      assert.deepEqual([status, location], [303, '/fieldlog/setup/'], path)
    }
    const page = await ask('GET', '/fieldlog/setup/')
    assert.deepEqual([page.status, page.said], [200, 'the page'])
    assert.equal((await ask('GET', '/fieldlog/setup/other.js')).status, 404)
    assert.equal((await ask('GET', '/flows')).status, 403)
    assert.equal((await ask('POST', '/fieldlog/setup/api/settings', wanted)).status, 403)
    const state = await ask('GET', '/fieldlog/setup/api/state')
    assert.equal(state.said, '{"phase":"password","gateway":"pi-4"}')
  })

  it('sets the password once; from then on everything needs the login', async () => {
    const answers = await Promise.all([choose('one of two'), choose('two of two')])
    const statuses = answers.map(({ status }) => status)
    assert.deepEqual(statuses.toSorted(), statuses[0] === 200 ? [200, statuses[1]] : [200, statuses[0]])
    const won = statuses[0] === 200 ? 'one of two' : 'two of two'
    const lost = won === 'one of two' ? 'two of two' : 'one of two'
    // in the moment when the first one is kept 409, behind it the guard's 401
    assert.ok(statuses.includes(409) || statuses.includes(401), String(statuses))
    assert.deepEqual(log, [
      'the password was chosen from this machine: from now on everything needs the login',
    ])
    for (const path of ['/flows', '/fieldlog/setup/api/state', '/fieldlog/setup/api/password']) {
      assert.equal((await ask('GET', path)).status, 401, path)
    }
    assert.equal((await choose('three of two')).status, 401)
    assert.equal((await choose('three of two', basic(won))).status, 409)
    assert.equal((await ask('GET', '/flows', undefined, basic(lost))).status, 401)
    clock.tick(1_000)
    assert.equal((await ask('GET', '/flows', undefined, basic(won))).said, 'Node-RED')
    assert.equal((await ask('GET', '/')).said, 'Node-RED')
    const state = await ask('GET', '/fieldlog/setup/api/state', undefined, basic(won))
    assert.deepEqual(JSON.parse(state.said), { phase: 'settings', gateway: 'pi-4', settings })
  })

  it('says what is wrong with a password, and stays open', async () => {
    const short = await choose('short')
    assert.deepEqual([short.status, JSON.parse(short.said).code], [400, 'PASSWORD'])
    for (const bad of [7, null, undefined]) assert.equal((await choose(bad)).status, 400)
    const path = '/fieldlog/setup/api/password'
    for (const body of ['', '[]', '"x"', '{', 'x'.repeat(9_000)]) {
      assert.equal((await ask('POST', path, body)).status, 400, body.slice(0, 9))
    }
    const form = { 'content-type': 'text/plain' }
    assert.equal((await ask('POST', path, '{"password":"open sesame"}', form)).status, 400)
    isFull = true
    const full = await choose('open sesame')
    assert.deepEqual([full.status, JSON.parse(full.said).error], [500, 'disk is full'])
    isFull = false
    assert.equal((await choose('open sesame')).status, 200)
  })

  it('is closed an hour after the start', async () => {
    clock.tick(openFor)
    assert.equal((await ask('GET', '/fieldlog/setup/api/state')).said, '{"phase":"closed","gateway":"pi-4"}')
    const answer = await choose('open sesame')
    assert.deepEqual([answer.status, JSON.parse(answer.said).code], [403, 'CLOSED'])
    assert.equal((await ask('GET', '/fieldlog/setup/')).status, 200)
    assert.equal((await ask('GET', '/flows')).status, 403)
  })

  it('takes settings and tries a broker for those who are logged in, and for no other site', async () => {
    await choose('open sesame')
    const login = basic('open sesame')
    const path = '/fieldlog/setup/api/settings'
    assert.equal((await ask('POST', path, wanted)).status, 401)
    const foreign = { ...login, origin: 'http://evil.example' }
    assert.equal((await ask('POST', path, wanted, foreign)).status, 403)
    assert.equal((await ask('POST', path, wanted, { ...login, 'content-type': 'text/plain' })).status, 400)
    assert.equal((await ask('POST', path, { ...wanted, user: 7 }, login)).status, 400)
    const wrong = await ask('POST', path, { ...wanted, baud: 'fast' }, login)
    assert.deepEqual([wrong.status, JSON.parse(wrong.said).error], [400, 'no number'])
    assert.deepEqual(changes, [])
    assert.equal((await ask('POST', path, wanted, login)).status, 200)
    assert.deepEqual(changes, [wanted])
    const trial = (broker: string) => ask('POST', '/fieldlog/setup/api/broker', { broker, user: '' }, login)
    assert.equal((await trial('mqtt://good')).said, '{"ok":true}')
    assert.equal((await trial('mqtt://bad')).said, '{"ok":false}')
  })
})

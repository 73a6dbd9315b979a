import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { guardFor, type TokenCheck } from '../../../lib/appliance/access.ts'
import { ReaderLogin } from '../../../lib/appliance/reader-login.ts'
import { LoginGate } from '../../../lib/appliance/web/login-gate.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const newGate = () =>
  new LoginGate({
    user: 'admin',
    check: async (password) => password === 'pw',
    log() {},
    clock: new FakeClock(),
  })
const basic = (password: string) => `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
const authorization = basic('pw')
const reader = new ReaderLogin()
const tokens: TokenCheck = async ({ headers }) => headers.authorization === 'Bearer good'

interface Asked {
  gate?: LoginGate | undefined
  method?: string
  headers?: Record<string, string>
  upgrade?: boolean
  tokenCheck?: TokenCheck
}

/** `all`, `own`, or the status of the denial. */
async function verdict(url: string, asked: Asked = {}): Promise<string | number> {
  const { gate = newGate(), method = 'GET', headers = {}, upgrade = false } = asked
  const guard = guardFor({
    gate,
    tokenCheck: () => ('tokenCheck' in asked ? asked.tokenCheck : tokens),
    reader,
  })
  const request = { method, url, headers: { host: 'pi.local', ...headers }, socket: {} }
  const answer = await guard(request as unknown as IncomingMessage, upgrade)
  return typeof answer === 'object' ? answer.status : answer
}

describe('appliance access', () => {
  it('without a login: loopback names only, and nothing through a proxy', async () => {
    const guard = guardFor({ gate: undefined, tokenCheck: () => undefined, reader })
    const ask = (headers: object, upgrade = false) => {
      const answer = guard({ method: 'GET', url: '/', headers } as unknown as IncomingMessage, upgrade)
      return typeof answer === 'object' && 'status' in answer ? answer.status : answer
    }
    assert.equal(ask({ host: 'pi.local' }), 403)
    assert.equal(ask({ host: 'localhost' }), 'all')
    assert.equal(ask({ host: 'localhost' }, true), 'all')
    for (const name of [
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-x',
      'x-real-ip',
      'via',
    ]) {
      for (const upgrade of [false, true])
        assert.equal(ask({ host: 'localhost', [name]: '' }, upgrade), 403, name)
    }
  })

  it("with a login: the editor's files are for its own listener alone", async () => {
    const files = [
      '/',
      '/?x=1',
      '/red/a.js',
      '/vendor/b.css',
      '/icons/c.svg',
      '/locales/editor?lng=en',
      '/auth/login',
      '/debug/view/debug-utils.js',
    ]
    for (const url of files) {
      assert.equal(await verdict(url), 'own', url)
      assert.equal(await verdict(url, { method: 'HEAD' }), 'own', url)
      assert.equal(await verdict(url, { method: 'POST' }), 401, url)
      assert.equal(await verdict(url, { upgrade: true }), 401, url)
    }
  })

  it('with a login: everything else needs it, whatever its query says', async () => {
    const others = [
      '/flows',
      '/settings',
      '/RED/a.js',
      '/red',
      '/redx/a',
      '/comms',
      '/dashboard/socket.io/?EIO=4&transport=polling',
      '/auth/token',
      '/auth/revoke',
      '/x?/red/',
    ]
    for (const url of others) {
      for (const upgrade of [false, true]) {
        if (upgrade && url === '/comms') continue
        assert.equal(await verdict(url, { upgrade }), 401, url)
        assert.equal(await verdict(url, { upgrade, headers: { authorization } }), 'all', url)
        assert.equal(await verdict(url, { upgrade, headers: { authorization: basic('no') } }), 401, url)
      }
    }
  })

  it("with a login: the editor's websocket asks for the token itself, at its one address", async () => {
    assert.equal(await verdict('/comms', { upgrade: true }), 'all')
    for (const url of ['/comms/', '/comms?x', '/comms?EIO=4&transport=websocket', '/Comms', '/comms/more']) {
      assert.equal(await verdict(url, { upgrade: true }), 401, url)
    }
    const headers = { authorization, origin: 'http://evil.example' }
    assert.equal(await verdict('/comms', { upgrade: true, headers }), 403)
    assert.equal(await verdict('/ws/mine', { upgrade: true, headers }), 403)
  })

  it("with a login: the files of the pages are as the editor's, their interface is not", async () => {
    for (const url of [
      '/fieldlog',
      '/fieldlog/',
      '/fieldlog/?x=1',
      '/fieldlog/app.js',
      '/fieldlog/app.min.css',
    ]) {
      assert.equal(await verdict(url), 'own', url)
      assert.equal(await verdict(url, { method: 'POST' }), 401, url)
    }
    const others = [
      '/fieldlog/api/status',
      '/fieldlog/api/export.csv',
      '/fieldlog/api/events',
      '/fieldlog/api/',
      '/fieldlog/journals',
      '/fieldlog/journals/a.js',
      '/fieldlog/..',
      '/fieldlog/../flows',
      '/fieldlog/.hidden',
      '/fieldlogs/app.js',
      '/fieldlog//app.js',
    ]
    for (const url of others) {
      assert.equal(await verdict(url), 401, url)
      assert.equal(await verdict(url, { headers: { authorization: 'Bearer good' } }), 'all', url)
    }
  })

  it('lets a Basic login read the interface of the pages and the metrics, and nothing else by it', async () => {
    const passed = async (url: string, method: string, given: string) => {
      const guard = guardFor({ gate: newGate(), tokenCheck: () => tokens, reader })
      const headers: Record<string, string> = { host: 'pi.local', authorization: given }
      await guard({ method, url, headers, socket: {} } as unknown as IncomingMessage, false)
      return headers[reader.header]
    }
    for (const method of ['GET', 'HEAD']) {
      const token = await passed('/fieldlog/api/status?x=1', method, authorization)
      assert.ok(token && reader.isRight(token), method)
      assert.equal(new ReaderLogin().isRight(token), false)
    }
    for (const url of ['/metrics', '/fieldlog/metrics', '/metrics?x=1']) {
      const token = await passed(url, 'GET', authorization)
      assert.ok(token && reader.isRight(token), url)
      assert.equal(await passed(url, 'POST', authorization), undefined)
      assert.equal(await passed(`${url}/more`, 'GET', basic('no')), undefined)
    }
    assert.equal(await passed('/metrics/more', 'GET', authorization), undefined)
    const status = '/fieldlog/api/status'
    assert.equal(await passed(status, 'GET', basic('no')), undefined)
    assert.equal(await passed(status, 'GET', 'Bearer good'), undefined)
    assert.equal(await passed('/fieldlog/api/rebuild', 'POST', authorization), undefined)
    assert.equal(await passed('/flows', 'GET', authorization), undefined)
    assert.equal(await passed('/flows?/fieldlog/api/', 'GET', authorization), undefined)
    assert.deepEqual(
      ['', 'x', 'A'.repeat(43)].map((token) => reader.isRight(token)),
      [false, false, false],
    )
  })

  it("takes an access token of the editor's", async () => {
    const good = { headers: { authorization: 'Bearer good' } }
    assert.equal(await verdict('/flows', good), 'all')
    assert.equal(await verdict('/flows', { headers: { authorization: 'Bearer bad' } }), 401)
    assert.equal(await verdict('/flows', { ...good, tokenCheck: undefined }), 503)
  })

  it('answers 429 to an address that guesses', async () => {
    const gate = newGate()
    const guess = { gate, headers: { authorization: basic('no') } }
    assert.deepEqual([await verdict('/x', guess), await verdict('/x', guess)], [401, 429])
    assert.equal(await verdict('/x', { gate, headers: { authorization } }), 429)
  })

  it("has the browser ask for the password, but not over the editor's own form", async () => {
    const guard = guardFor({ gate: newGate(), tokenCheck: () => tokens, reader })
    const challenge = async (headers: object) => {
      const answer = await guard({ method: 'GET', url: '/x', headers } as unknown as IncomingMessage, false)
      return typeof answer === 'object' ? answer.headers?.['www-authenticate'] : answer
    }
    assert.match((await challenge({})) ?? '', /^Basic realm="Fieldlog"/)
    assert.equal(await challenge({ 'x-requested-with': 'XMLHttpRequest' }), undefined)
    assert.equal(await challenge({ authorization: 'Bearer old' }), undefined)
    const referer = 'http://pi.local:1880/fieldlog/'
    assert.equal(await challenge({ referer, accept: '*/*' }), undefined)
    assert.match((await challenge({ referer, accept: 'text/html,*/*;q=0.8' })) ?? '', /^Basic /)
    assert.match((await challenge({ accept: '*/*' })) ?? '', /^Basic /)
  })
})

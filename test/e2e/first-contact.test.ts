// A gateway that others can reach and that has no password yet: raw requests against it, and two people at once.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { basic, request, statusOf, websocket } from '../support/attack/raw-http.ts'
import { Gateway } from '../support/gateway.ts'
import { outside, passwordPath, urlOf } from '../support/http/first-contact.ts'

const setup = '/fieldlog/setup/'

/** What flows serve, by HTTP and by a websocket. */
const servingFlow = [
  { id: 'tab', type: 'tab', label: 'served' },
  { id: 'in', type: 'http in', z: 'tab', url: '/served', method: 'get', wires: [['out']] },
  { id: 'post', type: 'http in', z: 'tab', url: '/served', method: 'post', wires: [['out']] },
  { id: 'deep', type: 'http in', z: 'tab', url: '/fieldlog/setup/served', method: 'get', wires: [['out']] },
  { id: 'out', type: 'http response', z: 'tab', statusCode: '', headers: {}, wires: [] },
  { id: 'listener', type: 'websocket-listener', path: '/ws/served', wholemsg: 'false' },
  { id: 'ws', type: 'websocket in', z: 'tab', server: 'listener', wires: [[]] },
]

/** Nothing of these is answered before there is a password, by any method, nor as an upgrade. */
const closed = [
  '/flows',
  '/settings',
  '/nodes',
  '/red/red.min.js',
  '/red/keymap.json',
  '/vendor/vendor.js',
  '/theme',
  '/auth/login',
  '/auth/token',
  '/auth/revoke',
  '/comms',
  '/context/global',
  '/served',
  '/served/',
  '/ws/served',
  '/fieldlog/main.js',
  '/fieldlog/api/status',
  '/fieldlog/api/events',
  '/fieldlog/metrics',
  '/fieldlog/ports',
  '/fieldlog/setup/api/settings',
  '/fieldlog/setup/api/broker',
  '/fieldlog/setup/api/',
  '/fieldlog/setup/api/password?x=1',
  '/fieldlog/setup/api/state/x',
  '/FIELDLOG/SETUP/',
  '/favicon.ico',
  '/x',
]

/** Not in normal form: each would be another path to another reader. */
const malformed = [
  '/fieldlog/setup/../api/status',
  '/fieldlog/setup/..%2fapi%2fstatus',
  '/fieldlog/setup/%2e%2e/ports',
  '/fieldlog/setup//flows',
  '//flows',
  '/fieldlog/%73etup/',
  'http://localhost/flows',
  '*',
  '/fieldlog/setup/#/flows',
]

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']

async function choose(url: string, password: string): Promise<{ status: number; code: string | undefined }> {
  const sent = httpRequest(new URL(passwordPath, url), {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json' },
  }).end(JSON.stringify({ password }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = await text(response)
  const { code } = body.startsWith('{') ? (JSON.parse(body) as { code?: string }) : {}
  return { status: response.statusCode ?? 0, code }
}

describe('a gateway without a password, which others can reach', function () {
  this.timeout(120_000)
  let home: string
  let gateway: Gateway
  let url: string

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-first-'))
    writeFileSync(join(home, 'flows.json'), JSON.stringify(servingFlow))
    gateway = await Gateway.start({ home, env: outside })
    url = urlOf(gateway)
  })
  after(async () => {
    await gateway.remove()
    rmSync(home, { recursive: true })
  })

  it('says where the password is chosen, and nothing of a password', () => {
    const line = gateway.lines.find((each) => each.startsWith('  set-up'))
    assert.match(
      line ?? '',
      /^ {2}set-up {3}http:\/\/\S+:\d+\/fieldlog\/setup\/ within 60 minutes: nothing else/,
    )
    assert.equal(existsSync(join(home, 'admin-password-hash')), false)
  })

  it('answers raw requests with its set-up page only', async () => {
    const wrong: string[] = []
    const expect = async (bytes: string, status: number) => {
      const found = await statusOf(url, bytes)
      if (found !== status) wrong.push(`${bytes.split('\r\n')[0]}: ${found}, not ${status}`)
    }
    for (const path of closed) {
      for (const method of methods) await expect(request(path, {}, method), 403)
      await expect(request(path, basic('open sesame')), 403)
      await expect(request(path, { authorization: 'Bearer x' }), 403)
      await expect(request(path, websocket), 403)
    }
    await expect(request('/', websocket), 403)
    await expect(request(setup, websocket), 403)
    // closed without a word: nobody listens for tunnels
    await expect(request('localhost:22', {}, 'CONNECT'), 0)
    for (const path of malformed) {
      await expect(request(path), 400)
      await expect(request(path, websocket), 400)
    }
    for (const path of ['/', '/fieldlog', '/fieldlog/', '/fieldlog/setup']) await expect(request(path), 303)
    for (const file of ['', 'main.js', 'style.css', 'api/state'])
      await expect(request(`${setup}${file}`), 200)
    // in no flow's hands, though it has this path
    await expect(request('/fieldlog/setup/served'), 403)
    await expect(request('/fieldlog/setup/served.js'), 404)
    assert.deepEqual(wrong, [])
  })

  it('refuses strangers: other names, proxies, and pages of other sites', async () => {
    const json = { 'content-type': 'application/json', 'content-length': '2' }
    const statuses: Record<string, number> = {}
    const strange: Array<Record<string, string>> = [
      { host: 'evil.example' },
      { host: 'evil.local.example' },
      { 'x-forwarded-for': '10.0.0.1' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' },
    ]
    for (const headers of strange) {
      const name = JSON.stringify(headers)
      statuses[`GET ${name}`] = await statusOf(url, request(`${setup}api/state`, headers))
      const post = request(passwordPath, { ...json, ...headers }, 'POST')
      statuses[`POST ${name}`] = await statusOf(url, `${post}{}`)
    }
    assert.deepEqual(
      Object.entries(statuses).filter(([, status]) => status !== 403),
      [],
    )
    const form = { 'content-type': 'text/plain', 'content-length': '26' }
    assert.equal(await statusOf(url, `${request(passwordPath, form, 'POST')}{"password":"open sesame"}`), 400)
    assert.equal(await statusOf(url, `GET ${setup} HTTP/1.0\r\n\r\n`), 403)
    assert.equal(existsSync(join(home, 'admin-password-hash')), false)
  })

  it('takes the password of one of many who come at once, and is behind the login then, also after a restart', async () => {
    const given = Array.from({ length: 8 }, (_, index) => `open sesame ${index}`)
    const answers = await Promise.all(given.map((password) => choose(url, password)))
    const winners = given.filter((_, index) => answers[index]?.status === 200)
    assert.equal(winners.length, 1, JSON.stringify(answers))
    const losers = answers.filter(({ status }) => status !== 200)
    // while the first one is kept, and by the guard of the login then
    assert.ok(losers.every(({ status, code }) => (status === 409 && code === 'TAKEN') || status === 401))
    assert.ok(losers.some(({ status }) => status === 409))
    const hash = readFileSync(join(home, 'admin-password-hash'), 'utf8')
    assert.match(hash, /^scrypt\$/)
    assert.equal(statSync(join(home, 'admin-password-hash')).mode & 0o777, 0o600)
    assert.doesNotMatch(gateway.lines.join('\n'), /sesame/)
    await gateway.line(/^fieldlog: the password was chosen from this machine/)

    const isLocked = async (at: string) => {
      const login = basic(winners[0]!)
      assert.equal(await statusOf(at, request('/served', login)), 200)
      assert.equal(await statusOf(at, request(`${setup}api/state`, login)), 200)
      assert.equal(await statusOf(at, request('/ws/served', { ...websocket, ...login })), 101)
      assert.equal(await statusOf(at, request('/ws/served', websocket)), 401)
      for (const path of ['/flows', '/served', '/fieldlog/api/status', `${setup}api/state`, passwordPath]) {
        assert.equal(await statusOf(at, request(path)), 401, path)
      }
      assert.equal((await choose(at, 'open sesame again')).status, 401)
      assert.equal(await statusOf(at, request('/served', basic('open sesame'))), 401)
    }
    await isLocked(url)
    await gateway.stop()
    gateway = await Gateway.start({ home, env: outside })
    assert.ok(gateway.lines.includes('  login    user admin'))
    url = urlOf(gateway)
    await isLocked(url)
  })
})

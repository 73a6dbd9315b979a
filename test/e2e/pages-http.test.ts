// The pages and their interface over HTTP, as the appliance serves them: who may have what, and the live stream.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Status } from '../../lib/pages/status.ts'
import { basic, request, statusOf } from '../support/attack/raw-http.ts'
import { Gateway } from '../support/gateway.ts'
import { Listener } from '../support/http/listener.ts'
import { sendRequest } from '../support/http/send.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

const routes = [
  'latest',
  'series',
  'values',
  'statistics',
  'rejects',
  'status',
  'spans',
  'clusters',
  'events',
]
const files = ['fieldlog/', 'fieldlog/main.js', 'fieldlog/style.css', 'fieldlog/icon.svg']

/** The shipped flow without its store. */
async function gatewayWithoutStore(nodeRed: string): Promise<Gateway> {
  const first = await Gateway.start({ nodeRed })
  const file = join(first.home, 'flows.json')
  const flow = JSON.parse(readFileSync(file, 'utf8')) as Array<{ type: string }>
  writeFileSync(file, JSON.stringify(flow.filter(({ type }) => type !== 'fieldlog-store')))
  await first.stop()
  const { home } = first
  return Gateway.start({ nodeRed, home })
}

for (const nodeRed of usualNodeReds) {
  describe(`the pages over HTTP (${nodeRed})`, function () {
    this.timeout(150_000)
    let gateway: Gateway
    afterEach(() => gateway.remove())
    const get = (path: string, headers: Record<string, string> = {}) =>
      sendRequest(`${gateway.url}${path}`, { method: 'GET', headers })

    it('are for anybody with a login, and their interface for those who have it', async () => {
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_PASSWORD: 'secret' } })
      for (const file of files) {
        const { status, headers } = await get(file)
        assert.equal(status, 200, file)
        assert.match(String(headers['content-security-policy']), /^default-src 'none'/, file)
      }
      const fields = 'client_id=node-red-editor&grant_type=password&scope=&username=admin&password=secret'
      const { body } = await sendRequest(`${gateway.url}auth/token`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: fields,
      })
      const bearer = { authorization: `Bearer ${body?.access_token}` }
      for (const route of [...routes, 'export.csv', 'export.jsonl']) {
        const path = `fieldlog/api/${route}`
        assert.equal((await get(path)).status, 401, route)
        assert.equal((await get(path, { authorization: 'Bearer wrong' })).status, 401, route)
        if (route === 'events') continue
        for (const headers of [bearer, basic('secret')])
          assert.notEqual(
            (await get(path, headers)).status,
            401,
            `${route} ${headers.authorization.slice(0, 6)}`,
          )
      }
      // a page of another site can have a browser send the Basic login: it changes nothing by it
      for (const [method, path] of [
        ['POST', 'fieldlog/api/rebuild'],
        ['POST', 'flows'],
        ['DELETE', 'fieldlog/api/status'],
      ] as const) {
        const { status } = await sendRequest(`${gateway.url}${path}`, { method, headers: basic('secret') })
        assert.ok(status === 401 || status === 404, `${method} ${path}: ${status}`)
      }
      const forged = { 'x-fieldlog-reader': 'A'.repeat(43), authorization: 'Bearer wrong' }
      assert.equal((await get('fieldlog/api/status', forged)).status, 401)
      const stream = await Listener.open(`${gateway.url}fieldlog/api/events`, bearer)
      assert.equal(stream.status, 200)
      await stream.event('status')
      stream.close()
    })

    it('are found under their names only, and are sent once', async () => {
      gateway = await Gateway.start({ nodeRed })
      const moved = await get('fieldlog?x=1')
      assert.deepEqual([moved.status, moved.headers.location], [308, 'fieldlog/?x=1'])
      const script = await get('fieldlog/main.js', { 'accept-encoding': 'gzip' })
      assert.deepEqual([script.status, script.headers['content-encoding']], [200, 'gzip'])
      const again = await get('fieldlog/main.js', {
        'accept-encoding': 'gzip',
        'if-none-match': String(script.headers.etag),
      })
      assert.deepEqual([again.status, again.text], [304, ''])
      const outside = [
        '/fieldlog/../package.json',
        '/fieldlog/%2e%2e/package.json',
        '/fieldlog/..%2fpackage.json',
        '/fieldlog/%2e%2e%2fpackage.json',
        '/fieldlog/..\\package.json',
        '/fieldlog/.%00/main.js',
        '/fieldlog//main.js',
        '/fieldlog/main.js/',
        '/fieldlog/main.js%00.css',
        '/fieldlog/main.ts',
        '/fieldlog/api',
        '/fieldlog/api/',
        '/fieldlog/api/../main.js',
        '/fieldlog/nodes/store/web/pages.js',
      ]
      for (const target of outside) {
        const status = await statusOf(gateway.url, request(target))
        assert.ok(status === 400 || status === 404, `${target}: ${status}`)
      }
      assert.equal(await statusOf(gateway.url, request('/fieldlog/main.js', {}, 'HEAD')), 200)
      assert.equal(await statusOf(gateway.url, request('/fieldlog/main.js', {}, 'POST')), 404)
      // other endpoints below /fieldlog are there as before
      assert.equal((await get('fieldlog/journals')).status, 200)
    })

    it('are for this machine alone without a login', async () => {
      gateway = await Gateway.start({ nodeRed })
      for (const path of ['/fieldlog/', '/fieldlog/api/status', '/fieldlog/api/events']) {
        assert.equal(await statusOf(gateway.url, request(path)), 200, path)
        assert.equal(await statusOf(gateway.url, request(path, { host: 'evil.example' })), 403, path)
        assert.equal(await statusOf(gateway.url, request(path, { 'x-forwarded-for': '10.0.0.1' })), 403, path)
      }
      const { headers } = await get('fieldlog/api/status', { origin: 'http://evil.example' })
      assert.equal(headers['access-control-allow-origin'], undefined, 'no page of another site may read it')
    })

    it('say how the gateway is, and which node is missing for the rest', async () => {
      gateway = await gatewayWithoutStore(nodeRed)
      const stream = await Listener.open(`${gateway.url}fieldlog/api/events`)
      const first = await stream.event('waiting')
      assert.deepEqual(first.data, { waiting: 'none', done: 0, left: null })
      const { data } = await stream.event('status', (data) => {
        const { accounts, brokers } = data as Status
        const counts = new Map(accounts[0]?.boxes.map(({ name, count }) => [name, count]))
        return (
          brokers[0]?.connected === true && (counts.get('done') ?? 0) > 0 && (counts.get('good') ?? 0) > 0
        )
      })
      const status = data as Status
      assert.deepEqual(
        [
          status.gateway.name,
          status.accounts[0]?.balanced,
          status.accounts[0]?.missing,
          status.accounts[0]?.says,
        ],
        ['test-gateway', true, 0, 'all accounted for'],
      )
      assert.deepEqual(
        [status.ports[0]?.state, status.brokers[0]?.address, status.store.state, status.alarms],
        ['open', gateway.broker, 'none', []],
      )
      assert.ok(status.journal[0]!.first! <= status.now && status.journal[0]!.lastSeq > 0)
      assert.ok(status.ports[0]!.perMinute > 0 && status.disk.free > 0 && status.machine.rss > 0)
      stream.close()
      const latest = await get('fieldlog/api/latest')
      assert.deepEqual([latest.status, latest.headers['retry-after']], [503, '2'])
      assert.deepEqual(latest.body, { waiting: 'none', done: 0, left: null })
      assert.deepEqual((await get('fieldlog/api/clusters')).text, '[]')
      await gateway.remove()
    })

    it('tell twenty pages at most twice a second, whoever is slow or vanishes', async () => {
      gateway = await Gateway.start({ nodeRed })
      const url = `${gateway.url}fieldlog/api/events`
      const pages = await Promise.all(Array.from({ length: 20 }, () => Listener.open(url)))
      const slow = pages.slice(0, 5)
      for (const page of slow) page.response.pause()
      const begun = performance.now()
      // pages come and go
      for (let i = 0; i < 10; i++) {
        const passing = await Listener.open(url)
        await passing.event('status')
        passing.close()
      }
      const steady = pages.slice(5)
      await Promise.all(
        steady.map((page) => page.event('status', (data) => (data as Status).ports[0]!.lastLine !== null)),
      )
      const seconds = (performance.now() - begun) / 1000
      for (const { events, isOver } of steady) {
        const moments = new Set(events.map(({ at }) => Math.round(at / 20)))
        assert.ok(moments.size <= 2 * (seconds + 2), `${moments.size} updates in ${seconds} s`)
        assert.equal(isOver, false)
      }
      for (const page of pages) page.close()
      const { took, status } = await gateway.stop()
      assert.equal(status, 0)
      assert.ok(took < 9_000, String(took))
    })

    it('are full at fifty pages', async () => {
      gateway = await Gateway.start({ nodeRed })
      const url = `${gateway.url}fieldlog/api/events`
      const pages = await Promise.all(Array.from({ length: 50 }, () => Listener.open(url)))
      assert.deepEqual([...new Set(pages.map(({ status }) => status))], [200])
      const next = await get('fieldlog/api/events')
      assert.deepEqual([next.status, next.headers['retry-after']], [503, '10'])
      for (const page of pages) page.close()
      // as soon as the gateway has noticed
      let listens = false
      while (!listens) {
        const one = await Listener.open(url)
        listens = one.status === 200
        one.close()
      }
    })
  })
}

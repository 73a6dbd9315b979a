// Starts that cannot work, or only in part: one clear line each, and the rest goes on.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { request as rawRequest, statusOf, websocket } from '../support/attack/raw-http.ts'
import { Collector } from '../support/collector.ts'
import { Gateway, type GatewayOptions } from '../support/gateway.ts'
import { journalHolds } from '../support/journal-files.ts'
import { startMosquitto } from '../support/programs/mosquitto.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

async function takePort(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as { port: number }).port }
}

interface Answer {
  status: number
  body: string
  headers: IncomingMessage['headers']
}

async function fetchFrom(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const sent = request(url, { method, headers: { connection: 'close', ...headers } }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response), headers: response.headers }
}

/** The status of an attempt to open a websocket. */
async function upgradeAt(url: string, headers: Record<string, string> = {}): Promise<number> {
  const websocket = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  const sent: ClientRequest = request(url, { headers: { ...websocket, ...headers } }).end()
  const status = await new Promise<number>((resolve, reject) => {
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response.statusCode ?? 0)
    })
    sent.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
  })
  return status
}

const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
})

describe('starts that are refused', function () {
  this.timeout(150_000)
  let gateway: Gateway
  afterEach(() => gateway.remove())

  async function refused(options: GatewayOptions): Promise<string[]> {
    gateway = Gateway.spawn(options)
    const { status } = await gateway.ended
    assert.equal(status, 1)
    return gateway.lines
  }

  it('a taken HTTP port', async () => {
    const { server, port } = await takePort()
    const lines = await refused({ env: { FIELDLOG_PORT: String(port) } })
    server.close()
    assert.deepEqual(lines, [
      `fieldlog: cannot listen on 127.0.0.1:${port}: another program has it; choose another FIELDLOG_PORT (or FIELDLOG_HOST)`,
    ])
    assert.equal(existsSync(join(gateway.home, 'flows.json')), false)
  })

  it('a home that cannot be written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fieldlog-file-'))
    writeFileSync(join(folder, 'file'), '')
    for (const home of [join(folder, 'file/home'), '/proc/fieldlog-home']) {
      const lines = await refused({ home })
      assert.equal(lines.length, 1)
      assert.match(
        lines[0] ?? '',
        new RegExp(`^fieldlog: cannot write to the home folder ${home} \\(E.*FIELDLOG_HOME`),
      )
    }
    rmSync(folder, { recursive: true })
  })

  it('a variable that makes no sense', async () => {
    assert.deepEqual(await refused({ env: { FIELDLOG_BAUD: 'fast' } }), [
      'fieldlog: FIELDLOG_BAUD is "fast": give a whole number of bits/s from 50 to 4000000',
    ])
    assert.deepEqual(await refused({ env: { FIELDLOG_SERIAL: '192.168.1.5:2000' } }), [
      'fieldlog: FIELDLOG_SERIAL: "192.168.1.5:2000" does not say how to connect: write tcp://192.168.1.5:2000 for a server that sends bytes as they are',
    ])
    const lines = await refused({ env: { FIELDLOG_MQTT: 'http://ann:hunter2@host' } })
    assert.deepEqual(lines, [
      'fieldlog: FIELDLOG_MQTT must be a URL as mqtt://host:1883, mqtts://host:8883, ws://host/path or wss://host/path; ' +
        'a password belongs in the file that FIELDLOG_MQTT_PASSWORD_FILE names',
    ])
  })

  it('no Node-RED', async () => {
    const lines = await refused({ nodeRed: 'node-red-of-nobody' })
    assert.deepEqual(lines, [
      'fieldlog: Node-RED (node-red-of-nobody) is not installed here; run: npm install node-red',
    ])
  })
})

describe('parts that are missing at the start', function () {
  this.timeout(150_000)
  let gateway: Gateway
  afterEach(() => gateway.remove())

  it('a taken MQTT port: logging goes on', async () => {
    const { server, port } = await takePort()
    gateway = await Gateway.start({ env: { FIELDLOG_MQTT_PORT: String(port) } })
    const said = gateway.lines.filter((line) => line.includes('taken'))
    assert.equal(said.length, 1)
    assert.match(
      said[0] ?? '',
      new RegExp(
        `^fieldlog: the MQTT port 127\\.0\\.0\\.1:${port} is taken by another program; logging goes on`,
      ),
    )
    await journalHolds(gateway.journal, 3)
    assert.equal((await gateway.stop()).status, 0)
    server.close()
  })

  it('a device that does not exist: one line that names it', async () => {
    gateway = await Gateway.start({ env: { FIELDLOG_SERIAL: '/dev/fieldlog-nothing' } })
    const line = await gateway.line(/fieldlog-nothing.*(exist|no such)/i)
    assert.match(line, /\[(warn|error)\]/)
    assert.equal((await gateway.stop()).status, 0)
    assert.equal(gateway.lines.filter((line) => /\[(warn|error)\].*fieldlog-nothing/.test(line)).length, 1)
  })

  it('a broker that refuses the login: one line, without the password; logging goes on', async () => {
    const broker = await startMosquitto({ users: { ann: 'right' } })
    const url = broker.url.replace('//', '//ann:hunter2@')
    gateway = await Gateway.start({ env: { FIELDLOG_MQTT: url } })
    const line = await gateway.line(/\[(warn|error)\].*(login|not authori[sz]ed|user|password)/i)
    assert.match(line, new RegExp(`127\\.0\\.0\\.1:${broker.port}`))
    await journalHolds(gateway.journal, 3)
    assert.equal((await gateway.stop()).status, 0)
    await broker.remove()
    assert.doesNotMatch(gateway.lines.join('\n'), /hunter2/)
    assert.equal(gateway.broker, `mqtt://127.0.0.1:${broker.port}`)
  })

  it('a broker lets us in with the login in its URL', async () => {
    const broker = await startMosquitto({ users: { ann: 'p@ss:word' } })
    const collector = await Collector.open(broker.url, 'fieldlog/#', {
      username: 'ann',
      password: 'p@ss:word',
    })
    gateway = await Gateway.start({
      env: { FIELDLOG_MQTT: broker.url.replace('//', '//ann:p@ss:word@') },
    })
    await collector.until((messages) => messages.some(({ topic }) => topic.includes('/good/')))
    await collector.close()
    await gateway.stop()
    await broker.remove()
    assert.doesNotMatch(readFileSync(join(gateway.home, 'flows.json'), 'utf8'), /p@ss|\bann\b/)
    assert.doesNotMatch(gateway.lines.join('\n'), /p@ss/)
  })
})

describe('who may reach the editor', function () {
  this.timeout(150_000)
  let gateway: Gateway
  afterEach(() => gateway.remove())

  it('on loopback without a login: this machine by its own names only', async () => {
    gateway = await Gateway.start()
    const { port } = new URL(gateway.url)
    assert.match((await fetchFrom(gateway.url)).body, /<title>Fieldlog<\/title>/)
    assert.equal((await fetchFrom(gateway.url, { host: 'localhost:1' })).status, 200)
    assert.equal((await fetchFrom(`${gateway.url}flows`, { host: `127.0.0.1:${port}` })).status, 200)
    for (const path of ['', 'flows', 'settings', 'red/red.min.js', 'nothing']) {
      const { status, body } = await fetchFrom(gateway.url + path, { host: 'evil.example' })
      assert.equal(status, 403, path)
      assert.match(body, /answers only to localhost/)
    }
    const evil = { origin: 'http://evil.example' }
    assert.equal((await fetchFrom(`${gateway.url}inject/1`, evil, 'POST')).status, 403)
    assert.equal(await upgradeAt(`${gateway.url}comms`), 101)
    assert.equal(await upgradeAt(`${gateway.url}comms`, { host: 'evil.example' }), 403)
    assert.equal(await upgradeAt(`${gateway.url}comms`, evil), 403)
  })

  for (const nodeRed of usualNodeReds) {
    it(`on loopback without a login: no page of another site, not to read either (${nodeRed})`, async () => {
      gateway = await Gateway.start({ nodeRed })
      const host = new URL(gateway.url).host
      const status = (path: string, headers: Record<string, string>, method = 'GET') =>
        statusOf(gateway.url, rawRequest(path, { host, ...headers }, method))
      const own = { origin: `http://${host}` }
      const link = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      }
      const script = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'no-cors',
        'sec-fetch-dest': 'script',
      }
      const paths = [
        '/flows',
        '/settings',
        '/nodes',
        '/',
        '/red/red.min.js',
        '/fieldlog/',
        '/fieldlog/api/series',
        '/x',
      ]
      for (const path of paths) {
        for (const origin of ['http://evil.example', 'null', 'http://localhost:3000']) {
          for (const method of ['GET', 'HEAD', 'OPTIONS'])
            assert.equal(await status(path, { origin }, method), 403, `${method} ${path} ${origin}`)
        }
        assert.equal(await status(path, script), 403, path)
        assert.equal(await status(path, { ...script, 'sec-fetch-site': 'same-site' }), 403, path)
        assert.notEqual(await status(path, own), 403, path)
        assert.notEqual(await status(path, {}), 403, path)
      }
      assert.equal(await status('/flows', own), 200)
      for (const path of ['/', '/fieldlog/']) assert.equal(await status(path, link), 200, path)
      const upgrade = { ...websocket, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'websocket' }
      assert.equal(await status('/comms', { ...upgrade, ...own }), 101)
      assert.equal(await status('/comms', { ...upgrade, 'sec-fetch-site': 'cross-site' }), 403)
    })
  }

  it('on another host: with a password that is made once and kept as a hash', async () => {
    gateway = await Gateway.start({ env: { FIELDLOG_HOST: '0.0.0.0' } })
    const line = gateway.lines.find((line) => line.startsWith('  login'))
    const password = /user admin, password (\S{16}) \(/.exec(line ?? '')?.[1] ?? ''
    assert.notEqual(password, '')
    const url = gateway.url.replace('0.0.0.0', '127.0.0.1')
    assert.equal((await fetchFrom(`${url}flows`)).status, 401)
    assert.equal((await fetchFrom(`${url}settings`)).status, 401)
    assert.equal((await fetchFrom(`${url}fieldlog/ports`)).status, 401)
    const open = await fetchFrom(`${url}anything-a-flow-serves`)
    assert.deepEqual(
      [open.status, open.headers['www-authenticate']],
      [401, 'Basic realm="Fieldlog", charset="UTF-8"'],
    )
    assert.equal((await fetchFrom(`${url}anything-a-flow-serves`, basic('wrong'))).status, 401)
    assert.equal((await fetchFrom(`${url}anything-a-flow-serves`, basic(password))).status, 404)
    assert.equal(await upgradeAt(`${url}dashboard/socket.io`), 401)
    assert.equal((await fetchFrom(`${url}x/socket.io/?EIO=4&transport=polling`)).status, 401)
    assert.equal(await upgradeAt(`${url}comms`), 101)

    const hash = readFileSync(join(gateway.home, 'admin-password-hash'), 'utf8')
    assert.match(hash, /^scrypt\$/)
    assert.equal(statSync(join(gateway.home, 'admin-password-hash')).mode & 0o777, 0o600)
    await gateway.stop()
    const second = await Gateway.start({ home: gateway.home, env: { FIELDLOG_HOST: '0.0.0.0' } })
    const again = await fetchFrom(`${second.url.replace('0.0.0.0', '127.0.0.1')}x`, basic(password))
    await second.remove()
    assert.equal(again.status, 404)
    assert.ok(second.lines.includes('  login    user admin'))
    assert.equal(second.lines.join('\n').includes(password), false)
  })

  it('with FIELDLOG_PASSWORD: by any name, with the login', async () => {
    gateway = await Gateway.start({ env: { FIELDLOG_PASSWORD: 'open sesame' } })
    assert.equal((await fetchFrom(gateway.url, { host: 'pi.example' })).status, 200)
    assert.equal((await fetchFrom(`${gateway.url}flows`, { host: 'pi.example' })).status, 401)
    const sent = request(`${gateway.url}auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
    }).end(
      JSON.stringify({
        client_id: 'node-red-admin',
        grant_type: 'password',
        scope: '*',
        username: 'admin',
        password: 'open sesame',
      }),
    )
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const { access_token } = JSON.parse(await text(response)) as { access_token: string }
    const flows = await fetchFrom(`${gateway.url}flows`, { authorization: `Bearer ${access_token}` })
    assert.equal(flows.status, 200)
    assert.match(flows.body, /fieldlog-serial-in/)
    assert.doesNotMatch(gateway.lines.join('\n'), /sesame/)
  })
})

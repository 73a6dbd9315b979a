// A gateway that others can reach and that has no password yet: raw requests against it, two people at once, and the whole way through
// the set-up page on a phone.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { basic, request, statusOf, websocket } from '../support/attack/raw-http.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Certificates } from '../support/programs/certificates.ts'
import { launchChromium } from '../support/programs/editor.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'

const outside = { FIELDLOG_HOST: '0.0.0.0', FIELDLOG_SETUP: 'on', FIELDLOG_GATEWAY: '' }
const setup = '/fieldlog/setup/'
const passwordPath = `${setup}api/password`
const pictures = process.env.FIELDLOG_PICTURES
const phone = { width: 360, height: 740 }

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

const urlOf = (gateway: Gateway) => gateway.url.replace('0.0.0.0', '127.0.0.1')

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

describe('a gateway with a certificate, which others can reach', function () {
  this.timeout(60_000)
  let certificates: Certificates
  let gateway: Gateway

  before(async () => {
    certificates = new Certificates()
    certificates.authority('ca')
    certificates.certificate('server', 'ca')
    const tls = {
      FIELDLOG_TLS_CERT: certificates.path('server.crt'),
      FIELDLOG_TLS_KEY: certificates.path('server.key'),
    }
    gateway = await Gateway.start({ env: { ...outside, ...tls } })
  })
  after(async () => {
    await gateway.remove()
    certificates.remove()
  })

  it('takes the first password encrypted, and leads others there', async () => {
    assert.match(gateway.url, /^https:/)
    const { port } = new URL(gateway.url)
    const options = { host: '127.0.0.1', port, ca: certificates.pem('ca.crt'), agent: false }
    const headers = { 'content-type': 'application/json', origin: `https://127.0.0.1:${port}` }
    const sent = httpsRequest({ ...options, method: 'POST', path: passwordPath, headers }).end(
      '{"password":"open sesame"}',
    )
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    assert.equal(response.statusCode, 200)
    const own = Object.values(networkInterfaces())
      .flatMap((cards) => cards ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
    // a machine without a network has no others
    const others = own === undefined ? [] : [`http://${own}:${port}`]
    for (const url of others) {
      assert.equal(await statusOf(url, request('/')), 308)
      assert.equal(await statusOf(url, request('/flows', basic('open sesame'), 'POST')), 403)
      assert.equal(await statusOf(url, request('/comms', websocket)), 403)
    }
    assert.equal(await statusOf(`http://127.0.0.1:${port}`, request('/flows', basic('open sesame'))), 401)
    assert.equal(await statusOf(`http://127.0.0.1:${port}`, request('/served', basic('open sesame'))), 404)
  })
})

describe('a gateway that makes its own certificate', function () {
  this.timeout(60_000)
  let home: string
  const fingerprints: string[] = []
  after(() => rmSync(home, { recursive: true }))

  it('has it from the first start on, says its fingerprint, and keeps it', async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-own-certificate-'))
    for (let start = 0; start < 2; start++) {
      const gateway = await Gateway.start({ home, env: { ...outside, FIELDLOG_TLS_CERT: 'self' } })
      const line = gateway.lines.find((each) => each.includes('fingerprint'))
      const said = /SHA-256 fingerprint is ([\dA-F:]{95})$/.exec(line ?? '')?.[1] ?? ''
      const { port } = new URL(gateway.url)
      const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { fingerprint256, subjectaltname } = socket.getPeerCertificate()
      socket.destroy()
      assert.equal(fingerprint256, said)
      assert.match(subjectaltname ?? '', /DNS:[\w-]+\.local/)
      fingerprints.push(said)
      assert.equal(statSync(join(home, 'self-signed.pem')).mode & 0o777, 0o600)
      await gateway.stop()
    }
    assert.equal(new Set(fingerprints).size, 1)
  })
})

describe('the set-up page', function () {
  this.timeout(180_000)
  let browser: Browser
  let broker: Mosquitto
  let pty: Pty
  let home: string
  let gateway: Gateway
  const problems: string[] = []
  const contexts: BrowserContext[] = []

  before(async () => {
    browser = await launchChromium()
    broker = await startMosquitto({ users: { ann: 'right' } })
    pty = await createPty()
  })
  after(async () => {
    await browser.close()
    await broker.remove()
    await pty.close()
  })
  beforeEach(async () => {
    problems.length = 0
    home = mkdtempSync(join(tmpdir(), 'fieldlog-first-'))
    gateway = await Gateway.start({ home, env: outside })
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    await gateway.remove()
    rmSync(home, { recursive: true })
    assert.deepEqual(problems, [])
  })

  async function open(options: { locale?: string; colorScheme?: 'light' | 'dark' } = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: phone,
      locale: 'en-US',
      colorScheme: 'light',
      ...options,
    })
    contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => problems.push(error.stack ?? error.message))
    page.on('console', (message) => {
      const expected = /net::ERR_|Failed to load resource/.test(message.text())
      if (message.type() === 'error' && !expected) problems.push(message.text())
    })
    // the device that the test plays is in no list of the system's
    await page.route('**/fieldlog/ports', (route) =>
      route.fulfill({ json: [{ path: pty.path, text: 'Test maker, JeeLink v3 of a long name AI04XENW' }] }),
    )
    await page.goto(urlOf(gateway))
    return page
  }

  /** Looks at the view, too: it must not scroll sideways. */
  async function picture(page: Page, name: string): Promise<void> {
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.equal(width, phone.width, `${name} is ${width} px wide`)
    assert.equal(await page.getByText(/flow was edited|Flow wurde bearbeitet/).count(), 0, name)
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `first-contact-${name}.png`), fullPage: true })
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

  async function setPassword(page: Page, password: string): Promise<void> {
    await page.getByLabel('Password', { exact: false }).first().fill(password)
    await page.getByLabel('Once more').fill(password)
    await press(page, 'Set the password')
  }

  it('leads from the password to a gateway that logs a device and sends to a broker', async () => {
    const page = await open()
    assert.equal(new URL(page.url()).pathname, setup)
    await heading(page, 'Choose a password')
    await picture(page, '1-password')
    await page.getByLabel('Password', { exact: false }).first().fill('short')
    await press(page, 'Set the password')
    await page.getByText('That is too short').waitFor()
    await page.getByLabel('Password', { exact: false }).first().fill('open sesame')
    await press(page, 'Set the password')
    await page.getByText('two different passwords').waitFor()
    await picture(page, '1-password-differs')
    await setPassword(page, 'open sesame')

    await heading(page, 'Which device is to be logged?')
    await picture(page, '2-device')
    const feed = setInterval(() => void pty.write('OK 9 1 2 3\r\n').catch(() => undefined), 50)
    try {
      await page.getByRole('button', { name: 'Listen to tty' }).click()
      await page.getByText(/Listening at \d+ baud/).waitFor()
      await picture(page, '2-device-listening')
      await page.getByText(/Heard at \d+ baud/).waitFor()
      await page.locator('code', { hasText: 'OK 9 1 2 3' }).waitFor()
      await picture(page, '2-device-heard')
      const baud = await page.locator('select').inputValue()
      await press(page, 'Next')

      await heading(page, 'Where are the readings to go?')
      await picture(page, '3-broker-own')
      await page.getByText('To a broker in the network').click()
      await page.getByLabel('Address of the broker').fill(broker.url.replace('mqtt://', ''))
      await page.getByLabel('User').fill('ann')
      await page.getByLabel('Password').fill('wrong')
      await press(page, 'Test')
      await page.getByText(/The broker refuses the login.*mqtt:.*refuses the login/).waitFor()
      await picture(page, '3-broker-wrong')
      await page.getByLabel('Password').fill('right')
      await press(page, 'Test')
      await page.getByText('The broker lets the gateway in.').waitFor()
      await picture(page, '3-broker-right')
      await press(page, 'Next')

      await heading(page, 'What is the gateway called?')
      await page.getByLabel('Name').fill('a/b')
      await press(page, 'Start')
      await page.getByText(/none of \/ \+ #/).waitFor()
      await page.getByLabel('Name').fill('cellar')
      await page.getByText('fieldlog/cellar/…').waitFor()
      await picture(page, '4-name')
      const collector = await Collector.open(broker.url, 'fieldlog/#', { username: 'ann', password: 'right' })
      await press(page, 'Start')
      await heading(page, 'It runs')
      await picture(page, '5-done')
      await collector.until(
        (messages) => messages.some(({ topic }) => topic.startsWith('fieldlog/cellar/')),
        30_000,
      )
      await collector.close()

      const stored = JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')) as object
      assert.deepEqual(stored, {
        FIELDLOG_SERIAL: pty.path,
        FIELDLOG_BAUD: baud,
        FIELDLOG_GATEWAY: 'cellar',
        FIELDLOG_MQTT: broker.url,
        FIELDLOG_MQTT_USER: 'ann',
        FIELDLOG_MQTT_PASSWORD: 'right',
      })
      assert.equal(statSync(join(home, 'settings.json')).mode & 0o777, 0o600)
      await page.getByRole('link', { name: /Readings/ }).click()
      await page.locator('#connection.live').waitFor()
    } finally {
      clearInterval(feed)
    }

    await gateway.stop()
    gateway = await Gateway.start({ home, env: { ...outside, FIELDLOG_SERIAL: 'demo:' } })
    const facts = gateway.lines.filter((line) => /^ {2}(serial|broker|gateway|login) /.test(line))
    assert.deepEqual(facts, [
      '  serial   demo:',
      `  broker   ${broker.url}`,
      '  gateway  cellar',
      '  login    user admin',
    ])
    assert.doesNotMatch(gateway.lines.join('\n'), /right|sesame/)
    const later = await open()
    await later.goto(`${urlOf(gateway)}fieldlog/setup/`)
    await heading(later, 'Log in')
    await later.getByLabel('Password').fill('open sesame')
    await press(later, 'Log in')
    await later.getByText('This is set in the environment').waitFor()
    await picture(later, '6-fixed')
  })

  it('tells the second one that somebody was faster', async () => {
    const [first, second] = [await open(), await open()]
    await heading(first, 'Choose a password')
    await heading(second, 'Choose a password')
    await setPassword(first, 'open sesame')
    await heading(first, 'Which device')
    await setPassword(second, 'open barley')
    await heading(second, 'Somebody was faster')
    await picture(second, '7-taken')
    await press(second, 'Log in')
    await second.getByLabel('Password').fill('open barley')
    await press(second, 'Log in')
    await second.getByText('User or password is wrong.').waitFor()
  })

  it('is used by the keyboard alone, in German and in the dark', async () => {
    const page = await open({ locale: 'de-DE', colorScheme: 'dark' })
    await heading(page, 'Ein Passwort wählen')
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
    const { keyboard } = page
    await keyboard.press('Tab')
    await keyboard.type('sesam öffne dich')
    await keyboard.press('Tab')
    await keyboard.type('sesam öffne dich')
    await picture(page, 'de-1-password')
    await keyboard.press('Enter')
    await heading(page, 'Welches Gerät')
    await page.getByText('Eine andere Adresse').waitFor()
    await picture(page, 'de-2-device')
    // into the group of devices, and down to the made-up sensors
    await keyboard.press('Tab')
    await keyboard.press('ArrowDown')
    await picture(page, 'de-2-demo')
    await keyboard.press('Enter')
    await heading(page, 'Wohin sollen die Messwerte?')
    await picture(page, 'de-3-broker')
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await heading(page, 'Wie heißt das Gateway?')
    await keyboard.press('Tab')
    await keyboard.press('ControlOrMeta+a')
    await keyboard.type('keller')
    await picture(page, 'de-4-name')
    await keyboard.press('Enter')
    await heading(page, 'Es läuft')
    await picture(page, 'de-5-done')
    assert.deepEqual(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')), {
      FIELDLOG_SERIAL: 'demo:',
      FIELDLOG_BAUD: '57600',
      FIELDLOG_GATEWAY: 'keller',
    })
  })
})

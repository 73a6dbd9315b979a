// The metrics of a running gateway, as Prometheus asks for them: who gets them, and that they follow what was sent.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { contentType } from '../../lib/metrics/exposition.ts'
import { basic, request, statusOf } from '../support/attack/raw-http.ts'
import { Gateway } from '../support/gateway.ts'
import { sendRequest } from '../support/http/send.ts'
import { jeelinkSample, type SampleLine, wire } from '../support/jeelink.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { portOpened } from '../support/serial-open.ts'

type Values = Record<string, number>

/** Each sample's value, by its name and the labels that do not say which node it is. */
async function scrape(gateway: Gateway, path = 'metrics'): Promise<Values> {
  const { status, headers, text } = await sendRequest(`${gateway.url}${path}`, { method: 'GET', headers: {} })
  assert.equal(status, 200)
  assert.equal(headers['content-type'], contentType)
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    samples.map((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)!
      const outcome = /(?:outcome|verdict)="(\w+)"/.exec(labels)?.[1]
      return [name!.replace(/^fieldlog_/, '') + (outcome === undefined ? '' : ` ${outcome}`), Number(value)]
    }),
  )
}

/** Asks until it holds. */
async function until(gateway: Gateway, isSo: (values: Values) => boolean): Promise<Values> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const values = await scrape(gateway)
    if (isSo(values)) return values
    if (performance.now() > deadline) assert.fail(`it stayed at ${JSON.stringify(values)}`)
    await pause(50)
  }
}

function expected(lines: readonly SampleLine[]) {
  const count = (verdict: string | undefined) =>
    lines.filter((line) => line.expected?.verdict === verdict).length
  return { good: count('good'), bad: count('bad'), rejected: count('rejected'), unknown: count(undefined) }
}

describe('the metrics of a running gateway', function () {
  this.timeout(120_000)
  let gateway: Gateway | undefined
  let broker: Mosquitto | undefined
  let pty: Pty | undefined
  afterEach(async () => {
    await gateway?.remove()
    await pty?.close()
    await broker?.remove()
    gateway = broker = pty = undefined
  })

  it('follow what was sent, also while the broker is away', async () => {
    broker = await startMosquitto({ lines: ['persistence true'] })
    pty = await createPty()
    gateway = await Gateway.start({
      env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0' },
    })
    await portOpened(gateway.child, pty)
    const before = await until(gateway, (values) => values.port_open === 1 && values.mqtt_connected === 1)
    const grown = (values: Values, name: string) => values[name]! - (before[name] ?? 0)

    const lines = jeelinkSample(200)
    const { good, bad, rejected, unknown } = expected(lines)
    assert.ok(Math.min(good, bad, rejected, unknown) > 0)
    const published = good + bad + rejected
    await pty.write(wire(lines))
    const sent = await until(
      gateway,
      (values) =>
        grown(values, 'mqtt_messages_acknowledged_total') >= published &&
        grown(values, 'events_complete_total') >= lines.length,
    )
    assert.equal(grown(sent, 'lines_received_total'), lines.length)
    assert.equal(grown(sent, 'journal_events_total'), lines.length)
    assert.equal(grown(sent, 'events_complete_total'), lines.length)
    assert.equal(grown(sent, 'lines_decoded_total clean'), good + bad)
    assert.equal(grown(sent, 'lines_decoded_total rejected'), rejected)
    assert.equal(grown(sent, 'lines_decoded_total unknown'), unknown)
    assert.equal(grown(sent, 'events_judged_total good'), good)
    assert.equal(grown(sent, 'events_judged_total bad'), bad)
    assert.equal(grown(sent, 'mqtt_messages_acknowledged_total'), published)
    assert.deepEqual(
      [sent.mqtt_messages_waiting, sent.mqtt_messages_refused, sent.journal_failing],
      [0, 0, 0],
    )
    assert.ok(Math.abs(sent.port_last_line_timestamp_seconds! - Date.now() / 1000) < 60)
    assert.ok(sent.disk_free_bytes! > 0 && sent.disk_free_bytes! <= sent.disk_size_bytes!)
    assert.ok(sent.resident_memory_bytes! > 5e7 && sent.uptime_seconds! > 0)

    await broker.stop()
    await until(gateway, (values) => values.mqtt_connected === 0)
    await pty.write(wire(lines))
    const away = await until(gateway, (values) => values.mqtt_messages_waiting === published)
    assert.equal(grown(away, 'lines_received_total'), 2 * lines.length)
    assert.equal(grown(away, 'mqtt_messages_acknowledged_total'), published)

    await broker.start()
    const back = await until(gateway, (values) => values.mqtt_messages_waiting === 0)
    assert.equal(grown(back, 'mqtt_messages_acknowledged_total'), 2 * published)
    assert.equal(back.mqtt_connected, 1)
    assert.deepEqual(Object.keys(await scrape(gateway, 'fieldlog/metrics')), Object.keys(back))
  })

  it('are for this machine alone without a login', async () => {
    gateway = await Gateway.start()
    for (const path of ['/metrics', '/metrics?x=1', '/fieldlog/metrics']) {
      assert.equal(await statusOf(gateway.url, request(path)), 200, path)
      assert.equal(await statusOf(gateway.url, request(path, {}, 'HEAD')), 200, path)
      assert.equal(await statusOf(gateway.url, request(path, { host: 'evil.example' })), 403, path)
      assert.equal(await statusOf(gateway.url, request(path, { 'x-forwarded-for': '10.0.0.1' })), 403, path)
      assert.equal(await statusOf(gateway.url, request(path, { origin: 'http://evil.example' })), 403, path)
      assert.equal(await statusOf(gateway.url, request(path, {}, 'POST')), 404, path)
    }
    for (const path of ['//metrics', '/%6detrics'])
      assert.equal(await statusOf(gateway.url, request(path)), 400, path)
    assert.equal(await statusOf(gateway.url, request('/metrics/more')), 404)
  })

  it('are for those who have the password where there is one', async () => {
    gateway = await Gateway.start({ env: { FIELDLOG_PASSWORD: 'secret' } })
    for (const path of ['/metrics', '/fieldlog/metrics', '/METRICS', '/metrics/']) {
      assert.equal(await statusOf(gateway.url, request(path)), 401, path)
      assert.equal(await statusOf(gateway.url, request(path, { 'x-fieldlog-reader': 'A'.repeat(43) })), 401)
    }
    for (const path of ['/metrics', '/fieldlog/metrics'])
      assert.equal(await statusOf(gateway.url, request(path, basic('secret'))), 200, path)
    assert.equal(await statusOf(gateway.url, request('/metrics', basic('wrong'))), 401)
  })

  it('leave /metrics to a flow that serves it', async () => {
    gateway = await Gateway.start()
    const { home } = gateway
    await gateway.stop()
    const file = join(home, 'flows.json')
    const flow = JSON.parse(readFileSync(file, 'utf8')) as Array<{ type: string; id: string }>
    const z = flow.find(({ type }) => type === 'tab')!.id
    const own = [
      { id: 'own1', z, type: 'http in', method: 'get', url: '/metrics', wires: [['own2']] },
      { id: 'own2', z, type: 'template', field: 'payload', template: 'own 1\n', wires: [['own3']] },
      { id: 'own3', z, type: 'http response', wires: [] },
    ]
    writeFileSync(file, JSON.stringify([...flow, ...own]))
    const first = gateway
    gateway = await Gateway.start({ home })
    try {
      const { text } = await sendRequest(`${gateway.url}metrics`, { method: 'GET', headers: {} })
      assert.equal(text, 'own 1\n')
      assert.equal(await statusOf(gateway.url, request('/fieldlog/metrics')), 200)
    } finally {
      await gateway.remove()
      await first.remove()
    }
  })
})

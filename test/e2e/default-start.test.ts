// A start without a single setting: the demo collector, the default flow, the embedded broker.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { readJournal } from '../support/journal-files.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'

for (const nodeRed of supportedNodeReds) {
  describe(`default start (${nodeRed})`, function () {
    this.timeout(150_000)
    let gateway: Gateway
    let collector: Collector

    before(async () => {
      gateway = await Gateway.start({ nodeRed })
      collector = await Collector.open(gateway.broker, 'fieldlog/#')
    })
    after(async () => {
      await collector.close()
      await gateway.remove()
    })

    it('says what it runs', () => {
      const facts = gateway.lines.filter((line) => line.startsWith('  '))
      assert.match(facts[0] ?? '', /^ {2}editor {3}http:\/\/127\.0\.0\.1:\d+\/$/)
      const [, url = ''] = /^ {2}editor {3}(.*)$/.exec(facts[0] ?? '') ?? []
      assert.deepEqual(facts.slice(1, 5), [
        `  pages    ${url}fieldlog/`,
        `  home     ${gateway.home}`,
        '  serial   demo:',
        `  journal  ${join(gateway.home, 'journal')}`,
      ])
      assert.match(facts[5] ?? '', /^ {2}broker {3}mqtt:\/\/127\.0\.0\.1:\d+ \(embedded\)$/)
      assert.equal(facts[6], '  gateway  test-gateway')
      assert.equal(facts.length, 7)
    })

    it('publishes good, bad and rejected events in their form, and that it is online', async () => {
      const verdicts = ['good', 'bad', 'rejected']
      const topic = (verdict: string) => `fieldlog/test-gateway/${verdict}/`
      await collector.until(
        () => verdicts.every((verdict) => collector.on(topic(verdict)).length > 0),
        30_000,
      )
      for (const verdict of verdicts) {
        const [message] = collector.on(topic(verdict))
        const event = JSON.parse(message?.payload ?? '') as Record<string, unknown>
        const keys =
          'id seq time received gateway source key device type data verdict reasons replayed'.split(' ')
        if (verdict === 'rejected') {
          keys[keys.indexOf('data')] = 'raw'
          // of a packet that is too short
          keys.splice(keys.indexOf('key'), 1)
        }
        assert.deepEqual(Object.keys(event), keys)
        assert.match(String(event.id), /^[a-z0-9]{8}-\d+$/)
        assert.equal(event.id, `${String(event.id).slice(0, 8)}-${event.seq}`)
        assert.equal(message?.topic, `fieldlog/test-gateway/${verdict}/${event.type}/${event.device}`)
        assert.deepEqual([event.gateway, event.verdict, message?.qos], ['test-gateway', verdict, 1])
        assert.equal(Array.isArray(event.reasons) && event.reasons.length > 0, verdict !== 'good')
      }
      await collector.until(() => collector.on('fieldlog/test-gateway/status').length > 0)
      const [status] = collector.on('fieldlog/test-gateway/status')
      assert.equal(status?.payload, 'online')
    })

    it('has our package as a module with its example, and no modules of the benchmark', async () => {
      const headers = { accept: 'application/json' }
      const list = await (await fetch(`${gateway.url}nodes`, { headers })).json()
      const modules = new Set((list as Array<{ module: string }>).map(({ module }) => module))
      assert.deepEqual(modules, new Set(['node-red', '@fieldlog/node-red-gateway']))
      const example = 'library/examples/flows/@fieldlog/node-red-gateway/gateway'
      const flow = (await (await fetch(gateway.url + example)).json()) as Array<{ type: string }>
      assert.ok(flow.some(({ type }) => type === 'fieldlog-serial-in'))
    })

    it('keeps the flow and its secrets in the home', () => {
      const flow = readFileSync(join(gateway.home, 'flows.json'), 'utf8')
      assert.match(flow, /fieldlog-serial-in/)
      assert.doesNotMatch(flow, /FIELDLOG_MQTT_PASSWORD/)
      for (const name of ['credential-secret', 'flows_cred.json']) {
        assert.equal(statSync(join(gateway.home, name)).mode & 0o777, 0o600, name)
      }
      assert.equal(existsSync(join(gateway.home, 'admin-password-hash')), false)
    })

    it('ends with status 0 and a whole journal', async () => {
      const { status, took } = await gateway.stop()
      assert.equal(status, 0)
      assert.ok(took < 10_000, `it took ${took} ms`)
      const { entries, tail } = readJournal(gateway.journal)
      assert.ok(entries.length >= 5)
      assert.equal(tail, '')
      const published = new Set(collector.ids())
      const logged = new Set(entries.map(({ id }) => id))
      assert.deepEqual(
        [...published].filter((id) => !logged.has(id)),
        [],
      )
    })
  })
}

describe('a start with a flow file that is damaged, or cannot be kept', function () {
  this.timeout(60_000)

  for (const text of ['', '[{"id":"a","ty']) {
    it(`says so, and runs the editor: ${text === '' ? 'nothing' : 'a part of one'} is in it`, async () => {
      const home = mkdtempSync(join(tmpdir(), 'fieldlog-damaged-'))
      writeFileSync(join(home, 'flows.json'), text)
      const gateway = await Gateway.start({ home })
      try {
        await gateway.line(/flows\.json is empty or damaged/, 10_000)
        assert.equal((await fetch(gateway.url)).status, 200)
      } finally {
        await gateway.remove()
        rmSync(home, { recursive: true })
      }
    })
  }

  it('runs the flow of another version also where no copy of it can be kept', async () => {
    const home = mkdtempSync(join(tmpdir(), 'fieldlog-update-'))
    writeFileSync(join(home, 'flows.json'), '[]')
    mkdirSync(join(home, 'flows-before.json'))
    const gateway = await Gateway.start({ home })
    try {
      await gateway.line(/the flow as it was cannot be kept .*EISDIR/, 10_000)
      assert.equal(existsSync(join(home, 'fieldlog-version')), false)
    } finally {
      await gateway.remove()
      rmSync(home, { recursive: true })
    }
  })
})

describe('a start with a flow that cannot run', function () {
  this.timeout(60_000)

  const tab = { id: 'tab', type: 'tab' }
  const cases: Array<[what: string, node: object]> = [
    ['node types that are not installed: nowhere', { type: 'nowhere' }],
    [
      'modules that are not installed: no-module',
      { type: 'function', libs: [{ var: 'it', module: 'no-module' }] },
    ],
  ]
  for (const [what, node] of cases) {
    it(`says that it uses ${what}`, async () => {
      const home = mkdtempSync(join(tmpdir(), 'fieldlog-missing-'))
      writeFileSync(
        join(home, 'flows.json'),
        JSON.stringify([tab, { id: 'n', z: 'tab', wires: [], ...node }]),
      )
      const gateway = Gateway.spawn({ home })
      try {
        await gateway.line(new RegExp(`the flow does not run: it uses ${what}$`))
      } finally {
        await gateway.remove()
        rmSync(home, { recursive: true })
      }
    })
  }
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Node, NodeAPI } from 'node-red'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import type { StoreState } from '../../../lib/history/model/store-state.ts'
import { HistoryStore } from '../../../lib/history/store/history-store.ts'
import clean from '../../../nodes/clean/clean.ts'
import journal from '../../../nodes/journal/journal.ts'
import type { JournalNode } from '../../../nodes/journal/registry.ts'
import label from '../../../nodes/label/label.ts'
import log from '../../../nodes/log/log.ts'
import type { StoreReport } from '../../../nodes/store/endpoints.ts'
import { type DeployedStore, stores } from '../../../nodes/store/registry.ts'
import store from '../../../nodes/store/store.ts'
import helper, { lastStatus, nodeRedName, runtimeHooks, withHooks } from '../helper.ts'

const definition: FormatDefinition = {
  type: 'room',
  decoder: { kind: 'json' },
  key: ['node'],
  fields: [
    { name: 'node', type: 'integer' },
    { name: 'temp', type: 'number', unit: '°C', decimals: 1, required: true },
    { name: 'state', type: 'string' },
  ],
}

function formatNode(RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-format', function (this: Node, config) {
    RED.nodes.createNode(this, config)
    Object.assign(this, { definition: (config as unknown as { definition: FormatDefinition }).definition })
  })
}

interface Answer {
  status: number
  body: unknown
}

/** ms in which a store becomes as asked for: well below the tests' own limit */
const longestWait = 20_000

interface Agent {
  get(path: string): Promise<Answer>
  post(path: string): { send(body: object): Promise<Answer> }
}

const request = () => helper.request() as Agent

/** @param most degrees that are not too warm */
const ruleSet = (most: number) => [{ name: 'warm', field: 'temp', operator: '<=', values: [most] }]

describe(`nodes: store (${nodeRedName})`, function () {
  this.timeout(30_000)
  let folder: string
  let path: string
  before((done) => {
    helper.startServer(done)
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-store-node-'))
    path = join(folder, 'store', 'fieldlog.sqlite')
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(folder, { recursive: true, force: true })
  })
  after((done) => {
    helper.stopServer(done)
  })

  const flow = (most = 30, format = definition) => [
    { id: 'tab', type: 'tab' },
    {
      id: 'journal',
      type: 'fieldlog-journal',
      directory: join(folder, 'journal'),
      flushInterval: 0,
      reserve: 0,
    },
    { id: 'format', type: 'fieldlog-format', definition: format },
    { id: 'log', type: 'fieldlog-log', z: 'tab', journal: 'journal', wires: [['clean']] },
    {
      id: 'clean',
      type: 'fieldlog-clean',
      z: 'tab',
      formats: ['format'],
      wires: [['label'], ['store'], ['store']],
    },
    {
      id: 'label',
      type: 'fieldlog-label',
      z: 'tab',
      predicates: ruleSet(most),
      wires: [['store'], ['store']],
    },
    { id: 'store', type: 'fieldlog-store', z: 'tab', wires: [] },
  ]
  const nodes = [journal, log, formatNode, clean, label, store].map(withHooks)
  const line = (text: string) => helper.getNode('log').receive({ payload: text, topic: 'ttyUSB0' })
  const deployed = () => stores()[0] as DeployedStore

  /** Resolves when the store is as asked for; rejects with how it is where it does not become so. */
  async function until(isSo: (state: StoreState) => boolean): Promise<void> {
    const end = performance.now() + longestWait
    // its state has no event: it is asked at each status, and where nothing changes at the next turn of a timer
    while (!deployed() || !isSo(deployed().state)) {
      if (performance.now() > end) {
        const found = deployed() ? JSON.stringify(deployed().state) : 'not deployed'
        throw new Error(`waited ${longestWait / 1000} s in vain for ${isSo}: the store is ${found}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  function all(query: string): unknown[] {
    const db = new DatabaseSync(path, { readOnly: true })
    try {
      return db
        .prepare(query)
        .all()
        .map((row) => ({ ...row }))
    } finally {
      db.close()
    }
  }

  /** The next error that the store tells. */
  function failure(): Promise<string> {
    return new Promise((resolve) => {
      helper
        .getNode('store')
        .once('call:error', (call: { firstArg: unknown }) => resolve(String(call.firstArg)))
    })
  }

  async function rebuilt(): Promise<void> {
    const { generation } = deployed().state
    const refused = failure().then((reason) => Promise.reject(new Error(reason)))
    helper.getNode('store').receive({ payload: { rebuild: true } })
    await Promise.race([until((one) => one.generation > generation && one.state === 'ready'), refused])
  }

  it('says nothing of its journal before the flows have started', async () => {
    await helper.load(nodes, flow())
    await until(({ state }) => state === 'ready')
    const { status } = helper.getNode('store') as unknown as {
      status: { args: Array<[{ text?: string }]> }
    }
    const shown = status.args.map(([{ text = '' }]) => text)
    assert.ok(shown.length > 0)
    assert.deepEqual(
      shown.filter((text) => text.startsWith('it must stand')),
      [],
    )
  })

  it('stores what is good, bad, rejected and unknown, and tells what was committed', async () => {
    await helper.load(nodes, flow())
    await until(({ state }) => state === 'ready')
    const told: string[] = []
    const stop = deployed().subscribe((events) => told.push(...events.map(({ id }) => id.split('-')[1]!)))
    line('{"node":12,"temp":21.5,"state":"auto"}')
    line('{"node":12,"temp":31}')
    line('{"node":12,"temp":"warm"}')
    line('garbage')
    await until(() => told.length === 4)
    stop()
    assert.deepEqual(told.toSorted(), ['1', '2', '3', '4'])
    assert.deepEqual(all('SELECT seq, verdict, f1, f2, extra, reasons FROM t_1 ORDER BY seq'), [
      { seq: 1, verdict: 1, f1: 12, f2: 21.5, extra: '{"state":"auto"}', reasons: null },
      {
        seq: 2,
        verdict: 2,
        f1: 12,
        f2: 31,
        extra: null,
        reasons: '["warm: temp: found 31, expected at most 30"]',
      },
    ])
    assert.deepEqual(all('SELECT seq, type, raw FROM reject ORDER BY seq'), [
      { seq: 3, type: 'room', raw: '{"node":12,"temp":"warm"}' },
      { seq: 4, type: null, raw: 'garbage' },
    ])
    assert.deepEqual(all('SELECT name, kind, col, unit, decimals FROM field ORDER BY name'), [
      { name: 'node', kind: 'number', col: 1, unit: null, decimals: null },
      { name: 'state', kind: 'text', col: null, unit: null, decimals: null },
      { name: 'temp', kind: 'number', col: 2, unit: '°C', decimals: 1 },
    ])
    assert.deepEqual(all('SELECT source, key, name, n FROM series'), [
      { source: 'ttyUSB0', key: '12', name: 'ttyUSB0-12', n: 2 },
    ])
  })

  it('fills what was logged while it was not there, and says how many verdicts are old after a change of rules', async () => {
    const without = flow().filter(({ id }) => id !== 'store')
    await helper.load(nodes, without)
    line('{"node":1,"temp":20}')
    line('{"node":2,"temp":25}')
    const { service } = helper.getNode('journal') as unknown as JournalNode
    assert.equal(await service!.whenDurable(), 2)
    const deploy = async (most: number) => {
      const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
      await helper.setFlows(flow(most), 'full')
      await started
    }
    await deploy(30)
    await until(({ state, upTo }) => state === 'ready' && upTo === 2)
    assert.deepEqual(all('SELECT seq, verdict FROM t_1 ORDER BY seq'), [
      { seq: 1, verdict: 1 },
      { seq: 2, verdict: 1 },
    ])
    await deploy(22)
    await until(({ state }) => state === 'ready')
    line('{"node":1,"temp":21}')
    await until(({ oldVerdicts }) => oldVerdicts === 2)
    await until(() => lastStatus('store').text === 'rules changed: 2 events have old verdicts')
    await rebuilt()
    assert.deepEqual(all('SELECT seq, verdict FROM t_1 ORDER BY seq'), [
      { seq: 1, verdict: 1 },
      { seq: 2, verdict: 2 },
      { seq: 3, verdict: 1 },
    ])
    assert.equal(deployed().state.oldVerdicts, 0)
  })

  it('takes the units of a format that a deploy has changed while it runs', async () => {
    await helper.load(nodes, flow())
    await until(({ state }) => state === 'ready')
    const units = async (): Promise<unknown> => {
      const told = new Promise((resolve) => deployed().subscribe(resolve))
      line('{"node":12,"temp":21.5}')
      await told
      return all("SELECT unit, decimals FROM field WHERE name = 'temp'")
    }
    assert.deepEqual(await units(), [{ unit: '°C', decimals: 1 }])
    const node = helper.getNode('store')
    const fields = definition.fields.map((field) =>
      field.name === 'temp' ? { ...field, unit: '°F', decimals: 0 } : field,
    )
    const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
    await helper.setFlows(flow(30, { ...definition, fields }), 'nodes')
    await started
    assert.equal(helper.getNode('store'), node)
    assert.deepEqual(await units(), [{ unit: '°F', decimals: 0 }])
    const bare = definition.fields.map(({ unit: _unit, decimals: _decimals, ...field }) => field)
    const again = new Promise((resolve) => helper._events.once('flows:started', resolve))
    await helper.setFlows(flow(30, { ...definition, fields: bare }), 'nodes')
    await again
    assert.deepEqual(await units(), [{ unit: null, decimals: null }])
  })

  it('refuses a second store with the same file, and says what is wrong with a message', async () => {
    await helper.load(nodes, [
      ...flow().map((node) => (node.id === 'label' ? { ...node, wires: [['store', 'other'], []] } : node)),
      { id: 'other', type: 'fieldlog-store', z: 'tab', wires: [] },
    ])
    await until(({ state }) => state === 'ready')
    const spy = helper.getNode('other').error as unknown as { firstCall: { firstArg: string } }
    assert.match(
      spy.firstCall.firstArg,
      /fieldlog\.sqlite is the file of another store node already \(store\)/,
    )
    const failed = failure()
    helper.getNode('store').receive({ payload: 'hello' })
    assert.match(await failed, /carries no event: wire this node behind a clean or label node/)
  })

  it('leaves events open that come while it is being closed, and refuses a rebuild then', async () => {
    await helper.load(nodes, flow())
    await until(({ state }) => state === 'ready')
    const node = helper.getNode('store')
    const ended: string[] = []
    runtimeHooks.add('onComplete.other', ({ msg }) => ended.push(msg._msgid))
    try {
      const closing = (node as unknown as { close(): Promise<void> }).close()
      const place = { id: 'k3x9a7qd-1', seq: 1, received: 1, time: 1, source: 'ttyUSB0', raw: '' }
      node.receive({ _msgid: 'event', event: { ...place, replayed: false, type: 'room', data: { temp: 1 } } })
      const failed = failure()
      node.receive({ _msgid: 'request', payload: { rebuild: true } })
      assert.equal(await failed, 'Error: store: no rebuild was started: the node is being closed')
      await closing
      assert.deepEqual(ended, ['request'])
    } finally {
      runtimeHooks.remove('onComplete.other')
    }
  })

  it('opens its file once where deploys follow each other faster than it closes', async () => {
    await helper.load(nodes, flow())
    await until(({ state }) => state === 'ready')
    const open = new Set<HistoryStore>()
    const { start, close } = HistoryStore.prototype
    HistoryStore.prototype.start = function () {
      open.add(this)
      start.call(this)
    }
    HistoryStore.prototype.close = async function () {
      await close.call(this)
      open.delete(this)
    }
    try {
      const node = helper.getNode('journal') as unknown as JournalNode
      const service = node.service as object
      /** The same journal, in a new object: the node before it has another one. */
      const another = () =>
        new Proxy(service, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name, target)
            return typeof value === 'function' ? value.bind(target) : value
          },
        }) as JournalNode['service']
      node.service = another()
      helper._events.emit('flows:started', { config: {} })
      node.service = another()
      helper._events.emit('flows:started', { config: {} })
      await until(({ state }) => state === 'ready')
      assert.equal(open.size, 1)
      await (helper.getNode('store') as unknown as { close(): Promise<void> }).close()
      assert.equal(open.size, 0)
    } finally {
      HistoryStore.prototype.start = start
      HistoryStore.prototype.close = close
    }
  })

  it('answers a request to rebuild a part, and refuses what makes no sense', async () => {
    await helper.load(nodes, flow())
    await until(({ state }) => state === 'ready')
    const ask = async (body: object): Promise<[number, unknown]> => {
      const answer = await request().post('/fieldlog/api/rebuild').send(body)
      return [answer.status, answer.body]
    }
    const noTime = 'from: milliseconds since 1970 or ISO 8601 is expected'
    assert.deepEqual(await ask({ from: 'noon' }), [400, { error: noTime }])
    assert.deepEqual(await ask({ from: 9, to: 3 }), [400, { error: 'to: it is before from' }])
    assert.equal((await ask({ store: 'x' }))[0], 404)
    assert.deepEqual(await ask({ from: '2026-01-01T00:00:00Z' }), [200, { started: true }])
    await until(({ state }) => state === 'ready')
    const answer = await request().get('/fieldlog/api/rebuild')
    const [report] = answer.body as StoreReport[]
    assert.deepEqual([report?.id, report?.state, report?.path], ['store', 'ready', path])
  })
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ValuesAnswer } from '../../../lib/history/query/read/answers.ts'
import devices from '../../../nodes/devices/devices.ts'
import query from '../../../nodes/query/query.ts'
import { addStore, type DeployedStore } from '../../../nodes/store/registry.ts'
import { writeStore } from '../../support/history/history-store.ts'
import helper, { lastStatus, nodeRedName } from '../helper.ts'

const time = Date.UTC(2026, 10, 28, 12)
const asking = { id: 'query', type: 'fieldlog-query', z: 'tab', wires: [['answers']] }
const rest = [
  { id: 'tab', type: 'tab' },
  { id: 'answers', type: 'helper', z: 'tab' },
]

interface Outcome {
  payload?: unknown
  error?: string
  message?: Record<string, unknown>
}

/** Who waits for what comes of a message. */
let settle: (outcome: Outcome) => void = () => {}

/** Loads the flow, and listens to what comes out of the node and to what its `done` is given. */
async function load(...nodes: object[]): Promise<void> {
  await helper.load([devices, query], [...nodes, ...rest] as never)
  helper.getNode('answers').on('input', (msg) => {
    settle({
      payload: (msg as { payload: unknown }).payload,
      message: msg as unknown as Record<string, unknown>,
    })
  })
  helper.getNode('query').on('call:error', (call: { firstArg: Error & { code?: string } }) => {
    settle({ error: `${call.firstArg.code} ${call.firstArg.message}` })
  })
}

function asked(message: object): Promise<Outcome> {
  return new Promise((resolve) => {
    settle = resolve
    helper.getNode('query').receive(message)
  })
}

/** A status is shown once the one before has stood for a moment. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe(`nodes: query (${nodeRedName})`, () => {
  let directory: string
  let removals: Array<() => void> = []

  function deployStore(id: string, value: number): void {
    const path = join(directory, `${id}.sqlite`)
    const rows = [time, time + 60_000].map((at) => ({ time: at, data: { temp: value } }))
    writeStore(path, { rows, rejects: [{ seq: 3, time, type: null, source: 's', raw: 'x', reasons: ['r'] }] })
    removals.push(addStore({ id, name: id, path } as unknown as DeployedStore))
  }

  before((done) => {
    helper.startServer(done)
  })
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-query-'))
  })
  afterEach(async () => {
    await helper.unload()
    for (const remove of removals) remove()
    removals = []
    rmSync(directory, { recursive: true, force: true })
  })
  after((done) => {
    helper.stopServer(done)
  })

  it('asks what the panel says, and keeps the other properties of the message', async () => {
    deployStore('first', 20)
    const panel = { series: 'room/ttyUSB0-12', field: 'temp', from: '2026-11-28', to: '2026-11-29' }
    await load({ ...asking, ...panel })
    const { payload, message } = await asked({ payload: 1234567, topic: 'mine', own: 7 })
    const { t, v, level } = payload as ValuesAnswer
    assert.deepEqual({ t, v, level }, { t: [time, time + 60_000], v: [20, 20], level: 'raw' })
    assert.deepEqual([message?.topic, message?.own], ['mine', 7])
  })

  it('takes parameters of the payload before those of the panel, the question too', async () => {
    deployStore('first', 20)
    await load({ ...asking, series: 'room/none', field: 'temp', from: '0' })
    assert.equal(((await asked({ payload: { series: 1, to: time + 1 } })).payload as ValuesAnswer).n, 1)
    const { payload } = await asked({ payload: { question: 'statistics', series: '1' } })
    assert.deepEqual(payload, { n: 2, good: 2, min: 20, max: 20, mean: 20, deviation: 0 })
    assert.deepEqual((await asked({ payload: { question: 'rejects', limit: 1 } })).payload, [
      { seq: 3, sub: 0, time, type: null, source: 's', raw: 'x', reasons: ['r'] },
    ])
    assert.equal((await asked({ payload: { question: 'spans' } })).payload?.toString(), '')
  })

  it('names devices as the devices node does', async () => {
    deployStore('first', 20)
    const row = { source: 'tty*', type: 'room', key: '12', name: 'kitchen', place: 'north', interval: '' }
    const names = { id: 'names', type: 'fieldlog-devices', devices: [row] }
    await load({ ...asking, question: 'latest' }, names)
    const { series } = (await asked({})).payload as { series: Array<{ name: string; place: string }> }
    assert.deepEqual([series[0]?.name, series[0]?.place], ['kitchen', 'north'])
    const { n } = (
      await asked({ payload: { question: 'statistics', series: 'room/kitchen', field: 'temp', from: 0 } })
    ).payload as { n: number }
    assert.equal(n, 2)
  })

  it('asks the store that was chosen, and goes on with another file after a deploy', async () => {
    deployStore('first', 20)
    deployStore('second', 30)
    await load({ ...asking, store: 'second', series: '1', field: 'temp', from: '0' })
    assert.deepEqual(((await asked({})).payload as ValuesAnswer).v, [30, 30])
    removals.pop()?.()
    assert.equal((await asked({})).error, 'NO_STORE query: its store node is not deployed')
    const path = join(directory, 'first.sqlite')
    removals.push(addStore({ id: 'second', name: 'second', path } as unknown as DeployedStore))
    assert.deepEqual(((await asked({})).payload as ValuesAnswer).v, [20, 20])
  })

  it('fails a message that asks wrongly, and says what is wrong', async () => {
    await load({ ...asking, series: '1', field: 'temp' })
    const none = 'NO_STORE query: there is no store node among the deployed flows: add one'
    assert.equal((await asked({})).error, none)
    deployStore('first', 20)
    assert.equal(
      (await asked({ payload: { field: 'humi' } })).error,
      'QUERY field: the series has none with the name humi',
    )
    assert.match(
      (await asked({ payload: { question: 'constructor' } })).error ?? '',
      /^QUERY question: must be one of: values, /,
    )
    assert.equal(
      (await asked({ payload: { from: 'now', to: '-1h' } })).error,
      'QUERY from: must be before to',
    )
    await until(() => lastStatus('query').text === 'from: must be before to')
    assert.deepEqual(lastStatus('query'), { fill: 'red', shape: 'ring', text: 'from: must be before to' })
  })

  it('shows what it answered, and nothing once its tab is disabled', async () => {
    await load({ ...asking, series: '1', field: 'temp' })
    deployStore('first', 20)
    await asked({})
    await until(() => /^values · [\d,]+ ms$/.test(lastStatus('query').text ?? ''))
    const node = helper.getNode('query') as unknown as { close(removed: boolean): Promise<void> }
    await node.close(false)
    assert.deepEqual(lastStatus('query'), {})
  })
})

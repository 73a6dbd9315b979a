import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node, NodeAPI } from 'node-red'
import type { ClusterReport } from '../../../lib/cluster/report.ts'
import type { ClusterSummary } from '../../../lib/cluster/summary.ts'
import type { EventMessage, Scalar } from '../../../lib/event.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import cluster from '../../../nodes/cluster/cluster.ts'
import { clusteringOf, forgetClustering } from '../../../nodes/cluster/registry.ts'
import helper, { nodeRedName } from '../helper.ts'

const definition: FormatDefinition = {
  type: 'energy',
  decoder: { kind: 'json' },
  fields: [
    { name: 'power', type: 'number', unit: 'W' },
    { name: 'current', type: 'number', unit: 'A' },
  ],
}

/** A config node that has a definition, as `fieldlog-format` does. */
function formatNode(RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-format', function (this: Node, config) {
    RED.nodes.createNode(this, config)
    Object.assign(this, { definition: (config as unknown as { definition: FormatDefinition }).definition })
  })
}

const wired = {
  ...{ id: 'cluster', type: 'fieldlog-cluster', z: 'tab', wires: [['events'], ['summaries']] },
  ...{ fields: 'power, current', eventType: 'energy', bandwidth: '50', every: '4' },
}
const rest = [
  { id: 'tab', type: 'tab' },
  { id: 'events', type: 'helper', z: 'tab' },
  { id: 'summaries', type: 'helper', z: 'tab' },
  { id: 'format', type: 'fieldlog-format', definition },
]

type Summarised = EventMessage & { payload: ClusterSummary; restored?: boolean }

function message(seq: number, data: Record<string, unknown>): EventMessage {
  const time = 1_480_000_000_000 + seq
  const id = `k3x9a7qd-${seq}`
  const place = { id, seq, received: time, time, source: 'http', raw: '', replayed: false }
  const event = { ...place, type: 'energy', data: data as Record<string, Scalar> }
  return { _msgid: id, payload: data, topic: 'energy/http', event, extra: { kept: true } }
}

const watts = (seq: number, power: number) => message(seq, { power, current: power / 230 })

/** The next messages at a helper node. */
function arrivals(id: string, count: number): Promise<EventMessage[]> {
  const found: EventMessage[] = []
  return new Promise((resolve) => {
    const listener = (msg: object) => {
      found.push(msg as EventMessage)
      if (found.length < count) return
      helper.getNode(id).removeListener('input', listener)
      resolve(found)
    }
    helper.getNode(id).on('input', listener)
  })
}

const nextSummary = async () => (await arrivals('summaries', 1))[0] as Summarised

/** Resolves with the error that the node's `done` is given. */
function failure(): Promise<string> {
  return new Promise((resolve) => {
    helper
      .getNode('cluster')
      .on('call:error', (call: { firstArg: unknown }) => resolve(String(call.firstArg)))
  })
}

interface Answer {
  status: number
  body: unknown
}

function answer(id: string): Promise<Answer> {
  return (helper.request() as { get(path: string): Promise<Answer> }).get(`/fieldlog/clusters/${id}`)
}

/** As the registry knows it. */
const runtime = () => ({ events: helper._events }) as unknown as NodeAPI

/** Ends the flows, and with them what only the process knows. */
async function stop(): Promise<void> {
  await helper.unload()
  forgetClustering(runtime(), 'cluster')
}

const receive = (msg: object) => helper.getNode('cluster').receive(msg)
const clusterNode = () => helper.getNode('cluster') as Node

async function status(text: RegExp): Promise<{ fill: string; text: string }> {
  const node = clusterNode()
  const calls = (node.status as unknown as { args: Array<[{ fill: string; text: string }]> }).args
  for (;;) {
    const last = calls.at(-1)?.[0]
    if (last && text.test(last.text)) return last
    await new Promise<void>((resolve) => node.once('call:status' as 'input', () => resolve()))
  }
}

describe(`nodes: cluster (${nodeRedName})`, () => {
  let userDir: string

  before((done) => {
    helper.startServer(done)
  })
  beforeEach(async () => {
    userDir = await mkdtemp(join(tmpdir(), 'fieldlog-cluster-'))
    helper.settings({ userDir })
  })
  afterEach(async () => {
    await stop()
    await rm(userDir, { recursive: true })
  })
  after((done) => {
    helper.stopServer(done)
  })

  const load = (more: object = {}) => helper.load([formatNode, cluster], [{ ...wired, ...more }, ...rest])

  /** Sends events of two kinds until the first run has ended. */
  async function run(): Promise<Summarised> {
    const told = nextSummary()
    for (const [i, power] of [100, 2_000, 100, 100].entries()) receive(watts(i + 1, power))
    return told
  }

  it('passes each event on at once, unchanged, and says after the run where it belongs', async () => {
    await load()
    const first = arrivals('events', 4)
    const { payload: summary, topic } = await run()
    for (const [i, msg] of (await first).entries()) {
      const { event, payload, extra } = msg
      const power = i === 1 ? 2_000 : 100
      assert.deepEqual({ event, payload, extra }, { ...pick(watts(i + 1, power)), extra: { kept: true } })
    }
    assert.equal(topic, 'clusters')
    assert.deepEqual(summary.clusters, [
      { label: 0, count: 3, previous: null, avg_power_w: 100, avg_current_a: 100 / 230 },
      { label: 1, count: 1, previous: null, avg_power_w: 2_000, avg_current_a: 2_000 / 230 },
    ])
    assert.deepEqual(
      [summary.run, summary.points, summary.leftOut, summary.method, summary.bandwidth],
      [1, 4, 0, 'meanshift', 50],
    )
    assert.deepEqual(
      [summary.statistics.energy!.power!.count, summary.statistics.energy!.power!.mean],
      [4, 575],
    )
    const next = arrivals('events', 2)
    receive(watts(5, 2_000))
    receive(watts(6, 9_000))
    const [near, far] = (await next).map(({ event }) => event.cluster!)
    assert.deepEqual(near, { label: 1, distance: 0, run: 1 })
    assert.deepEqual([far!.label, Math.round(far!.distance), far!.run], [-1, 7_000, 1])
    assert.equal((await status(/run 1/)).text, 'clusters 2 · run 1 · events 6')
  })

  it('lets through what it cannot use, and is none the worse for it', async () => {
    await load()
    const odd = [{ power: Number.NaN, current: 1 }, { power: '100', current: 1 }, { power: 100 }, {}, []]
    const through = arrivals('events', odd.length)
    for (const [i, data] of odd.entries()) receive(message(i + 1, data as Record<string, unknown>))
    assert.deepEqual(
      (await through).map(({ event }) => event.cluster),
      odd.map(() => undefined),
    )
    const { payload } = await run()
    assert.deepEqual([payload.points, payload.leftOut], [4, odd.length])
  })

  it('starts a run on request, and sends the last summary in the message that asks for it', async () => {
    await load({ every: '0' })
    const asked = nextSummary()
    receive({ topic: 'summary', res: 'of a request' })
    const empty = (await asked) as Summarised & { res: string }
    assert.deepEqual([empty.payload, empty.res], [{ clusters: [] }, 'of a request'])
    receive(watts(1, 100))
    const told = nextSummary()
    receive({ topic: 'cluster' })
    const { payload } = await told
    assert.deepEqual([payload.run, payload.points], [1, 1])
    const again = nextSummary()
    receive({ topic: 'summary' })
    assert.deepEqual((await again).payload, payload)
  })

  it('refuses what is neither an event nor a request, and says what to do', async () => {
    await load()
    for (const msg of [
      { payload: 'x' },
      { topic: 'cluster', event: null },
      { event: { id: 'a-1', seq: 1 } },
    ]) {
      const failed = failure()
      receive(msg)
      assert.match(
        await failed,
        /cluster: the message carries no clean event: wire this node behind a clean node/,
      )
    }
    await clusteringOf(runtime(), 'cluster')!.loaded
    const failed = failure()
    receive({ topic: 'cluster' })
    assert.match(await failed, /there is nothing to cluster yet: no event had all the fields/)
  })

  it('passes events on without fields, or with wrong ones, and says so', async () => {
    await load({ fields: 'power' })
    const texts = helper.log().args.map(([entry]) => String(entry.msg))
    assert.ok(
      texts.includes(
        'cluster: fields: found 1, expected 2 to 16 names with commas between them; until it is corrected none is used',
      ),
      texts.join('\n'),
    )
    const through = arrivals('events', 1)
    receive(watts(1, 100))
    assert.equal((await through)[0]!.event.cluster, undefined)
    assert.equal((await status(/no fields/)).fill, 'yellow')
    const failed = failure()
    receive({ topic: 'cluster' })
    assert.match(await failed, /no fields are given/)
  })

  it('tells why a run found nothing, and has another result the next time', async () => {
    await load({ every: '300', last: '300', bandwidth: '1' })
    const warned = status(/found 300 clusters, 256 at most are of use: raise the bandwidth/)
    for (let i = 0; i < 300; i++) receive(watts(i + 1, i * 100))
    assert.equal((await warned).fill, 'yellow')
    const told = nextSummary()
    for (let i = 0; i < 300; i++) receive(watts(i + 1_000, 100))
    assert.equal((await told).payload.run, 1)
    assert.equal((await status(/^clusters 1 · run/)).fill, 'green')
  })

  it('keeps its points through a deploy, and tells the last summary again', async () => {
    await load()
    const { payload } = await run()
    const restored = new Promise<Summarised>((resolve) => {
      helper._events.once('flows:started', () => {
        nextSummary().then(resolve, () => {})
      })
    })
    await helper.setFlows([{ ...wired, every: '5', name: 'renamed' }, ...rest], 'nodes')
    const again = await restored
    assert.deepEqual([again.restored, again.payload], [true, payload])
    const told = nextSummary()
    for (let i = 5; i < 10; i++) receive(watts(i, 100))
    const { clusters, points, run: number } = (await told).payload
    assert.deepEqual([number, points], [2, 9])
    assert.deepEqual(
      clusters.map(({ label, previous, count }) => [label, previous, count]),
      [
        [0, 0, 8],
        [1, 1, 1],
      ],
    )
  })

  it('has summary and statistics after a restart, from a file of its own', async () => {
    await load()
    const { payload } = await run()
    await stop()
    assert.deepEqual(await readdir(join(userDir, 'fieldlog-cluster')), ['cluster'])
    await load()
    const told = await nextSummary()
    assert.deepEqual([told.restored, told.payload], [true, payload])
    const through = arrivals('events', 1)
    receive(watts(5, 2_000))
    assert.deepEqual((await through)[0]!.event.cluster, { label: 1, distance: 0, run: 1 })
    const next = nextSummary()
    for (let i = 6; i < 9; i++) receive(watts(i, 100))
    const { run: number, points, statistics } = (await next).payload
    assert.deepEqual([number, points, statistics.energy!.power!.count], [2, 4, 8])
  })

  it('tells the panel what it has found', async () => {
    await load()
    const empty = (await answer('cluster')).body as ClusterReport
    assert.deepEqual([empty.summary, empty.sample, empty.points, empty.every], [null, null, 0, 4])
    assert.deepEqual(empty.fields, [
      { name: 'power', unit: 'W' },
      { name: 'current', unit: 'A' },
    ])
    const { payload } = await run()
    const report = (await answer('cluster')).body as ClusterReport
    assert.deepEqual(report.summary, payload)
    assert.deepEqual(report.sample, {
      points: [100, 100, 100, 2_000].map((power) => [power, power / 230]),
      labels: [0, 0, 0, 1],
    })
    assert.equal((await answer('other')).status, 404)
  })
})

function pick({ event, payload }: EventMessage): Pick<EventMessage, 'event' | 'payload'> {
  return { event, payload }
}

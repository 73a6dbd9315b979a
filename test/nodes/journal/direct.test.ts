// From node to node of ours without Node-RED's messaging, and every case in which somebody would miss it.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventMessage } from '../../../lib/event.ts'
import cleanNode from '../../../nodes/clean/clean.ts'
import clusterNode from '../../../nodes/cluster/cluster.ts'
import formatNode from '../../../nodes/format/format.ts'
import journalNode from '../../../nodes/journal/journal.ts'
import type { JournalNode } from '../../../nodes/journal/registry.ts'
import labelNode from '../../../nodes/label/label.ts'
import logNode from '../../../nodes/log/log.ts'
import helper, { runtimeHooks, withHooks } from '../helper.ts'

const nodes = [journalNode, logNode, formatNode, cleanNode, labelNode, clusterNode].map(withHooks)

describe('nodes: the direct way', () => {
  let directory: string

  beforeEach((done) => {
    mkdtemp(join(tmpdir(), 'fieldlog-direct-')).then((made) => {
      directory = made
      helper.startServer(done)
    }, done)
  })

  afterEach(async () => {
    runtimeHooks.remove('*.other')
    await helper.unload()
    await new Promise<void>((resolve, reject) =>
      helper.stopServer((error) => (error ? reject(error) : resolve())),
    )
    // the clean node notes in the background by which formats it decoded
    await rm(directory, { recursive: true, maxRetries: 10 })
  })

  const definition = {
    type: 'number',
    decoder: { kind: 'pattern', pattern: '^(?P<n>[0-9]+)$' },
    fields: [{ name: 'n', type: 'number', from: 'n' }],
  }

  /** Without a place in the editor Node-RED would take a node for a configuration. */
  const placed = { z: 'tab', x: 100, y: 100 }

  /** log, clean, label, and nodes that tell what comes out; `log` are the wires of the log node. */
  const flow = (log: string[], ...more: object[]) => [
    { id: 'tab', type: 'tab', label: 'test' },
    { id: 'journal', type: 'fieldlog-journal', directory, flushInterval: '0', reserve: '0' },
    { id: 'format', type: 'fieldlog-format', definition },
    {
      id: 'log',
      z: 'tab',
      type: 'fieldlog-log',
      journal: 'journal',
      window: '20',
      quietTime: '0.05',
      wires: [log, []],
    },
    {
      id: 'clean',
      z: 'tab',
      type: 'fieldlog-clean',
      formats: ['format'],
      wires: [['label'], [], ['unknown']],
    },
    { id: 'label', z: 'tab', type: 'fieldlog-label', predicates: [], wires: [['good'], []] },
    ...['good', 'unknown', 'seen'].map((id) => ({ id, z: 'tab', type: 'helper', wires: [] })),
    ...more,
  ]

  /** Ids of the nodes that Node-RED was asked to send from. */
  const senders: string[] = []

  async function load(log: string[], ...more: object[]): Promise<void> {
    senders.length = 0
    await helper.load(nodes, flow(log, ...more))
    for (const id of ['log', 'clean', 'label']) {
      helper.getNode(id).on('call:send', () => senders.push(id))
    }
  }

  function arrival(id: string): Promise<EventMessage> {
    return new Promise((resolve) => {
      helper.getNode(id).on('input', (message) => resolve(message as unknown as EventMessage))
    })
  }

  const logLine = (payload: string) => helper.getNode('log').receive({ payload, topic: 'meter' })
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('goes from log to clean to label, and on by Node-RED', async () => {
    await load(['clean'])
    const good = arrival('good')
    logLine('42')
    const { event, payload, topic } = await good
    assert.deepEqual([payload, topic, event.verdict, event.raw], [{ n: 42 }, 'number/meter', 'good', '42'])
    await turn()
    assert.deepEqual(senders, ['label'])
  })

  it('sends by Node-RED what leads to another node, too', async () => {
    await load(['clean', 'seen'])
    const both = Promise.all([arrival('good'), arrival('seen')])
    logLine('42')
    const [good, seen] = await both
    assert.deepEqual([good.payload, seen.payload], [{ n: 42 }, '42'])
    await turn()
    // what lies behind the log goes one way: else newer events would overtake
    assert.deepEqual(senders, ['log', 'clean', 'label'])
  })

  it('leads through a cluster node, whose summary goes to a node of another package', async () => {
    const summaries = { ...placed, id: 'summaries', type: 'helper', wires: [] }
    const cluster = {
      ...{ ...placed, id: 'cluster', type: 'fieldlog-cluster', wires: [['good'], ['summaries']] },
      ...{ fields: 'n, twice', every: '20' },
    }
    const twice = { name: 'twice', type: 'number', from: 'n', scale: 2 }
    const both = { ...definition, fields: [...definition.fields, twice] }
    const changed = flow(['clean']).map((node) => {
      const { id } = node as { id: string }
      if (id === 'label') return { ...node, wires: [['cluster'], []] }
      return id === 'format' ? { ...node, definition: both } : node
    })
    senders.length = 0
    helper.settings({ userDir: directory })
    await helper.load(nodes, [...changed, cluster, summaries])
    for (const id of ['log', 'clean', 'label']) {
      helper.getNode(id).on('call:send', () => senders.push(id))
    }
    const summary = arrival('summaries')
    const seqs: number[] = []
    const all = new Promise<void>((resolve) => {
      helper.getNode('good').on('input', (message) => {
        if (seqs.push((message as unknown as EventMessage).event.seq) === 50) resolve()
      })
    })
    for (let i = 1; i <= 50; i++) logLine(String(i))
    await all
    assert.deepEqual(
      seqs,
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
    assert.deepEqual([...new Set(senders)], [])
    const { points } = (await summary).payload as { points: number }
    assert.ok(points >= 20 && points <= 50, String(points))
    const { service } = helper.getNode('journal') as unknown as JournalNode
    while (service?.state.delivery?.checkpoint !== 50) await turn()
  })

  it('lets a complete node have what it waits for', async () => {
    await load(['clean'], {
      ...placed,
      id: 'complete',
      type: 'complete',
      scope: ['clean'],
      wires: [['seen']],
    })
    const seen = arrival('seen')
    logLine('42')
    assert.equal((await seen).event.raw, '42')
    assert.deepEqual(senders.includes('log'), true)
  })

  it('lets a catch node have an error', async () => {
    await load(['label'], { ...placed, id: 'catch', type: 'catch', scope: ['label'], wires: [['seen']] })
    const seen = arrival('seen')
    logLine('42')
    const { error, event } = (await seen) as EventMessage & { error: { message: string } }
    assert.match(error.message, /label: the message carries no clean event/)
    assert.equal(event.raw, '42')
    assert.deepEqual(senders.includes('log'), false)
  })

  it('leaves everything to Node-RED when somebody else has set a hook', async () => {
    const seen: string[] = []
    runtimeHooks.add('preDeliver.other', ({ destination }) => void seen.push(destination.id))
    await load(['clean'])
    const good = arrival('good')
    logLine('42')
    await good
    assert.deepEqual(seen, ['clean', 'label', 'good'])
  })

  it('notices a hook that is set while the flows run', async () => {
    await load(['clean'])
    const seen: string[] = []
    runtimeHooks.add('onSend.other', (events) => void seen.push(...events.map(({ source }) => source.id)))
    while (!seen.includes('clean')) {
      const good = arrival('good')
      logLine('42')
      await good
    }
    assert.deepEqual(seen.slice(-3), ['log', 'clean', 'label'])
  })

  it('keeps the order, and each change of value, while clean reads what was logged before', async () => {
    const count = 300
    const values = (i: number) => 7 + ((i >> 1) & 1)
    // of these five are done with, and all others come after the next start
    await load(['seen'])
    let seen = 0
    helper.getNode('seen').on('input', (_message: unknown, _send: unknown, done: () => void) => {
      if (++seen <= 5) done()
    })
    for (let i = 0; i < count; i++) logLine(String(values(i)))
    const state = () => (helper.getNode('journal') as JournalNode).service?.state.delivery
    while (state()?.entries !== count || state()?.checkpoint !== 5) await turn()
    await helper.unload()
    await helper.load(
      nodes,
      flow(
        ['other-clean'],
        {
          id: 'other-clean',
          z: 'tab',
          type: 'fieldlog-clean',
          formats: ['changes'],
          wires: [['good'], [], []],
        },
        { id: 'changes', type: 'fieldlog-format', definition: { ...definition, drop: { unchanged: 3600 } } },
      ),
    )
    const seqs: number[] = []
    helper.getNode('good').on('input', (message) => seqs.push((message as unknown as EventMessage).event.seq))
    while (state()?.checkpoint !== count) await turn()
    // two readings of each value: the first of both is a change
    assert.deepEqual(
      seqs,
      Array.from({ length: count }, (_, i) => i + 1).filter((seq) => seq > 5 && seq % 2 === 1),
    )
  })

  it('leaves a node to Node-RED to which somebody has added a handler', async () => {
    await load(['clean'])
    const seen = arrival('clean')
    logLine('42')
    assert.equal((await seen).event.raw, '42')
  })
})

// Log nodes that have no usable journal: what reaches them waits for one.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { EventMessage } from '../../../lib/event.ts'
import journalNode from '../../../nodes/journal/journal.ts'
import logNode from '../../../nodes/log/log.ts'
import { readJournal } from '../../support/journal-files.ts'
import helper, { nodeRedName, withHooks } from '../helper.ts'

const nodes = [withHooks(journalNode), logNode]
/** ms */
const earlier = 3_600_000

describe(`fieldlog-log without a journal (${nodeRedName})`, () => {
  let directory: string

  beforeEach((done) => {
    mkdtemp(join(tmpdir(), 'fieldlog-waiting-')).then((made) => {
      directory = made
      helper.startServer(done)
    }, done)
  })

  afterEach(async () => {
    await helper.unload()
    await new Promise<void>((resolve, reject) =>
      helper.stopServer((error) => (error ? reject(error) : resolve())),
    )
    await rm(directory, { recursive: true })
  })

  const tab = { id: 'tab', type: 'tab', label: 'test' }
  const journal = { id: 'journal', type: 'fieldlog-journal', directory: '', flushInterval: '0', reserve: '0' }
  const logNodeWith = (id: string, chosen = 'journal') => ({
    id,
    z: 'tab',
    type: 'fieldlog-log',
    journal: chosen,
    quietTime: '0.05',
    wires: [['sink'], []],
  })
  const sink = { id: 'sink', z: 'tab', type: 'helper', wires: [] }
  const flow = (...logs: object[]) => [tab, { ...journal, directory }, sink, ...logs]

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await pause(10)
  }

  /** Resolves when another flow runs. */
  async function deploy(flows: object[], type: 'full' | 'nodes'): Promise<void> {
    const started = new Promise((resolve) => helper._events.once('flows:started', resolve))
    await helper.setFlows(flows as Parameters<typeof helper.setFlows>[0], type)
    await started
  }

  function give(id: string, from: number, count: number, received: number): void {
    const node = helper.getNode(id)
    for (let n = from; n < from + count; n++) {
      node.receive({ payload: `line ${n}`, topic: 's', received: received + n })
    }
  }

  /** The texts that the status of a node has, from now on. */
  function statuses(id: string): string[] {
    const texts: string[] = []
    helper
      .getNode(id)
      .on('call:status', ((call: { args: [{ text: string }] }) => texts.push(call.args[0].text)) as never)
    return texts
  }

  function errorsOf(id: string): string[] {
    const { args } = helper.log() as unknown as {
      args: Array<[{ id?: string; level: number; msg: unknown }]>
    }
    return args.filter(([entry]) => entry.id === id && entry.level === 20).map(([{ msg }]) => String(msg))
  }

  const logged = () => readJournal(directory).entries.map(({ text, time }) => [text, time])
  const lines = (count: number, received: number) =>
    Array.from({ length: count }, (_, n) => [`line ${n}`, received + n])

  it('logs what waited at a second log node when the first one is removed, with the times of then', async () => {
    await helper.load(nodes, flow(logNodeWith('first'), logNodeWith('second')))
    const received = Date.now() - earlier
    const shown = statuses('second')
    give('second', 0, 500, received)
    await until(() => shown.includes('journal in use by "log" · 500 waiting'))
    assert.deepEqual(logged(), [])

    const passed: EventMessage[] = []
    await deploy(flow(logNodeWith('second')), 'nodes')
    helper.getNode('sink').on('input', (message) => passed.push(message as unknown as EventMessage))
    give('second', 500, 1, received)
    await until(() => passed.length === 501)
    assert.deepEqual(logged(), lines(501, received))
    assert.deepEqual(
      passed.map(({ event }) => event.seq),
      Array.from({ length: 501 }, (_, n) => n + 1),
    )
    assert.deepEqual(
      readJournal(directory).notices.map(({ kind }) => kind),
      ['open'],
    )
  })

  it('logs what waited at a node that is given a journal by a full deploy', async () => {
    await helper.load(nodes, flow(logNodeWith('log', '')))
    const received = Date.now() - earlier
    give('log', 0, 500, received)
    // a deploy that does not bring it keeps what waits
    await deploy(flow(logNodeWith('log', 'none')), 'full')
    give('log', 500, 80, received)
    await deploy(flow(logNodeWith('log')), 'full')
    await until(() => readJournal(directory).entries.length === 580)
    assert.deepEqual(logged(), lines(580, received))
  })

  it('counts and tells what no journal came for', async () => {
    await helper.load(nodes, flow(logNodeWith('first'), logNodeWith('second'), logNodeWith('third', '')))
    const received = Date.now()
    for (const id of ['second', 'third']) give(id, 0, 580, received)
    const shown = statuses('third')
    await until(() => shown.includes('no journal · 580 waiting'))
    await deploy(flow(logNodeWith('first'), logNodeWith('third', '')), 'nodes')
    assert.deepEqual(errorsOf('second'), [
      'log: the journal is used by the log node first already: wire to that one, or choose another journal.',
      'log: 580 messages were lost, as no journal came for them: the journal is used by the log node first already: ' +
        'wire to that one, or choose another journal.',
    ])
    assert.equal(errorsOf('third').length, 1)
    // the runtime stops
    await (helper as unknown as { clearFlows(): Promise<void> }).clearFlows()
    assert.deepEqual(errorsOf('third').slice(1), [
      'log: 580 messages were lost, as no journal came for them: no journal to write to. Choose or add one in the panel.',
    ])
    assert.deepEqual(logged(), [])
  })
})

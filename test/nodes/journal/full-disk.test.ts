// A gateway whose disk takes nothing: deploys, stops, and a sender that is faster than that.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { LogService, LogState } from '../../../lib/delivery/log-service.ts'
import type { EventMessage } from '../../../lib/event.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import journalNode from '../../../nodes/journal/journal.ts'
import type { JournalNode } from '../../../nodes/journal/registry.ts'
import logNode from '../../../nodes/log/log.ts'
import port from '../../../nodes/port/port.ts'
import serialIn from '../../../nodes/serial-in/serial-in.ts'
import { readJournal } from '../../support/journal-files.ts'
import helper, { nodeRedName, withHooks } from '../helper.ts'

/** MB that no disk here has free: nothing is written while they are kept for others. */
const everything = '1000000'
/** more than the system holds between two ends of a connection */
const lineCount = 20_000
const padding = ' '.repeat(600)

describe(`nodes: a disk that takes nothing (${nodeRedName})`, () => {
  let root: string
  let directory: string
  let reserve: string
  let received: EventMessage[]
  let server: Server | undefined

  beforeEach((done) => {
    reserve = everything
    received = []
    mkdtemp(join(tmpdir(), 'fieldlog-full-')).then((made) => {
      root = made
      directory = join(root, 'journal')
      helper.startServer(done)
    }, done)
  })

  afterEach(async function () {
    // a stop waits up to its limit for a disk that takes nothing
    this.timeout(60_000)
    server?.close()
    server = undefined
    // an open port would go on into the next test
    await helper.setFlows([{ id: 'tab', type: 'tab' }], 'full')
    await helper.unload()
    await new Promise<void>((resolve, reject) =>
      helper.stopServer((error) => (error ? reject(error) : resolve())),
    )
    // a journal that could not be closed in time still puts down what it lost
    await rm(root, { recursive: true, maxRetries: 10, retryDelay: 200 })
  })

  const journal = () => ({
    id: 'journal',
    type: 'fieldlog-journal',
    directory,
    flushInterval: '0',
    maxHeld: '1',
    reserve,
  })
  const flow = (...more: object[]) => [
    { id: 'tab', type: 'tab', label: 'test' },
    journal(),
    {
      id: 'log',
      z: 'tab',
      type: 'fieldlog-log',
      journal: 'journal',
      quietTime: '0.05',
      wires: [['sink'], []],
    },
    { id: 'sink', z: 'tab', type: 'helper', wires: [] },
    ...more,
  ]
  const nodes = [withHooks(journalNode), logNode, port, serialIn]

  async function load(flows = flow()): Promise<void> {
    await helper.load(nodes, flows)
    listen()
  }

  async function deploy(flows = flow()): Promise<void> {
    await helper.setFlows(flows, 'full')
    // the new flows start after the answer
    await until(() => helper.getNode('log') !== null)
    listen()
  }

  function listen(): void {
    helper.getNode('sink').on('input', (message) => received.push(message as unknown as EventMessage))
  }

  const service = () => (helper.getNode('journal') as unknown as JournalNode).service as LogService
  const state = (): LogState => service().state

  /** Logs so many lines with numbers from `from` on. */
  function log(from: number, count: number): void {
    const node = helper.getNode('log')
    for (let n = from; n < from + count; n++) node.receive({ payload: `line ${n}`, topic: 's' })
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await pause(10)
  }

  const payloads = () => received.map(({ payload }) => payload)
  const lines = (count: number, end = '') => Array.from({ length: count }, (_, n) => `line ${n}${end}`)

  it('keeps what is held in memory over full deploys, and writes it when there is room', async () => {
    await load()
    log(0, 575)
    await until(() => state().journal.failure !== undefined)
    const first = service()
    for (let i = 1; i <= 3; i++) {
      await deploy()
      log(575 * i, 575)
      await until(() => state().journal.held >= 575 * (i + 1))
    }
    assert.equal(service(), first)
    assert.deepEqual([state().journal.dropped, state().journal.events], [0, 0])
    reserve = '0'
    await deploy()
    await until(() => received.length === 2300)
    assert.deepEqual(payloads(), lines(2300))
    assert.equal(state().journal.events, 2300)
    assert.deepEqual(
      readJournal(directory).notices.map(({ kind }) => kind),
      ['open'],
    )
  })

  it('notes what a stop could not write as a gap at the next start', async function () {
    this.timeout(40_000)
    reserve = '0'
    await load()
    log(0, 3)
    await until(() => received.length === 3)
    reserve = everything
    await deploy()
    log(3, 20)
    await until(() => state().journal.failure !== undefined)
    await helper.unload()
    reserve = '0'
    await load()
    await until(() => readJournal(directory).notices.some(({ kind }) => kind === 'gap'))
    const { json } = readJournal(directory).notices.find(({ kind }) => kind === 'gap')!
    assert.equal((json as { dropped: number }).dropped, 20)
    // and once only
    await helper.unload()
    await load()
    log(23, 1)
    await until(() => readJournal(directory).entries.length === 4)
    assert.equal(readJournal(directory).notices.filter(({ kind }) => kind === 'gap').length, 1)
  })

  it('closes a journal whose node is gone, or is another directory’s, when the new flows run', async () => {
    reserve = '0'
    await load()
    log(0, 2)
    await until(() => received.length === 2)
    const old = directory
    directory = join(root, 'other')
    await deploy()
    log(2, 2)
    await until(() => payloads().includes('line 3'))
    assert.deepEqual(
      readJournal(old).entries.map(({ text }) => text),
      lines(2),
    )
    // its lock is free
    const writer = new Journal({ directory: old, reserve: 0 })
    for (let isOpen = false; !isOpen; ) {
      isOpen = await writer.start().then(
        () => true,
        () => pause(20, false),
      )
    }
    await writer.stop()
    // back again, in the same deploys
    directory = old
    await deploy()
    log(4, 1)
    await until(() => payloads().includes('line 4'))
    assert.equal(readJournal(old).entries.length, 3)
  })

  it('makes a TCP sender wait, and drops none of its lines', async function () {
    this.timeout(60_000)
    const sender = await lineSender(lineCount)
    server = sender.server
    await load(
      flow(
        { id: 'port', type: 'fieldlog-port', path: `tcp://127.0.0.1:${sender.port}` },
        { id: 'in', z: 'tab', type: 'fieldlog-serial-in', port: 'port', wires: [['log']] },
      ),
    )
    await until(() => !service().canTake)
    // the sender fills what the system holds between them, and then waits
    let written = -1
    while (written !== sender.written()) {
      written = sender.written()
      await pause(500)
    }
    assert.ok(written < lineCount, `${written} lines were taken`)
    assert.equal(state().journal.dropped, 0)
    const keep = { archiveAfter: 2, retentionDays: 0, retentionBytes: 0 }
    service().configure({ reserve: 0, ...keep })
    await until(() => received.length === lineCount)
    assert.deepEqual(payloads(), lines(lineCount, padding))
    assert.deepEqual([state().journal.dropped, state().journal.events], [0, lineCount])
  })

  it('tells what it must drop: one line with the count, and each of them to a node that catches errors', async () => {
    await load(flow({ id: 'catch', z: 'tab', type: 'helper', wires: [] }))
    log(0, 8_000)
    await until(() => state().journal.dropped > 0)
    const { dropped } = state().journal
    assert.ok(dropped > 1_000, `${dropped} dropped`)
    await until(() => errorsOf('log').length > 0)
    const errors = errorsOf('log')
    assert.equal(errors.length, 1, 'one line, not one for each')
    assert.match(errors[0]!, /the event was dropped/)
  })

  /** What a node has logged as errors. */
  function errorsOf(id: string): string[] {
    const { args } = helper.log() as unknown as {
      args: Array<[{ id?: string; level: number; msg: unknown }]>
    }
    return args.filter(([entry]) => entry.id === id && entry.level === 20).map(([{ msg }]) => String(msg))
  }
})

/** A server that sends so many lines to its first client, as fast as that takes them. */
async function lineSender(count: number): Promise<{ server: Server; port: number; written(): number }> {
  let next = 0
  const send = (socket: Socket) => {
    while (next < count) {
      const end = Math.min(count, next + 100)
      let text = ''
      for (; next < end; next++) text += `line ${next}${padding}\n`
      if (!socket.write(text)) {
        socket.once('drain', () => send(socket))
        return
      }
    }
  }
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    send(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as { port: number }).port, written: () => next }
}

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventMessage } from '../../../lib/event.ts'
import journalNode from '../../../nodes/journal/journal.ts'
import type { LogNode } from '../../../nodes/journal/registry.ts'
import logNode from '../../../nodes/log/log.ts'
import helper, { type TestNode, withHooks } from '../helper.ts'

const nodes = [withHooks(journalNode), logNode]

describe('fieldlog-log', () => {
  let directory: string
  let extra: Record<string, unknown>

  beforeEach((done) => {
    extra = {}
    mkdtemp(join(tmpdir(), 'fieldlog-log-')).then((made) => {
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

  const flow = () => [
    { id: 'tab', type: 'tab', label: 'test' },
    {
      id: 'journal',
      type: 'fieldlog-journal',
      directory,
      bufferSize: '',
      flushInterval: '0',
      reserve: '0',
      ...extra,
    },
    {
      id: 'log',
      z: 'tab',
      type: 'fieldlog-log',
      journal: 'journal',
      quietTime: '0.05',
      wires: [['sink'], ['found']],
    },
    { id: 'sink', z: 'tab', type: 'helper', wires: [] },
    { id: 'found', z: 'tab', type: 'helper', wires: [] },
  ]

  /** The next messages at a node, in order of arrival. */
  function take(node: TestNode, count: number): Promise<EventMessage[]> {
    const messages: EventMessage[] = []
    return new Promise((resolve) => {
      node.on('input', (message) => {
        messages.push(message as unknown as EventMessage)
        if (messages.length === count) resolve(messages)
      })
    })
  }

  async function journalText(): Promise<string> {
    const [year] = (await readdir(directory)).filter((name) => /^\d{4}$/.test(name))
    const files = (await readdir(join(directory, year!))).sort()
    return (await Promise.all(files.map((file) => readFile(join(directory, year!, file), 'utf8')))).join('')
  }

  it('writes lines, bytes and structured events to the journal and sends each on with its event', async () => {
    await helper.load(nodes, flow())
    const taken = take(helper.getNode('sink'), 3)
    const received = Date.now() - 1234
    const log = helper.getNode('log')
    log.receive({ payload: 'OK 12 1 118 182 0', topic: 'ttyUSB0', received, colour: 'red' })
    log.receive({ payload: Buffer.from([0x61, 0xff, 0x00]), source: 'a b/c' })
    log.receive({ payload: { eventId: 7, data: { rpm: 1400 } }, topic: 'pump' })
    const [line, bytes, event] = await taken
    assert.equal(line!.payload, 'OK 12 1 118 182 0')
    assert.equal(line!.topic, 'ttyUSB0')
    assert.equal(line!.colour, 'red')
    assert.match(line!.event.id, /^[a-z0-9]{8}-1$/)
    assert.deepEqual(
      { ...line!.event, id: '' },
      {
        id: '',
        seq: 1,
        received,
        time: received,
        source: 'ttyUSB0',
        raw: 'OK 12 1 118 182 0',
        replayed: false,
      },
    )
    assert.deepEqual(bytes!.payload, Buffer.from([0x61, 0xff, 0x00]))
    assert.equal(bytes!.event.raw, 'a\\xff\\x00')
    assert.equal(bytes!.event.source, 'a_b_c')
    assert.deepEqual(event!.payload, { eventId: 7, data: { rpm: 1400 } })
    assert.equal(event!.event.raw, '{"eventId":7,"data":{"rpm":1400}}')
    const text = await journalText()
    const time = new Date(received).toISOString().slice(11, 23)
    assert.ok(text.includes(`\nL ${time} ttyUSB0 OK 12 1 118 182 0\n`), text)
    assert.ok(text.includes(' a_b_c a\\xff\\x00\n'), text)
  })

  it('sends again after a restart what the flow had not completed, marked as replayed', async () => {
    await helper.load(nodes, flow())
    const sink = helper.getNode('sink')
    // the handler takes done and never calls it
    sink.on('input', ((_message: unknown, _send: unknown, _done: unknown) => {}) as never)
    const taken = take(sink, 2)
    helper.getNode('log').receive({ payload: 'one', topic: 's' })
    helper.getNode('log').receive({ payload: 'two', topic: 's', colour: 'red' })
    const first = await taken
    await helper.unload()

    await helper.load(nodes, flow())
    const second = await take(helper.getNode('sink'), 2)
    assert.deepEqual(
      second.map((message) => message.event),
      first.map((message) => ({ ...message.event, replayed: true })),
    )
    assert.deepEqual(Object.keys(second[1]!).sort(), ['_msgid', 'event', 'payload', 'topic'])
  })

  it('does not send again what was completed', async () => {
    await helper.load(nodes, flow())
    const log = helper.getNode('log')
    const taken = take(helper.getNode('sink'), 1)
    log.receive({ payload: 'done with', topic: 's' })
    await taken
    await checkpointReaches(1)
    await helper.unload()

    await helper.load(nodes, flow())
    const next = take(helper.getNode('sink'), 1)
    helper.getNode('log').receive({ payload: 'live', topic: 's' })
    const [message] = await next
    assert.equal(message!.event.seq, 2)
    assert.equal(message!.event.replayed, false)
  })

  it('tells on its second output what was repaired', async () => {
    await helper.load(nodes, flow())
    const taken = take(helper.getNode('sink'), 1)
    helper.getNode('log').receive({ payload: 'whole', topic: 's' })
    await taken
    await helper.unload()
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    const file = join(directory, day.slice(0, 4), `${day}.txt`)
    const { appendFile } = await import('node:fs/promises')
    await appendFile(file, 'L 12:00:00.000 s kept\nL 12:00:')

    await helper.load(nodes, flow())
    const [message] = await take(helper.getNode('found'), 1)
    const salvages = message!.payload as Array<Record<string, unknown>>
    assert.deepEqual(
      salvages.map(({ entries, tornBytes }) => ({ entries, tornBytes })),
      [{ entries: 1, tornBytes: 8 }],
    )
  })

  it('refuses what JSON cannot hold with an error on that message', async () => {
    await helper.load(nodes, flow())
    const log = helper.getNode('log')
    const failed = once(log, 'call:error') as Promise<[{ args: [Error] }]>
    log.receive({ payload: { volts: Number.NaN } })
    const [call] = await failed
    assert.match(String(call.args[0]), /JSON cannot hold this payload: volts is NaN/)
  })

  it('refuses an event that is longer than the journal is set to take', async () => {
    extra = { entryLimit: '0.001' }
    await helper.load(nodes, flow())
    const log = helper.getNode('log')
    const failed = once(log, 'call:error') as Promise<[{ args: [Error] }]>
    log.receive({ payload: 'x'.repeat(1_050), topic: 's' })
    const [call] = await failed
    assert.match(
      String(call.args[0]),
      /an entry of 1,050 bytes or more is longer than the 1,049 that one may/,
    )
    const taken = take(helper.getNode('sink'), 1)
    log.receive({ payload: 'x'.repeat(1_049), topic: 's' })
    assert.equal((await taken)[0]!.event.seq, 1)
  })

  it('lets one log node use a journal and names it to the second', async () => {
    const second = { id: 'log2', z: 'tab', type: 'fieldlog-log', journal: 'journal', wires: [[]] }
    await helper.load(nodes, [...flow(), second])
    const errors = helper
      .log()
      .args.map(([entry]) => String(entry.msg))
      .filter((text) => text.includes('is used by the log node'))
    assert.deepEqual(errors, [
      'log: the journal is used by the log node log already: wire to that one, or choose another journal.',
    ])
  })

  it('says in words which setting is wrong', async () => {
    extra = { bufferSize: 'many' }
    await helper.load(nodes, flow())
    const errors = helper.log().args.map(([entry]) => String(entry.msg))
    assert.ok(
      errors.includes('journal: buffer size is "many": give a whole number of events from 1 to 100000'),
      errors.join('\n'),
    )
  })

  it('takes its limits from variables, and goes on with the default where one is wrong', async () => {
    const limits = { window: '20000', quietTime: `\${T_QUIET}`, timeLimit: `\${T_LIMIT}` }
    process.env.T_LIMIT = '7'
    try {
      await helper.load(
        nodes,
        flow().map((node) => (node.id === 'log' ? { ...node, ...limits } : node)),
      )
    } finally {
      delete process.env.T_LIMIT
    }
    const warnings = helper
      .log()
      .args.map(([entry]) => String(entry.msg))
      .filter((text) => text.startsWith('log: '))
    assert.deepEqual(warnings, [
      'log: window is 20000: give a whole number of events from 1 to 10000; until it is corrected 1000 is used',
    ])
    const log = helper.getNode('log')
    assert.equal((log as unknown as LogNode).timeLimit, 7)
    const taken = take(helper.getNode('sink'), 1)
    log.receive({ payload: 'a line' })
    assert.equal((await taken)[0]!.event.raw, 'a line')
  })

  /** Resolves when the stored checkpoint is at a seq. */
  async function checkpointReaches(seq: number): Promise<void> {
    for (;;) {
      const slots = await readFile(join(directory, '.checkpoint'), 'latin1').catch(() => '')
      if (slots.includes(`"seq":${seq},`)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
})

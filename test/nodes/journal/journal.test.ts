// The admin endpoints of journals, and `fieldlog replay`, which asks them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeAPI } from 'node-red'
import type { EventMessage } from '../../../lib/event.ts'
import type { JournalReport } from '../../../nodes/journal/endpoints.ts'
import journalNode from '../../../nodes/journal/journal.ts'
import logNode from '../../../nodes/log/log.ts'
import { fieldlog, spawnFieldlog } from '../../lib/cli/helper.ts'
import { readJournal } from '../../support/journal-files.ts'
import helper, { nodeRedName, type TestNode, withHooks } from '../helper.ts'

describe(`fieldlog-journal over HTTP (${nodeRedName})`, () => {
  let directory: string
  /** Node-RED's admin API; the helper's own server does not have it */
  let admin: Server | undefined

  beforeEach((done) => {
    timeLimit = '1'
    mkdtemp(join(tmpdir(), 'fieldlog-journal-')).then((made) => {
      directory = made
      helper.startServer(done)
    }, done)
  })

  afterEach(async () => {
    await helper.unload()
    admin?.closeAllConnections()
    admin?.close()
    await new Promise<void>((resolve, reject) =>
      helper.stopServer((error) => (error ? reject(error) : resolve())),
    )
    await rm(directory, { recursive: true })
  })

  const journal = { id: 'j1', type: 'fieldlog-journal', directory: '', flushInterval: '0', reserve: '0' }
  const log = { id: 'log', z: 'tab', type: 'fieldlog-log', journal: 'j1', quietTime: '0.05' }
  let timeLimit = '1'

  async function load(...more: object[]): Promise<TestNode> {
    const openAdmin = (RED: NodeAPI) => {
      admin = createServer(RED.httpAdmin).listen(0, '127.0.0.1')
    }
    await helper.load(
      [withHooks(journalNode), logNode, openAdmin],
      [
        { id: 'tab', type: 'tab', label: 'test' },
        { ...journal, name: 'main', directory },
        { ...log, timeLimit, wires: [['sink'], []] },
        { id: 'sink', z: 'tab', type: 'helper', wires: [] },
        ...more,
      ],
    )
    if (!admin!.listening) await once(admin!, 'listening')
    return helper.getNode('sink')
  }

  /** Collects what comes to a node; `reach` resolves when there are so many. */
  function collect(
    sink: TestNode,
    handle: (message: EventMessage, done: () => void) => void = (_, done) => done(),
  ) {
    const messages: EventMessage[] = []
    let changed = () => {}
    sink.on('input', ((message: EventMessage, _send: unknown, done: () => void) => {
      messages.push(message)
      handle(message, done)
      changed()
    }) as never)
    const reach = async (count: number) => {
      while (messages.length < count) {
        await new Promise<void>((resolve) => {
          changed = resolve
        })
      }
      return messages
    }
    return { messages, reach }
  }

  /** Resolves when the journal's report satisfies a condition. */
  async function reportWhere(isRight: (report: JournalReport) => boolean): Promise<JournalReport> {
    for (;;) {
      const report = (await get('fieldlog/journals/j1')).body as JournalReport
      if (isRight(report)) return report
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  const url = () => `http://127.0.0.1:${(admin!.address() as AddressInfo).port}/`

  async function get(path: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${url()}${path}`)
    return { status: response.status, body: await response.json() }
  }

  it('tells which journals there are, and where each stands', async () => {
    const sink = await load()
    const { reach } = collect(sink)
    for (const payload of ['one', 'two', 'three']) helper.getNode('log').receive({ payload, topic: 's' })
    await reach(3)
    const named = await get('fieldlog/journals')
    assert.deepEqual(named, { status: 200, body: [{ id: 'j1', name: 'main', directory }] })
    const report = await reportWhere(({ delivery }) => delivery?.checkpoint === 3)
    assert.equal(report.directory, directory)
    assert.equal(report.journal.lastSeq, 3)
    assert.equal(report.delivery?.complete, 3)
    assert.ok(report.wear.bytes > 150 && report.wear.syncs >= 3, JSON.stringify(report.wear))
    assert.deepEqual(await get('fieldlog/journals/none'), {
      status: 404,
      body: { error: 'there is no journal none among the deployed flows' },
    })
  })

  it('notes that the clock is right where a user says so, by `fieldlog clock --confirm`', async () => {
    await load()
    await reportWhere(({ delivery }) => delivery !== undefined)
    const agrees = await fieldlog(['clock', '--url', url()])
    assert.deepEqual(agrees, { status: 0, stdout: 'the clock and the journal agree\n', stderr: '' })
    const confirmed = await fieldlog(['clock', '--confirm', '--url', url()])
    assert.deepEqual([confirmed.status, confirmed.stderr], [0, ''])
    const { notices } = readJournal(directory)
    const today = new Date().toISOString().slice(0, 10)
    assert.deepEqual(
      notices
        .filter(({ kind }) => kind === 'clock')
        .map(({ json }) => (json as { confirmed: string }).confirmed),
      [today],
    )
    const none = await fetch(`${url()}fieldlog/journals/none/clock`, { method: 'POST' })
    assert.equal(none.status, 404)
  })

  it('sends a range again on request, to one sink if wanted', async () => {
    const sink = await load()
    const { reach } = collect(sink)
    for (const payload of ['one', 'two', 'three']) helper.getNode('log').receive({ payload, topic: 's' })
    await reach(3)
    const all = await fieldlog(['replay', '--url', url(), '--from', '2'])
    assert.deepEqual(all, { status: 0, stdout: '2 events complete\n', stderr: '' })
    const messages = await reach(5)
    assert.deepEqual(
      messages.slice(3).map(({ payload, event }) => [payload, event.replayed, event.for]),
      [
        ['two', true, undefined],
        ['three', true, undefined],
      ],
    )
    const one = await fieldlog([
      'replay',
      '--url',
      url(),
      '--from',
      '1',
      '--to',
      '1',
      '--for',
      'sink',
      '--json',
    ])
    assert.deepEqual(JSON.parse(one.stdout), {
      complete: 1,
      failed: 0,
      incomplete: 0,
      missing: 0,
      waiting: 0,
      stopped: false,
      cancelled: false,
    })
    assert.equal((await reach(6))[5]!.event.for, 'sink')
    assert.deepEqual(await fieldlog(['replay', '--url', url(), '--from', '1', '--for', 'x']), {
      status: 1,
      stdout: '',
      stderr:
        'fieldlog replay: the gateway refuses: there is no node x among the deployed flows to send them to\n',
    })
  })

  it('is cancelled by the one who asked, or by anybody, and tells from where to ask again', async () => {
    timeLimit = '60'
    const sink = await load()
    let isPatient = true
    const held: Array<() => void> = []
    const { reach } = collect(sink, (_message, done) => {
      if (isPatient) done()
      else held.push(done)
    })
    for (const payload of ['one', 'two', 'three']) helper.getNode('log').receive({ payload, topic: 's' })
    await reach(3)
    await reportWhere(({ delivery }) => delivery?.checkpoint === 3)
    isPatient = false
    const asked = fieldlog(['replay', '--url', url(), '--from', '2'])
    await reach(5)
    await reportWhere(({ delivery }) => delivery?.replay?.waiting === 2)
    const cancel = await fieldlog(['replay', '--url', url(), '--cancel'])
    assert.deepEqual(cancel, { status: 0, stdout: '1 replay ended\n', stderr: '' })
    assert.deepEqual(await asked, {
      status: 1,
      stdout: '0 events complete; cancelled: ask again with --from 2 for the rest\n',
      stderr: '',
    })
    assert.equal((await reportWhere(() => true)).delivery?.replay, undefined)

    const running = spawnFieldlog(['replay', '--url', url(), '--from', '1'])
    await reach(8)
    running.child.kill('SIGINT')
    const { status, stdout } = await running.outcome
    assert.deepEqual(
      [status, stdout],
      [1, '0 events complete; cancelled: ask again with --from 1 for the rest\n'],
    )
    for (const done of held) done()
    assert.deepEqual(await fieldlog(['replay', '--url', url(), '--cancel', '--json']), {
      status: 0,
      stdout: '{"cancelled":0}\n',
      stderr: '',
    })
  })

  it('sends again what a node held to the time limit', async () => {
    const sink = await load()
    let isPatient = false
    const { reach } = collect(sink, (_message, done) => {
      if (isPatient) done()
    })
    helper.getNode('log').receive({ payload: 'held', topic: 's' })
    await reach(1)
    await reportWhere(({ delivery }) => delivery?.incomplete === 1)
    isPatient = true
    const again = await fieldlog(['replay', '--url', url(), '--incomplete'])
    assert.deepEqual(again, { status: 0, stdout: '1 event complete\n', stderr: '' })
    const report = await reportWhere(({ delivery }) => delivery?.incomplete === 0)
    assert.equal(report.delivery?.complete, 1)
    assert.equal((await reach(2))[1]!.event.replayed, true)
    for (const kind of ['--incomplete', '--damaged']) {
      const none = await fieldlog(['replay', '--url', url(), kind])
      assert.deepEqual(none, { status: 0, stdout: '0 events complete\n', stderr: '' })
    }
  })

  it('says in words what cannot be done', async () => {
    await load()
    const tell = async (...args: string[]) => {
      const { status, stdout, stderr } = await fieldlog(['replay', ...args])
      assert.equal(stdout, '')
      return [status, stderr]
    }
    const at = ['--url', url()]
    const see = 'see fieldlog replay --help\n'
    assert.deepEqual(await tell(...at), [
      2,
      `fieldlog replay: it needs --from SEQ, --incomplete, --damaged or --cancel; ${see}`,
    ])
    assert.deepEqual(await tell(...at, '--from', '3', '--to', '1'), [
      2,
      `fieldlog replay: --from is behind --to; ${see}`,
    ])
    assert.deepEqual(await tell(...at, '--from', 'now'), [
      2,
      `fieldlog replay: --from now is no seq (fieldlog cat shows them); ${see}`,
    ])
    assert.deepEqual(await tell(...at, '--journal', 'none', '--incomplete'), [
      1,
      'fieldlog replay: the gateway refuses: there is no such journal among the deployed flows\n',
    ])
    assert.deepEqual(await tell('--url', 'http://127.0.0.1:1', '--incomplete'), [
      1,
      'fieldlog replay: cannot ask http://127.0.0.1:1/: nothing listens there: is the gateway running? ' +
        'Give --url where it has another address\n',
    ])
  })

  it('asks which one where there are several', async () => {
    await load({ ...journal, id: 'j2', name: 'second', directory: join(directory, 'second') })
    const { status, stderr } = await fieldlog(['replay', '--url', url(), '--from', '1'])
    assert.equal(status, 1)
    assert.equal(
      stderr,
      'fieldlog replay: the gateway has several journals; give --journal with the id of one:\n  j1  main\n  j2  second\n',
    )
  })
})

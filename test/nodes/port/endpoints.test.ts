// What the panel of a port asks the gateway for: lines as they come, a reset, and what it tries before a deploy.
import assert from 'node:assert/strict'
import { symlinkSync, unlinkSync } from 'node:fs'
import type { LiveReport } from '../../../nodes/port/endpoints.ts'
import port from '../../../nodes/port/port.ts'
import type { PortNode } from '../../../nodes/port/registry.ts'
import type { TrialReport } from '../../../nodes/port/trials.ts'
import serialIn from '../../../nodes/serial-in/serial-in.ts'
import { createPty, type Pty } from '../../support/programs/pty.ts'
import helper, { nodeRedName } from '../helper.ts'

interface Answer {
  status: number
  body: Record<string, unknown>
}
interface Client {
  get(path: string): Promise<Answer>
  delete(path: string): Promise<Answer>
  post(path: string): Promise<Answer> & { send(body: object): Promise<Answer> }
}
const client = () => helper.request() as unknown as Client

function flow(path: string) {
  return [
    { id: 'tab', type: 'tab' },
    { id: 'port', type: 'fieldlog-port', path, baudRate: '57600' },
    { id: 'in', type: 'fieldlog-serial-in', z: 'tab', x: 100, y: 100, port: 'port', wires: [['out'], []] },
    { id: 'out', type: 'helper', z: 'tab', x: 100, y: 100 },
  ]
}

const lent = () => (helper.getNode('port') as unknown as PortNode).port

async function open(path: string): Promise<void> {
  await helper.load([port, serialIn], flow(path))
  while (lent().state.state !== 'open') await turn()
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Asks until the answer is as wanted. */
async function until<Body>(path: string, isWanted: (body: Body) => boolean): Promise<Body> {
  for (;;) {
    const { body } = await client().get(path)
    if (isWanted(body as Body)) return body as Body
    await turn()
  }
}

async function begin(kind: 'listen' | 'speed', options: object, interrupt = 'no'): Promise<string> {
  const { status, body } = await client().post(`/fieldlog/ports/${kind}?interrupt=${interrupt}`).send(options)
  assert.deepEqual([status, body.error], [200, undefined])
  return `/fieldlog/ports/trials/${body.id}`
}

const texts = (lines: Array<{ text: string }>) => lines.map(({ text }) => text)

describe(`the admin API of ports (${nodeRedName})`, function () {
  this.timeout(60_000)
  let pty: Pty
  before((done) => {
    helper.startServer(done)
  })
  after((done) => {
    helper.stopServer(done)
  })
  beforeEach(async () => {
    pty = await createPty()
  })
  afterEach(async () => {
    await helper.setFlows([{ id: 'tab', type: 'tab' }], 'full')
    await helper.unload()
    await pty.close()
  })

  it('shows the last lines of a deployed port, and later ones alone', async () => {
    await open(pty.path)
    await pty.write(Buffer.from('one\ntwo\n\xff\xfe\n', 'latin1'))
    const url = '/fieldlog/ports/live/port'
    const { lines } = await until<LiveReport>(url, (body) => body.lines.length === 3)
    assert.deepEqual(texts(lines).slice(1), ['two', 'ff fe'])
    assert.equal(lines[2]?.isBinary, true)
    const later = (await client().get(`${url}?after=2`)).body as unknown as LiveReport
    assert.deepEqual(texts(later.lines), ['ff fe'])
    assert.match(later.status.text, /^connected, /)
    assert.equal((await client().get('/fieldlog/ports/live/none')).status, 404)
  })

  it('says why a device cannot be reset', async () => {
    await open(pty.path)
    const { status, body } = await client().post('/fieldlog/ports/reset/port')
    assert.equal(status, 409)
    assert.match(String(body.error), /has no DTR line, so the device cannot be reset from here/)
    assert.equal((await client().post('/fieldlog/ports/reset/none')).status, 404)
  })

  it('listens to a port that is not deployed, with what stands in the panel, until the panel is closed', async () => {
    await helper.load([port, serialIn], [{ id: 'tab', type: 'tab' }])
    const trial = await begin('listen', { path: pty.path, baudRate: '9600' })
    await until<TrialReport>(trial, (body) => body.kind === 'listen' && body.status.fill === 'green')
    await pty.write('OK 12 1 118 182 0\n')
    const report = await until<TrialReport>(
      trial,
      (body) => body.kind === 'listen' && body.lines.length === 1,
    )
    assert.ok(report.kind === 'listen' && !report.isOver)
    assert.deepEqual(texts(report.lines), ['OK 12 1 118 182 0'])
    assert.equal((await client().delete(trial)).status, 200)
    assert.equal((await client().get(trial)).status, 404)
  })

  it('fills in variables as a deploy does, and refuses wrong options', async () => {
    await helper.load([port, serialIn], [{ id: 'tab', type: 'tab' }])
    process.env.T_PATH = pty.path
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's own way to name a variable
    const trial = await begin('listen', { path: '${T_PATH}', baudRate: '${T_NONE}' })
    delete process.env.T_PATH
    await until<TrialReport>(trial, (body) => body.kind === 'listen' && body.status.fill === 'green')
    await client().delete(trial)
    const { status, body } = await client().post('/fieldlog/ports/listen').send({ path: 'USB0' })
    assert.deepEqual(
      [status, body.error],
      [400, '"USB0" is not a device path: write it in full, as in /dev/ttyUSB0'],
    )
  })

  it('shows the lines of a running port at its own speed, by another name of the device too, and interrupts nothing', async () => {
    await open(pty.path)
    const other = `${pty.path}-by-id`
    symlinkSync(pty.path, other)
    for (const path of [pty.path, other]) {
      const trial = await begin('listen', { path, baudRate: '57600' })
      await pty.write(`by ${path}\n`)
      const report = await until<TrialReport>(
        trial,
        (body) => body.kind === 'listen' && body.lines.some(({ text }) => text === `by ${path}`),
      )
      assert.ok(report.kind === 'listen')
      assert.deepEqual(report.running, { source: lent().source?.name, speed: '57600 8N1' })
      await client().delete(trial)
      assert.equal(lent().state.state, 'open')
    }
    unlinkSync(other)
  })

  it('asks before it interrupts a running port', async () => {
    await open(pty.path)
    const source = lent().source?.name
    for (const [kind, doing] of [
      ['listen', 'listening at 9600 7E1'],
      ['speed', 'looking for the speed'],
    ] as const) {
      const { status, body } = await client()
        .post(`/fieldlog/ports/${kind}`)
        .send({ path: pty.path, baudRate: '9600', dataBits: 7, parity: 'even' })
      assert.equal(status, 409)
      assert.deepEqual(body, {
        error: `the gateway reads ${source} at 57600 8N1: ${doing} would interrupt that; ask again with interrupt=yes`,
        interrupts: { kind, source, speed: '57600 8N1', wanted: '9600 7E1' },
      })
      assert.equal(lent().state.state, 'open')
    }
  })

  it('listens at another speed where it may, to one panel at a time, and the port goes on at its own with a notice', async () => {
    await open(pty.path)
    const got: Array<{ payload?: unknown; notice?: { kind: string; from: number; to: number } }> = []
    helper.getNode('out').on('input', (message) => got.push(message as (typeof got)[number]))
    const began = Date.now()
    const trial = await begin('listen', { path: pty.path, baudRate: '9600' }, 'yes')
    await until<TrialReport>(trial, (body) => body.kind === 'listen' && body.status.fill === 'green')
    await pty.write('while it is lent\n')
    const { lines } = await until<TrialReport & { kind: 'listen' }>(trial, (body) => body.lines.length === 1)
    assert.match(lines[0]?.text ?? '', /it is lent$/)
    const second = await client()
      .post('/fieldlog/ports/listen?interrupt=yes')
      .send({ path: pty.path, baudRate: '300' })
    assert.deepEqual(
      [second.status, second.body.error],
      [409, `another panel tries ${pty.path} at the moment: close it, and try again after 10 seconds`],
    )
    assert.equal((await client().delete(trial)).status, 200)
    while (lent().state.state !== 'open') await turn()
    assert.equal(lent().source?.speed, '57600 8N1')
    await pty.write('afterwards\nand on\n')
    while (got.length < 2) await turn()
    assert.deepEqual(
      got.map(({ payload }) => String(payload).slice(-6)),
      ['rwards', 'and on'],
    )
    const [first, next] = got
    assert.equal(first?.notice?.kind, 'lent')
    assert.ok(
      began <= first.notice.from && first.notice.from <= first.notice.to && first.notice.to <= Date.now(),
    )
    assert.equal(next?.notice, undefined)
    // and it may be lent again
    await client().delete(await begin('listen', { path: pty.path, baudRate: '300' }, 'yes'))
  })

  it('gives a lent port back when the browser has gone, within 10 seconds', async () => {
    await open(pty.path)
    await begin('listen', { path: pty.path, baudRate: '9600' }, 'yes')
    assert.equal(lent().state.state, 'closed')
    while (lent().state.state !== 'open') await turn()
    assert.equal(lent().source?.speed, '57600 8N1')
  })

  it('gives a lent port back when a deploy begins', async () => {
    await open(pty.path)
    await begin('listen', { path: pty.path, baudRate: '9600' }, 'yes')
    await helper.setFlows(flow(pty.path), 'full')
    const before = Date.now()
    while (lent().state.state !== 'open') await turn()
    assert.ok(Date.now() - before < 5_000)
  })

  it('ends what a panel tries when a deploy begins', async () => {
    await helper.load([port, serialIn], [{ id: 'tab', type: 'tab' }])
    const trial = await begin('listen', { path: pty.path })
    await until<TrialReport>(trial, (body) => body.kind === 'listen' && body.status.fill === 'green')
    await helper.setFlows(flow(pty.path), 'full')
    while (lent().state.state !== 'open') await turn()
    assert.equal((await client().get(trial)).status, 404)
  })

  it('looks for the speed of a device that a deployed port reads, and loses nothing at its own', async () => {
    await open(pty.path)
    const got: unknown[] = []
    helper.getNode('out').on('input', ({ payload }: { payload?: unknown }) => got.push(payload))
    const trial = await begin('speed', { path: pty.path, baudRate: '9600' }, 'yes')
    const trying = await until<TrialReport>(
      trial,
      (body) => body.kind === 'speed' && body.trying !== undefined,
    )
    // its own speed comes first, whatever stands in the panel
    assert.ok(trying.kind === 'speed')
    assert.deepEqual(trying.trying, { baudRate: 57_600, number: 1, of: 17 })
    // what is written before the device is open again is thrown away by the opening
    while (got.length === 0) {
      await pty.write('awake\r\n')
      await client().get(trial)
    }
    for (let i = 0; i < 8; i++) await pty.write(`OK 12 1 118 18${i} 0\r\n`)
    const report = await until<TrialReport>(trial, ({ isOver }) => isOver)
    assert.ok(report.kind === 'speed')
    assert.equal(report.found, 57_600)
    while (lent().state.state !== 'open') await turn()
    await pty.write('afterwards\n')
    while (!got.includes('afterwards')) await turn()
    const lines = Array.from({ length: 8 }, (_, i) => `OK 12 1 118 18${i} 0`)
    assert.deepEqual(
      got.filter((payload) => !'awake'.endsWith(String(payload))),
      [...lines, 'afterwards'],
    )
  })

  it('says why a speed cannot be looked for', async () => {
    await helper.load([port, serialIn], [{ id: 'tab', type: 'tab' }])
    const { status, body } = await client().post('/fieldlog/ports/speed').send({ path: 'demo:' })
    assert.deepEqual(
      [status, body.error],
      [409, 'the demo collector has no speed that could be set from here'],
    )
    const trial = await begin('speed', { path: '/dev/none' })
    const report = await until<TrialReport>(trial, ({ isOver }) => isOver)
    assert.ok(report.kind === 'speed')
    assert.equal(report.error, '/dev/none does not exist: is the collector plugged in?')
  })
})

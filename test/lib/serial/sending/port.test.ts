// What a port sends, from the order to the source and back.
import assert from 'node:assert/strict'
import { demoSource } from '../../../../lib/serial/demo/demo-source.ts'
import { LinePort } from '../../../../lib/serial/line-port.ts'
import type { PortSetup } from '../../../../lib/serial/port-interface.ts'
import type { PortLine } from '../../../../lib/serial/port-line.ts'
import { defaultSendSettings, type SendSettings } from '../../../../lib/serial/sending/settings.ts'
import { SourceError } from '../../../../lib/serial/source/source.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { FakeSource } from '../fake-source.ts'
import { lineSettings } from '../framing/helper.ts'
import { errorOf, order } from './helper.ts'

async function opened(settings: Partial<SendSettings> = {}) {
  const source = new FakeSource()
  const clock = new FakeClock()
  const lines: PortLine[] = []
  const reports: string[] = []
  const port = new LinePort(clock, () => 0.5)
  const setup = (more: Partial<SendSettings>): PortSetup => ({
    key: 'a',
    source,
    lines: lineSettings({}),
    sending: { ...defaultSendSettings, ...more },
    report: (level, text) => reports.push(`${level}: ${text}`),
  })
  port.attach(setup(settings))
  port.subscribe({ line: (line) => lines.push(line), changed: () => undefined })
  port.release()
  await settle()
  return { source, clock, port, reports, setup, payloads: () => lines.map(({ payload }) => payload) }
}

describe('LinePort: sending', () => {
  it('gives the answer to who asked, and to the flow as every line', async () => {
    const { source, port, payloads } = await opened()
    const answered = port.sending.send(order('T?', { answer: '^T=(?<temp>.*)' }))
    await settle()
    source.feed('OK 1 2\nT=21\nT=22\n')
    assert.deepEqual((await answered)?.groups, { temp: '21' })
    await settle()
    assert.equal(source.written, 'T?\n')
    assert.deepEqual(payloads(), ['OK 1 2', 'T=21', 'T=22'])
  })

  it('gives the answer during a deploy, and holds the line for the flow', async () => {
    const { source, port, payloads } = await opened()
    port.hold()
    const answered = port.sending.send(order('T?', { answer: 'T=' }))
    await settle()
    source.feed('T=21\n')
    assert.equal((await answered)?.line.payload, 'T=21')
    assert.deepEqual(payloads(), [])
    port.release()
    await settle()
    assert.deepEqual(payloads(), ['T=21'])
  })

  it('ends a text as the lines end that came', async () => {
    const { source, port } = await opened()
    source.feed('one\r\ntwo\r\n')
    await port.sending.send(order('a'))
    assert.equal(source.written, 'a\r\n')
  })

  it('takes no line for an answer that the end of the connection cut off', async () => {
    const { source, port, payloads } = await opened()
    const failed = errorOf(port.sending.send(order('T?', { answer: 'T=' })))
    await settle()
    source.feed('T=2')
    source.lose(new SourceError('gone', 'has gone'))
    assert.equal((await failed).code, 'SEND_BROKEN')
    await settle()
    assert.deepEqual(payloads(), ['T=2'])
  })

  it('sends what waits, and the startup lines before it, over the next connection', async () => {
    const { source, port, clock } = await opened({ startLines: 'hello' })
    await clock.advance(2_000)
    source.lose(new SourceError('gone', 'has gone'))
    const taken = port.sending.send(order('a'))
    await clock.advance(1_000)
    assert.equal(source.connects, 2)
    source.feed('banner\n')
    await taken
    assert.equal(source.written, 'hello\nhello\na\n')
  })

  it('takes over other settings without a new connection', async () => {
    const { source, port, setup } = await opened()
    port.attach(setup({ sendEnd: 'cr', collector: 'jeelink' }))
    await port.sending.send(order('d'))
    assert.equal(source.written, 'd\r')
    assert.equal(source.connects, 1)
    assert.equal((await errorOf(port.sending.send(order('1z')))).code, 'SEND_REFUSED')
  })

  it('reports a startup line that is refused', async () => {
    const { clock, reports } = await opened({ startLines: '1z', collector: 'jeelink' })
    await clock.advance(2_000)
    assert.match(reports.at(-1)!, /^warn: startup line "1z": \/dev\/fake: "1z" powers the collector off;/)
  })

  it('asks what keeps it busy before each message', async () => {
    const { port, source } = await opened()
    Object.defineProperty(port, 'busy', { value: 'a replay of the collector runs' })
    assert.equal((await errorOf(port.sending.send(order('d')))).code, 'SEND_REFUSED')
    await port.sending.send(order('d', { abort: true }))
    assert.equal(source.written, 'd\n')
  })

  it('sends nothing after it was drained', async () => {
    const { port, source } = await opened()
    const waiting = errorOf(port.sending.send(order('T?', { answer: 'T=' })))
    await settle()
    const drained = port.drain(1_000)
    assert.equal((await waiting).code, 'SEND_CLOSED')
    assert.equal((await errorOf(port.sending.send(order('a')))).code, 'SEND_CLOSED')
    assert.equal((await errorOf(port.write(Buffer.from('b')))).code, 'PORT_NOT_OPEN')
    await drained
    assert.equal(source.written, 'T?\n')
  })

  it('hears the demo collector answer, which does so while it is written to', async () => {
    const clock = new FakeClock()
    const port = new LinePort(clock)
    const source = demoSource(clock)
    port.attach({ key: 'demo', source, lines: lineSettings({}), report: () => undefined })
    port.subscribe({ line: () => undefined, changed: () => undefined })
    port.release()
    await clock.advance(1_000)
    const answered = await port.sending.send(order('0d', { answer: '^> (?<echo>.*)' }))
    assert.deepEqual(answered?.groups, { echo: '0d' })
    await port.detach(true)
  })

  it('ends what waits when it is removed', async () => {
    const { port } = await opened()
    const waiting = errorOf(port.sending.send(order('T?', { answer: 'T=' })))
    await settle()
    await port.detach(true)
    const { code, message } = await waiting
    assert.equal(code, 'SEND_CLOSED')
    assert.equal(message, '/dev/fake: the port was removed; nothing more is sent')
  })
})

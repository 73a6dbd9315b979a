import assert from 'node:assert/strict'
import { heldLimits, LinePort, type PortSetup, waitingLimits } from '../../../lib/serial/line-port.ts'
import type { PortLine } from '../../../lib/serial/port-line.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { FakeSource } from './fake-source.ts'

function setup(source: FakeSource, reports: string[] = [], key = 'a'): PortSetup {
  const lines = { maxLine: 32, emptyLines: false }
  return { key, source, lines, report: (level, text) => reports.push(`${level}: ${text}`) }
}

function made(holdsBack = false) {
  const source = new FakeSource(holdsBack)
  const clock = new FakeClock()
  const reports: string[] = []
  const lines: PortLine[] = []
  const port = new LinePort(clock, () => 0.5)
  port.attach(setup(source, reports))
  const subscriber = { line: (line: PortLine) => lines.push(line), changed: () => undefined }
  return { source, clock, reports, lines, port, subscriber, unsubscribe: port.subscribe(subscriber) }
}

const payloads = (lines: PortLine[]) => lines.map((line) => line.payload)

describe('LinePort', () => {
  it('opens when the flow runs, and gives each line to every subscriber', async () => {
    const { source, port, lines } = made()
    const others: PortLine[] = []
    port.subscribe({ line: (line) => others.push(line), changed: () => undefined })
    await settle()
    assert.equal(source.connects, 0)
    port.release()
    await settle()
    source.feed('one\ntw', 7)
    source.feed('o\n', 9)
    await settle()
    assert.deepEqual(lines, [
      { payload: 'one', received: 7, bytes: 3, source: 'fake' },
      { payload: 'two', received: 7, bytes: 3, source: 'fake' },
    ])
    assert.deepEqual(payloads(others), ['one', 'two'])
    assert.equal(source.connects, 1)
  })

  it('gives the flow its turn between batches, and pauses reading when it does not keep up', async () => {
    const { source, port, lines } = made()
    port.release()
    await settle()
    source.feed('x\n'.repeat(waitingLimits.count))
    assert.equal(source.paused, true)
    await settle(1)
    assert.equal(lines.length, 250)
    await settle(5)
    assert.deepEqual([lines.length, source.paused], [1500, true])
    await settle(2)
    assert.deepEqual([lines.length, source.paused], [2000, false])
  })

  for (const holdsBack of [true, false]) {
    it(`${holdsBack ? 'makes a sender that can wait do so' : 'reads on, where the sender cannot wait,'} while the journal takes no more`, async () => {
      const { source, port, lines, subscriber } = made(holdsBack)
      let canTake = true
      Object.assign(subscriber, { canTake: () => canTake })
      port.release()
      await settle()
      source.feed('x\n'.repeat(100))
      await settle(2)
      assert.equal(lines.length, 100)
      canTake = false
      source.feed('y\n'.repeat(waitingLimits.count))
      await settle(20)
      assert.deepEqual([source.paused, port.holdsBack], [holdsBack, holdsBack])
      assert.deepEqual([lines.length, port.waiting], holdsBack ? [100, waitingLimits.count] : [2100, 0])
      canTake = true
      port.ready()
      await settle(20)
      assert.deepEqual([lines.length, source.paused, port.counts.dropped], [2100, false, 0])
    })
  }

  it('does not make lines wait at the end of the process', async () => {
    const { source, port, lines, subscriber } = made(true)
    Object.assign(subscriber, { canTake: () => false })
    port.release()
    await settle()
    source.feed('x\n'.repeat(600))
    await settle(5)
    assert.equal(lines.length, 0)
    assert.equal(await port.drain(1000), 0)
    assert.equal(lines.length, 600)
  })

  it('holds lines while a deploy is under way and sends them after it', async () => {
    const { source, port, lines } = made()
    port.release()
    await settle()
    source.feed('before\n')
    port.hold()
    await settle()
    source.feed('meanwhile\n')
    await settle()
    assert.deepEqual(payloads(lines), [])
    port.release()
    await settle()
    source.feed('after\n')
    await settle()
    assert.deepEqual(payloads(lines), ['before', 'meanwhile', 'after'])
    assert.equal(source.connects, 1)
  })

  it('stays open while a deploy makes the same settings anew', async () => {
    const { source, clock, port, unsubscribe, subscriber, lines } = made()
    port.release()
    await settle()
    port.hold()
    unsubscribe()
    await port.detach(false)
    source.feed('mean')
    clock.tick(1000)
    port.attach(setup(new FakeSource()))
    port.subscribe(subscriber)
    port.release()
    clock.tick(10_000)
    await settle()
    source.feed('while\n')
    await settle()
    assert.deepEqual([payloads(lines), source.closes], [['meanwhile'], 0])
  })

  it('closes when the settings change, and keeps the lines that had been read', async () => {
    const { source, port, unsubscribe, subscriber, lines } = made()
    port.release()
    await settle()
    port.hold()
    unsubscribe()
    await port.detach(false)
    source.unread = 'old\npart'
    const other = new FakeSource()
    port.attach(setup(other, [], 'b'))
    port.subscribe(subscriber)
    port.release()
    await settle()
    other.feed('new\n')
    await settle()
    assert.deepEqual([source.closes, payloads(lines)], [1, ['old', 'new']])
    assert.deepEqual([port.counts.lines, port.counts.cutOff], [2, 4])
  })

  it('closes when nothing takes its place, at once when it is for good', async () => {
    const left = made()
    left.port.release()
    await settle()
    left.port.hold()
    await left.port.detach(false)
    assert.equal(left.source.closes, 0)
    left.clock.tick(2000)
    await settle()
    assert.equal(left.source.closes, 1)

    const removed = made()
    removed.port.release()
    await settle()
    removed.port.hold()
    await removed.port.detach(true)
    assert.equal(removed.source.closes, 1)
  })

  it('is closed while nobody subscribes', async () => {
    const { source, port, unsubscribe, subscriber } = made()
    unsubscribe()
    port.release()
    await settle()
    assert.equal(source.connects, 0)
    port.subscribe(subscriber)
    await settle()
    assert.equal(source.connects, 1)
  })

  it('counts and reports what is over the limit of a deploy', async () => {
    const { source, port, lines, reports } = made()
    port.release()
    await settle()
    port.hold()
    for (let i = 0; i < heldLimits.count + 5; i++) source.feed(`${i}\n`)
    assert.deepEqual([port.waiting, port.counts.dropped], [heldLimits.count, 5])
    port.release()
    assert.match(
      reports.at(-1)!,
      /^warn: 5 lines dropped during the deploy: at most 10,000 lines or 16 MiB are held$/,
    )
    await settle(60)
    assert.deepEqual([lines.length, lines.at(-1)?.payload], [heldLimits.count, '9999'])
  })

  it('makes a sender wait instead of dropping, where it can', async () => {
    const { source, port, lines } = made(true)
    port.release()
    await settle()
    port.hold()
    source.feed('x\n'.repeat(heldLimits.count + 5))
    assert.deepEqual([source.paused, port.counts.dropped], [true, 0])
    port.release()
    await settle(60)
    assert.deepEqual([source.paused, lines.length], [false, heldLimits.count + 5])
  })

  it('marks the first piece of a long line, and warns once a minute', async () => {
    const { source, clock, port, lines, reports } = made()
    port.release()
    await settle()
    source.feed(`${'x'.repeat(70)}\n${'y'.repeat(33)}\nshort\n`)
    await settle()
    assert.deepEqual(
      lines.map((line) => [line.bytes, line.notice]),
      [
        [32, { kind: 'long-line', bytes: 32, piece: 1, source: 'fake' }],
        [32, undefined],
        [6, undefined],
        [32, { kind: 'long-line', bytes: 32, piece: 1, source: 'fake' }],
        [1, undefined],
        [5, undefined],
      ],
    )
    const warnings = () => reports.filter((text) => text.includes('over 32 bytes'))
    assert.equal(warnings().length, 1)
    clock.tick(60_000)
    source.feed(`${'x'.repeat(70)}\n`)
    assert.equal(warnings().length, 2)
  })

  it('drains: reads no more, and sends all that had been read', async () => {
    const { source, port, lines, subscriber } = made()
    port.release()
    await settle()
    source.feed('x\n'.repeat(700))
    source.unread = 'last\npart'
    assert.equal(await port.drain(1000), 0)
    assert.deepEqual([source.closes, lines.length, lines.at(-1)?.payload], [1, 701, 'last'])
    port.subscribe(subscriber)
    await settle()
    assert.equal(source.connects, 1)
  })

  it('drains in the middle of a deploy: after it, or when the time is over', async () => {
    const ends = made()
    ends.port.release()
    await settle()
    ends.source.feed('a\n')
    ends.port.hold()
    const drained = ends.port.drain(1000)
    await settle()
    ends.port.release()
    assert.deepEqual([await drained, payloads(ends.lines)], [0, ['a']])

    const hangs = made()
    hangs.port.release()
    await settle()
    hangs.source.feed('a\n')
    hangs.port.hold()
    const left = hangs.port.drain(1000)
    await settle()
    hangs.clock.tick(1000)
    assert.deepEqual([await left, hangs.lines.length], [1, 0])
  })
})

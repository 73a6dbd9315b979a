import assert from 'node:assert/strict'
import type { FramingSettings } from '../../../lib/serial/framing/settings.ts'
import { LinePort } from '../../../lib/serial/line-port.ts'
import type { PortMessage, PortSetup } from '../../../lib/serial/port-interface.ts'
import type { PortLine } from '../../../lib/serial/port-line.ts'
import { heldLimits, listenLoan, waitingLimits } from '../../../lib/serial/port-words.ts'
import { SourceError } from '../../../lib/serial/source/source.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { FakeSource } from './fake-source.ts'
import { lineSettings } from './framing/helper.ts'

function setup(source: FakeSource, reports: string[] = [], key = 'a'): PortSetup {
  const lines = lineSettings({}, 32)
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

describe('LinePort: a fault of one who is told', () => {
  it('does not keep the port from being opened again', async () => {
    const { source, port, lines, reports } = made()
    port.release()
    await settle()
    let isFaulty = true
    const leave = port.subscribe({
      line: () => undefined,
      changed: () => {
        if (isFaulty) throw new Error('a fault of a flow')
      },
    })
    await settle()
    await assert.rejects(port.detach(true), /a fault of a flow/)
    isFaulty = false
    leave()
    port.attach(setup(source, reports))
    await settle()
    assert.equal(port.state.state, 'open')
    source.feed('whole\n')
    await settle()
    assert.deepEqual(payloads(lines), ['whole'])
    assert.equal(await port.lend(listenLoan('9600')).then((loan) => loan?.source), source)
  })
})

describe('LinePort: the first line of a connection', () => {
  async function opened(settlesAfter = 100) {
    const port = made()
    port.source.settlesAfter = settlesAfter
    port.port.release()
    await settle()
    return port
  }
  const marks = (lines: PortLine[]) => lines.map(({ payload, framed }) => [payload, framed?.cut])

  it('is marked where bytes come at once: the stream runs already', async () => {
    const { source, clock, lines } = await opened()
    clock.tick(99)
    source.feed('1.54,48\n21.55,48\n')
    await settle()
    assert.deepEqual(marks(lines), [
      ['1.54,48', 'start'],
      ['21.55,48', undefined],
    ])
  })

  it('is whole behind a pause: the device was reset, or speaks now and then', async () => {
    const { source, clock, lines } = await opened()
    clock.tick(100)
    source.feed('21.54,48\n')
    await settle()
    assert.deepEqual(marks(lines), [['21.54,48', undefined]])
  })

  it('is whole where the source speaks from the connection on', async () => {
    const { source, lines } = await opened(0)
    source.feed('21.54,48\n')
    await settle()
    assert.deepEqual(marks(lines), [['21.54,48', undefined]])
  })

  it('takes no pause for one in which the process did not look', async () => {
    const { source, clock, lines } = await opened()
    // the event loop was busy: one timer runs, and the bytes that lie there come before the next one
    clock.moveTo('2026-11-21T12:00:00.900Z')
    clock.tick(0)
    source.feed('1.54,48\n')
    await settle()
    assert.deepEqual(marks(lines), [['1.54,48', 'start']])
  })

  it('is judged anew after each reconnection; what was cut off before is marked, too', async () => {
    const { source, clock, lines } = await opened()
    clock.tick(1000)
    source.feed('whole\n21.')
    for (const text of ['54,48\n', '1.55,48\nok\n']) {
      source.lose(new SourceError('gone', 'has gone'))
      clock.tick(30_000)
      await settle()
      if (text === '54,48\n') clock.tick(100)
      source.feed(text)
    }
    await settle()
    assert.deepEqual(marks(lines), [
      ['whole', undefined],
      ['21.', 'end'],
      ['54,48', undefined],
      ['1.55,48', 'start'],
      ['ok', undefined],
    ])
  })

  it('leaves no timer behind', async () => {
    const { source, clock, port } = await opened()
    await port.drain(10)
    assert.deepEqual([source.closes, clock.timers], [1, 0])
  })
})

describe('LinePort: a device that falls silent', () => {
  async function watched(whenSilent: 'tell' | 'reopen' | 'reset') {
    const port = made()
    const told: PortMessage[] = []
    Object.assign(port.subscriber, { told: (message: PortMessage) => told.push(message) })
    port.port.attach({ ...setup(port.source, port.reports, 'b'), watch: { silentAfter: 300, whenSilent } })
    port.port.release()
    await settle()
    return { ...port, told }
  }
  const silent = (seconds: number) => ({ topic: 'silent', payload: { source: 'fake', seconds } })

  it('says so: in its trouble, once in the log, to who subscribes each time, and when it is over', async () => {
    const { source, clock, port, told, reports } = await watched('tell')
    source.feed('one\n')
    clock.tick(900_000)
    assert.deepEqual(port.trouble, { kind: 'silent', lasts: 900_000 })
    assert.deepEqual(told, [silent(300), silent(600), silent(900)])
    source.feed('two\n')
    assert.equal(port.trouble, undefined)
    assert.deepEqual(reports.slice(2), [
      'warn: no byte came from fake for 300 s: is the device switched on and connected?',
      'info: bytes come from fake again, after 900 s',
    ])
    assert.deepEqual([source.connects, source.resets], [1, 0])
  })

  it('opens the port anew, or resets the device, where that was chosen', async () => {
    const anew = await watched('reopen')
    anew.clock.tick(300_000)
    await settle()
    assert.deepEqual([anew.source.connects, anew.source.resets, anew.port.state.state], [2, 0, 'open'])
    anew.clock.tick(300_000)
    await settle()
    assert.deepEqual([anew.source.connects, anew.told], [3, [silent(300), silent(600)]])

    const reset = await watched('reset')
    reset.clock.tick(300_000)
    await settle()
    assert.deepEqual([reset.source.connects, reset.source.resets], [1, 1])
  })

  it('says once a minute why the device cannot be reset', async () => {
    const { source, clock, reports } = await watched('reset')
    source.resetFailure = new SourceError('/dev/fake has no DTR line', 'no DTR')
    for (let times = 0; times < 3; times++) {
      clock.tick(300_000)
      await settle()
    }
    assert.deepEqual(reports.slice(1), [
      'warn: no byte came from fake for 300 s. The device is reset by DTR, each time that it goes on for as long',
      ...Array(3).fill('warn: /dev/fake has no DTR line'),
    ])
  })

  it('is not one whose bytes wait because the flow is slow', async () => {
    const { source, clock, told } = await watched('tell')
    source.feed('x\n'.repeat(waitingLimits.count))
    assert.equal(source.paused, true)
    clock.tick(900_000)
    assert.deepEqual(told, [])
    await settle(20)
    clock.tick(300_000)
    assert.deepEqual(told, [silent(300)])
  })
})

describe('LinePort: a wrong speed', () => {
  it('is its trouble, and said once; no other advice is given', async () => {
    const { source, clock, port, reports } = made()
    port.attach({ ...setup(source, reports, 'b'), lines: lineSettings({}, 65_536) })
    port.release()
    await settle()
    for (let second = 0; second < 60; second++) {
      source.feedBytes(Buffer.from('f0809efe'.repeat(15), 'hex'))
      clock.tick(1000)
    }
    assert.deepEqual(port.trouble, { kind: 'speed' })
    assert.deepEqual(
      reports.filter((text) => text.startsWith('warn')),
      [
        "warn: what comes from fake looks like another baud rate: much of it is no text, and no line is whole. Set the baud rate in the port's panel, which can find it",
      ],
    )
    source.feed('OK 12 1 118 182 0\n'.repeat(1000))
    assert.equal(port.trouble, undefined)
  })
})

describe('LinePort: reset and lent', () => {
  it('a line that a reset cut off never joins what comes after', async () => {
    const { source, clock, port, lines } = made()
    await assert.rejects(port.reset(), { message: 'the port is not open' })
    port.release()
    await settle()
    source.feed('one\nOK 12 1')
    await port.reset()
    clock.tick(30)
    source.feed('[RF12demo.12]\n')
    await settle()
    assert.equal(source.resets, 1)
    assert.deepEqual(
      lines.map(({ payload, framed }) => [payload, framed?.cut]),
      [
        ['one', undefined],
        ['OK 12 1', 'end'],
        ['[RF12demo.12]', undefined],
      ],
    )
  })

  it('lends the device, takes what came meanwhile, and goes on', async () => {
    const { source, port, lines, reports } = made()
    assert.equal(await port.lend(listenLoan('9600 8N1')), undefined)
    port.release()
    await settle()
    source.feed('one\nhal')
    const loan = await port.lend(listenLoan('9600 8N1'))
    assert.deepEqual([source.isOpen, port.state.state, loan?.source], [false, 'closed', source])
    loan?.data(Buffer.from('f\ntwo\nth'), 5)
    loan?.giveBack()
    await settle()
    source.feed('ree\n')
    await settle()
    assert.deepEqual(
      lines.map(({ payload, framed }) => [payload, framed?.cut]),
      [
        ['one', undefined],
        ['hal', 'end'],
        ['f', undefined],
        ['two', undefined],
        ['th', 'end'],
        ['ree', undefined],
      ],
    )
    assert.equal(source.connects, 2)
    assert.deepEqual(
      reports.filter((text) => text.includes('closed for')),
      [
        'info: fake is closed for a while: a panel listens to it at 9600 8N1',
        'warn: fake was closed for 0 s: what the device sent meanwhile was not logged',
      ],
    )
    // the journal gets the notice with the first line afterwards, and once
    assert.deepEqual(
      lines.map(({ notice }) => notice?.kind),
      [undefined, undefined, undefined, undefined, undefined, 'lent'],
    )
  })

  it('leaves the device alone where a deploy has given the port other settings meanwhile', async () => {
    const { source, port, reports } = made()
    port.release()
    await settle()
    const loan = await port.lend(listenLoan('9600 8N1'))
    const other = new FakeSource()
    port.attach(setup(other, reports, 'b'))
    await settle()
    loan?.giveBack()
    await settle()
    assert.deepEqual([source.isOpen, other.isOpen], [false, true])
  })
})

describe('LinePort: another name', () => {
  it('is told in the log, and to the journal with the first line under it', async () => {
    const { source, port, lines, reports } = made()
    port.release()
    await settle()
    source.feed('one\n')
    const named = new (class extends FakeSource {
      override readonly name = 'house'
    })()
    port.attach(setup(named, reports, 'b'))
    await settle()
    named.feed('two\nthree\n')
    await settle()
    assert.deepEqual(
      lines.map(({ payload, source, notice }) => [payload, source, notice]),
      [
        ['one', 'fake', undefined],
        ['two', 'house', { kind: 'renamed', source: 'house', was: 'fake' }],
        ['three', 'house', undefined],
      ],
    )
    assert.deepEqual(
      reports.filter((text) => text.includes('calls this source')),
      [
        "warn: the log calls this source house from now on, and no longer fake: names of devices, series in the store and rules that go by the source begin anew. To go on as before, set the port's name in the log to fake",
      ],
    )
  })
})

describe('LinePort: frames', () => {
  it('are given as what they are, to the last byte', async () => {
    const { source, port, lines, reports } = made()
    port.attach({ ...setup(source, reports, 'b'), lines: lineSettings({ framing: 'fixed', frameSize: 4 }) })
    port.release()
    await settle()
    source.feedBytes(Buffer.from([0x42, 0x4d, 0xff, 0x0a, 0x42, 0x4d, 0x41, 0x0a]))
    await settle()
    assert.deepEqual(
      lines.map(({ payload, framed }) => [payload, framed]),
      [
        [Buffer.from([0x42, 0x4d, 0xff, 0x0a]), {}],
        ['BMA\n', {}],
      ],
    )
  })
})

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

  it('reads on where a pause would lose bytes, drops whole lines of a flood, and says so once a minute', async () => {
    const { source, clock, port, lines, reports } = made()
    source.losesUnread = true
    port.release()
    await settle()
    const flood = () => {
      const first = port.counts.lines
      for (let i = 0; i < heldLimits.count + 5; i++) source.feed(`${first + i}\n`)
    }
    flood()
    assert.deepEqual([source.paused, port.waiting, port.counts.dropped], [false, heldLimits.count, 5])
    clock.tick(1_000)
    await settle(60)
    assert.deepEqual([lines.length, lines.at(-1)?.payload], [heldLimits.count, '9999'])
    for (let second = 0; second < 59; second++) {
      flood()
      await settle(60)
      clock.tick(1_000)
    }
    const warnings = () => reports.filter((text) => text.includes('dropped'))
    const text = (count: string) =>
      `warn: ${count} lines dropped: they come faster than the flow takes them, and 10,000 lines or 16 MiB wait already. Set flow control if the device has it`
    assert.deepEqual(warnings(), [text('5')])
    clock.tick(1_000)
    assert.deepEqual(warnings(), [text('5'), text('295')])
    flood()
    await port.drain(10)
    assert.deepEqual([warnings().at(-1), port.counts.dropped, clock.timers], [text('5'), 305, 0])
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

  it('says once what the likely cause is where bytes come and no line ends, and what to set', async () => {
    const cases: Array<[Partial<FramingSettings>, string | Buffer, RegExp]> = [
      [
        {},
        Buffer.from([0xf0, 0x80, 0x9e]),
        /Much of it is no text: set another baud rate or, for a binary protocol/,
      ],
      [{}, 'abc', /It has no line end: set frames to a pause, a fixed length or a delimiter/],
      [{ framing: 'crlf' }, 'a\n', /It has LF inside: let the line end be found automatically/],
      [{ framing: 'lf' }, 'a\rb', /It has CR inside: set frames to "lines that end in CR"/],
      [{ framing: 'slip' }, 'abc', /Check what the port says of its frames/],
    ]
    for (const [framing, bytes, advice] of cases) {
      const { source, clock, port, reports } = made()
      port.attach({ ...setup(source, reports, 'b'), lines: lineSettings(framing, 1024) })
      port.release()
      await settle()
      for (let second = 0; second < 25; second++) {
        source.feedBytes(Buffer.from(bytes as string))
        clock.tick(1000)
      }
      const warnings = reports.filter((text) => text.startsWith('warn'))
      assert.equal(warnings.length, 1, JSON.stringify(framing))
      assert.match(warnings[0]!, /^warn: bytes come from fake, but no line has ended for 10 seconds\. /)
      assert.match(warnings[0]!, advice)
    }
  })

  it('does not warn of a device that waits, nor of lines that end', async () => {
    const { source, clock, port, reports } = made()
    port.release()
    await settle()
    for (let i = 0; i < 5; i++) {
      source.feed('MTS> ')
      clock.tick(9000)
    }
    source.feed('\n')
    for (let second = 0; second < 25; second++) {
      source.feed('a\nb')
      clock.tick(1000)
    }
    assert.deepEqual(
      reports.filter((text) => text.startsWith('warn')),
      [],
    )
  })

  it('says how the lines end, once', async () => {
    const { source, port, reports } = made()
    port.release()
    await settle()
    source.feed('one\r\ntwo\r\n')
    assert.deepEqual(reports, ['info: connected to /dev/fake', 'info: lines from fake end in CR LF'])
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

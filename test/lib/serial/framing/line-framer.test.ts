import assert from 'node:assert/strict'
import type { Frame, LineEnd } from '../../../../lib/serial/framing/frame.ts'
import { LineFramer } from '../../../../lib/serial/framing/line-framer.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { fc } from '../../../support/random.ts'
import { pushAll, shown } from './helper.ts'

function framer(maxLine = 64, emptyLines = false) {
  const lines: Frame[] = []
  const found: LineEnd[] = []
  const clock = new FakeClock()
  const listener = { frame: (line: Frame) => lines.push(line), found: (end: LineEnd) => found.push(end) }
  return { lines, found, clock, framer: new LineFramer({ maxLine, emptyLines }, clock, listener) }
}

/** The payloads of a text, pushed in chunks of `size` bytes. */
function split(text: string | Buffer, size = 1000, maxLine = 64, emptyLines = false): Array<string | Buffer> {
  const made = framer(maxLine, emptyLines)
  const bytes = Buffer.from(text as string)
  for (let at = 0; at < bytes.length; at += size) made.framer.push(bytes.subarray(at, at + size), 1)
  return made.lines.map((line) => line.payload)
}

describe('LineFramer', () => {
  it('ends lines at LF and at CR LF, whatever the chunks', () => {
    for (const size of [1, 2, 3, 1000]) {
      assert.deepEqual(split('one\ntwo\r\n\rthree\r\r\nrest', size), ['one', 'two', '\rthree\r'])
    }
  })

  it('counts empty lines and gives them out only when asked', () => {
    const { lines, framer: plain } = framer()
    plain.push(Buffer.from('\n\r\na\n\r'), 1)
    plain.push(Buffer.from('\n'), 1)
    assert.deepEqual([lines.length, plain.counts.empty, plain.counts.lines], [1, 3, 1])
    assert.deepEqual(split('\n\r\na\n', 1, 64, true), ['', '', 'a'])
  })

  it('takes the receive time of the first byte', () => {
    const { lines, framer: made } = framer()
    made.push(Buffer.from('a\nb'), 10)
    made.push(Buffer.from('b'), 20)
    made.push(Buffer.from('b\nc\nd'), 30)
    made.push(Buffer.from('\n'), 40)
    assert.deepEqual(
      lines.map((line) => [line.payload, line.received]),
      [
        ['a', 10],
        ['bbb', 10],
        ['c', 30],
        ['d', 30],
      ],
    )
  })

  it('gives a string for valid UTF-8, else the very bytes', () => {
    assert.deepEqual(split('22 °C\n\u0000\ufeffx\n', 3), ['22 °C', '\u0000\ufeffx'])
    const half = Buffer.from([0x61, 0xc3, 0x0a, 0xff, 0xfe, 0x0d, 0x0a])
    assert.deepEqual(split(half, 2), [Buffer.from([0x61, 0xc3]), Buffer.from([0xff, 0xfe])])
  })

  it('gives bytes that hold on to no bigger buffer, and survive the chunk', () => {
    const { lines, framer: made } = framer()
    const chunk = Buffer.alloc(60_000, 0x61)
    chunk.set([0xff, 0x0a], 10)
    made.push(chunk.subarray(0, 12), 1)
    chunk.fill(0)
    const payload = lines[0]!.payload as Buffer
    assert.equal(payload.buffer.byteLength, 11)
    assert.deepEqual(payload, Buffer.from([...Buffer.from('a'.repeat(10)), 0xff]))
  })

  it('gives a line over the limit in numbered pieces of that size', () => {
    for (const size of [1, 7, 1000]) {
      const { lines, framer: made } = framer(16)
      const bytes = Buffer.from(`${'x'.repeat(40)}\nshort\n`)
      for (let at = 0; at < bytes.length; at += size) made.push(bytes.subarray(at, at + size), 1)
      assert.deepEqual(
        lines.map((line) => [line.bytes, line.piece]),
        [
          [16, 1],
          [16, 2],
          [8, 3],
          [5, 0],
        ],
      )
      assert.equal(made.counts.long, 1)
    }
  })

  it('knows a CR at the limit for the end or for a byte of the line', () => {
    for (const size of [1, 16, 17, 18, 1000]) {
      const full = 'x'.repeat(16)
      const behindLf = (text: string) => split(`\n${text}`, size, 16)
      assert.deepEqual(behindLf(`${full}\r\n${full}\n`), [full, full])
      assert.deepEqual(behindLf(`${full}\r\r\n`), [full, '\r'])
      assert.deepEqual(behindLf(`${full}\ry\n`), [full, '\ry'])
    }
  })

  it('gives out what a lost connection cut off, marked, and never joins it to what comes', () => {
    const { lines, framer: made } = framer()
    made.begin(true)
    made.push(Buffer.from('whole\nhalf a li'), 1)
    made.lost()
    made.begin(true)
    made.push(Buffer.from('ne\n'), 2)
    assert.deepEqual(
      lines.map((line) => [line.payload, line.received, line.cut]),
      [
        ['whole', 1, undefined],
        ['half a li', 1, 'end'],
        ['ne', 2, undefined],
      ],
    )
    assert.equal(made.counts.cutOff, 9)
  })

  it('drops what waits when it is closed on purpose, and counts it', () => {
    const { lines, clock, framer: made } = framer()
    made.push(Buffer.from('whole\nhalf'), 1)
    made.close()
    assert.deepEqual([lines.length, made.counts.cutOff, clock.timers], [1, 4, 0])
  })

  it('starts a new line after a long one was cut off', () => {
    const { lines, framer: made } = framer(16)
    made.push(Buffer.from('x'.repeat(20)), 1)
    made.lost()
    made.push(Buffer.from('y\n'), 1)
    assert.deepEqual(
      lines.map((line) => [line.bytes, line.piece, line.cut]),
      [
        [16, 1, 'end'],
        [4, 2, 'both'],
        [1, 0, undefined],
      ],
    )
  })

  it('marks the first line of a stream that ran already, and no other', () => {
    for (const size of [1, 3, 1000]) {
      const { lines, framer: made } = framer()
      made.begin(false)
      pushAll(made, Buffer.from('1.54,48\n21.55,48\n21.56,48\n'), size)
      assert.deepEqual(lines.map(shown), ['start:1.54,48', '21.55,48', '21.56,48'])
    }
    const { lines, framer: made } = framer(16)
    made.begin(false)
    made.push(Buffer.from(`\nwhole\n`), 1)
    made.lost()
    made.begin(false)
    made.push(Buffer.from(`${'x'.repeat(40)}\nwhole\n`), 2)
    made.push(Buffer.from('half'), 3)
    made.lost()
    made.begin(false)
    made.push(Buffer.from('only'), 4)
    made.lost()
    const x = 'x'.repeat(16)
    assert.deepEqual(lines.map(shown), [
      'start:',
      'whole',
      `both:${x}`,
      `both:${x}`,
      'start:xxxxxxxx',
      'whole',
      'end:half',
      'both:only',
    ])
  })

  it('agrees with the plain way on any bytes in any chunks', () => {
    const byte = fc.constantFrom(0x0a, 0x0d, 0x61, 0xc3, 0xa9, 0x00, 0x62, 0x63)
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 40 })),
        fc.array(byte, { maxLength: 200 }),
        fc.boolean(),
        (sizes, bytes, isLong) => {
          const maxLine = isLong ? 64 : 16
          const { lines, framer: made } = framer(maxLine, true)
          const all = Buffer.from(bytes)
          let at = 0
          for (const size of sizes) {
            made.push(all.subarray(at, at + size), 1)
            at += size
          }
          made.push(all.subarray(at), 1)
          const { given } = plainly(all, maxLine)
          assert.deepEqual(
            lines.map((line) => Buffer.from(line.payload as string).toString('hex')),
            given,
          )
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('needs time that grows with the bytes, not with their square', () => {
    const { lines, framer: made } = framer(1 << 20)
    const byte = Buffer.from('x')
    for (let i = 0; i < 1 << 20; i++) made.push(byte, 1)
    made.push(Buffer.from('\n'), 1)
    assert.deepEqual([lines.length, lines[0]?.bytes], [1, 1 << 20])
  })
})

/**
 * Hex of the lines and pieces, worked out on the whole at once: where the lines turn out to end in CR, and up to which LF
 * they are believed to, the stream is looked at byte by byte.
 */
function plainly(bytes: Buffer, maxLine: number): { given: string[] } {
  const given: string[] = []
  const LF = 10
  const CR = 13
  const give = (line: Buffer) => {
    let rest = line
    do {
      given.push(rest.subarray(0, maxLine).toString('hex'))
      rest = rest.subarray(maxLine)
    } while (rest.length > 0)
  }
  const firstLf = bytes.indexOf(LF)
  const before = bytes.subarray(0, firstLf === -1 ? bytes.length : firstLf)
  const firstCr = before.indexOf(CR)
  const enough = firstCr > maxLine ? 0 : Math.min(1024, maxLine)
  const endsInCr = firstCr !== -1 && before.length >= Math.max(enough, firstCr + 2)
  let from = 0
  if (endsInCr) {
    for (let end = before.indexOf(CR); end !== -1; end = before.indexOf(CR, from)) {
      give(before.subarray(from, end))
      from = end + 1
    }
    // a CR LF after all
    if (firstLf !== -1 && from === firstLf) from++
  }
  for (let end = bytes.indexOf(LF, from); end !== -1; end = bytes.indexOf(LF, from)) {
    let line = bytes.subarray(from, end)
    if (line.at(-1) === CR) line = line.subarray(0, -1)
    give(line)
    from = end + 1
  }
  let rest = bytes.subarray(from)
  const mayEnd = (byte: number | undefined) => byte === CR && !(endsInCr && firstLf === -1)
  while (rest.length > maxLine + 1 || (rest.length === maxLine + 1 && !mayEnd(rest.at(-1)))) {
    given.push(rest.subarray(0, maxLine).toString('hex'))
    rest = rest.subarray(maxLine)
  }
  return { given }
}

describe('LineFramer: lines that end in CR', () => {
  const line = (n: number) => `TAICB${String(n).padStart(7, '0')}`

  it('are recognised from the first kilobyte, each with its time; nothing is lost or joined', () => {
    const lines = Array.from({ length: 200 }, (_, n) => line(n))
    const bytes = Buffer.from(lines.map((each) => `${each}\r`).join(''))
    for (const size of [1, 5, 13, 14, 1000, 5000]) {
      const { lines: given, found, framer: made } = framer()
      made.begin(true)
      pushAll(made, bytes, size)
      assert.deepEqual(given.map(shown), lines, `chunks of ${size}`)
      assert.deepEqual(
        given.map(({ received }) => received),
        lines.map((_, n) => Math.floor((n * 13) / size) + 1),
      )
      assert.deepEqual(found, ['CR'])
    }
  })

  it('are recognised by a pause, and from then on come out at once', () => {
    const { lines, found, clock, framer: made } = framer()
    made.push(Buffer.from(' 21.50C\r'), 1)
    clock.tick(299)
    assert.deepEqual([lines.length, found], [0, []])
    clock.tick(1)
    assert.deepEqual([lines.map(shown), found], [[' 21.50C'], ['CR']])
    made.push(Buffer.from(' 21.60C\r 21'), 5)
    assert.deepEqual(lines.map(shown), [' 21.50C', ' 21.60C'])
    made.push(Buffer.from('.7'), 6)
    made.push(Buffer.from('0C\r'), 7)
    assert.deepEqual(lines.map(({ payload, received }) => [payload, received]).at(-1), [' 21.70C', 5])
  })

  it('are what waits at the end of a connection, too, where it ends within the first kilobyte', () => {
    const { lines, framer: made } = framer()
    made.push(Buffer.from('one\rtwo\rthr'), 1)
    made.close()
    assert.deepEqual([lines.map(shown), made.counts.cutOff], [['one', 'two'], 3])
  })

  it('were CR LF after all where an LF follows, however late', () => {
    for (const pause of [0, 299, 300, 5000]) {
      const { lines, clock, found, framer: made } = framer(64, true)
      made.push(Buffer.from('one\r'), 1)
      clock.tick(pause)
      made.push(Buffer.from('\ntwo\r\n\r\nthree\n'), 2)
      assert.deepEqual(lines.map(shown), ['one', 'two', '', 'three'], `pause of ${pause} ms`)
      assert.equal(found.at(-1), 'CR LF')
    }
  })

  it('an LF elsewhere proves them wrong: that line may lack its beginning', () => {
    const { lines, clock, found, framer: made } = framer()
    made.push(Buffer.from('10 %\r20'), 1)
    clock.tick(300)
    made.push(Buffer.from(' %\ndone\na\rb\n'), 2)
    assert.deepEqual(lines.map(shown), ['10 %', 'start:20 %', 'done', 'a\rb'])
    assert.deepEqual(found, ['CR', 'LF'])
  })

  it('are never found where an LF has come: a CR inside of a line stays there', () => {
    const { lines, clock, found, framer: made } = framer(4096)
    made.push(Buffer.from('ready\n'), 1)
    made.push(Buffer.from('10 %\r20 %\r'), 2)
    clock.tick(5000)
    made.push(Buffer.from(`${'30 %\r'.repeat(300)}\n`), 3)
    assert.equal(lines[1]?.bytes, 10 + 1500 - 1)
    assert.deepEqual(found, ['LF'])
  })

  it('are looked for anew on each connection, unless they were found', () => {
    const { lines, clock, found, framer: made } = framer()
    made.push(Buffer.from('a\n'), 1)
    made.lost()
    made.push(Buffer.from('b\r'), 2)
    clock.tick(300)
    made.lost()
    made.push(Buffer.from('c\rd\r'), 3)
    assert.deepEqual(lines.map(shown), ['a', 'b', 'c', 'd'])
    assert.deepEqual(found, ['LF', 'CR'])
  })
})

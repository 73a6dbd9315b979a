import assert from 'node:assert/strict'
import { LineSplitter, type SplitLine } from '../../../lib/serial/splitter.ts'
import { fc } from '../../support/random.ts'

function splitter(maxLine = 64, emptyLines = false) {
  const lines: SplitLine[] = []
  return { lines, splitter: new LineSplitter({ maxLine, emptyLines }, (line) => lines.push(line)) }
}

/** The payloads of a text, pushed in chunks of `size` bytes. */
function split(text: string | Buffer, size = 1000, maxLine = 64, emptyLines = false): Array<string | Buffer> {
  const made = splitter(maxLine, emptyLines)
  const bytes = Buffer.from(text as string)
  for (let at = 0; at < bytes.length; at += size) made.splitter.push(bytes.subarray(at, at + size), 1)
  return made.lines.map((line) => line.payload)
}

describe('LineSplitter', () => {
  it('ends lines at LF and at CR LF, whatever the chunks', () => {
    for (const size of [1, 2, 3, 1000]) {
      assert.deepEqual(split('one\ntwo\r\n\rthree\r\r\nrest', size), ['one', 'two', '\rthree\r'])
    }
  })

  it('counts empty lines and gives them out only when asked', () => {
    const { lines, splitter: plain } = splitter()
    plain.push(Buffer.from('\n\r\na\n\r'), 1)
    plain.push(Buffer.from('\n'), 1)
    assert.deepEqual([lines.length, plain.counts.empty, plain.counts.lines], [1, 3, 1])
    assert.deepEqual(split('\n\r\na\n', 1, 64, true), ['', '', 'a'])
  })

  it('takes the receive time of the first byte', () => {
    const { lines, splitter: made } = splitter()
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
    const { lines, splitter: made } = splitter()
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
      const { lines, splitter: made } = splitter(16)
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
      assert.deepEqual(split(`${full}\r\n${full}\n`, size, 16), [full, full])
      assert.deepEqual(split(`${full}\r\r\n`, size, 16), [full, '\r'])
      assert.deepEqual(split(`${full}\ry\n`, size, 16), [full, '\ry'])
    }
  })

  it('drops what a disconnect cut off, and counts it', () => {
    const { lines, splitter: made } = splitter()
    made.push(Buffer.from('whole\nhalf a li'), 1)
    assert.equal(made.reset(), 9)
    made.push(Buffer.from('ne\n'), 2)
    assert.deepEqual(
      lines.map((line) => [line.payload, line.received]),
      [
        ['whole', 1],
        ['ne', 2],
      ],
    )
    assert.equal(made.counts.cutOff, 9)
  })

  it('starts a new line after a long one was cut off', () => {
    const { lines, splitter: made } = splitter(16)
    made.push(Buffer.from('x'.repeat(20)), 1)
    made.reset()
    made.push(Buffer.from('y\n'), 1)
    assert.deepEqual(
      lines.map((line) => [line.bytes, line.piece]),
      [
        [16, 1],
        [1, 0],
      ],
    )
  })

  it('agrees with the plain way on any bytes in any chunks', () => {
    const byte = fc.constantFrom(0x0a, 0x0d, 0x61, 0xc3, 0xa9, 0x00)
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.array(byte, { maxLength: 200 }),
        (sizes, bytes) => {
          const { lines, splitter: made } = splitter(16, true)
          const all = Buffer.from(bytes)
          let at = 0
          for (const { length } of sizes) {
            made.push(all.subarray(at, at + length), 1)
            at += length
          }
          made.push(all.subarray(at), 1)
          assert.deepEqual(
            lines.map((line) => Buffer.from(line.payload as string).toString('hex')),
            plainly(all, 16),
          )
        },
      ),
    )
  })

  it('needs time that grows with the bytes, not with their square', () => {
    const { lines, splitter: made } = splitter(1 << 20)
    const byte = Buffer.from('x')
    for (let i = 0; i < 1 << 20; i++) made.push(byte, 1)
    made.push(Buffer.from('\n'), 1)
    assert.deepEqual([lines.length, lines[0]?.bytes], [1, 1 << 20])
  })
})

/** Hex of the lines and pieces, worked out on the whole at once. */
function plainly(bytes: Buffer, maxLine: number): string[] {
  const lines: string[] = []
  let from = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    let line = bytes.subarray(from, end)
    if (line.at(-1) === 13) line = line.subarray(0, -1)
    do {
      lines.push(line.subarray(0, maxLine).toString('hex'))
      line = line.subarray(maxLine)
    } while (line.length > 0)
    from = end + 1
  }
  let rest = bytes.subarray(from)
  while (rest.length > maxLine + 1 || (rest.length === maxLine + 1 && rest.at(-1) !== 13)) {
    lines.push(rest.subarray(0, maxLine).toString('hex'))
    rest = rest.subarray(maxLine)
  }
  return lines
}

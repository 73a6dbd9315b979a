// Each kind of framing: what it cuts out, whatever the chunks; that every byte is in one frame, or a delimiter.
import assert from 'node:assert/strict'
import { readOptions } from '../../../../lib/options/options.ts'
import { payloadOf } from '../../../../lib/serial/framing/frame.ts'
import { type FramingSettings, framingFields } from '../../../../lib/serial/framing/settings.ts'
import { fc } from '../../../support/random.ts'
import { cut, lineSettings, madeFramer, shown } from './helper.ts'

type Framing = Partial<FramingSettings>

const sizes = [1, 2, 3, 7, 1000]

/** The same frames in every chunking. */
function cuts(framing: Framing, bytes: string | Buffer, expected: string[], more: object = {}): void {
  for (const size of sizes)
    assert.deepEqual(cut(framing, bytes, { size, ...more }), expected, `in chunks of ${size}`)
}

/** A frame of a PMS sensor: 42 4D, length, content, sum; `fill` may be any bytes, 0A too. */
function pms(fill: number): Buffer {
  const frame = Buffer.alloc(32, fill)
  frame.set([0x42, 0x4d, 0, 28])
  frame.writeUInt16BE(
    frame.subarray(0, 30).reduce((sum, byte) => sum + byte, 0),
    30,
  )
  return frame
}

/** A frame as `shown`. */
const text = (frame: Buffer) => shown({ payload: payloadOf(frame), cut: undefined })

describe('framing: line ends and other delimiters', () => {
  it('keeps to the one line end that is set', () => {
    cuts({ framing: 'lf' }, 'a\r\nb\n\rc\nd', ['a\r', 'b', '\rc'])
    cuts({ framing: 'crlf' }, 'a\r\nb\nc\r\r\nd\r', ['a', 'b\nc\r'])
    cuts({ framing: 'cr' }, 'a\rb\n\rc\r\rd', ['a', 'b\n', 'c'])
  })

  it('takes any text or bytes', () => {
    cuts({ framing: 'delimiter', delimiter: ';' }, '21.5;48;;1013', ['21.5', '48'])
    cuts({ framing: 'delimiter', delimiter: '--\\r' }, 'a---\rb--c--\rd', ['a-', 'b--c'])
    const binary = Buffer.from([0xff, 0x0a, 0x00, 0x01, 0x41, 0x00, 0x01])
    cuts({ framing: 'delimiter', delimiter: '\\x00\\x01' }, binary, ['hex:ff0a', 'A'])
  })

  it('takes a regular expression, which may find a delimiter that goes on in the next chunk', () => {
    cuts({ framing: 'pattern', framePattern: '[\\r\\n]+' }, 'a\r\nb\n\n\rc\n', ['a', 'b'])
    cuts({ framing: 'pattern', framePattern: '[\\r\\n]+' }, 'a\r\nb\n\n\rc\n', ['a', 'b', 'c'], { rest: 50 })
    cuts({ framing: 'pattern', framePattern: '\\x00{2}|#\\d' }, Buffer.from('a\0b\0\0c#d#1e'), [
      'a\0b',
      'c#d',
    ])
  })
})

describe('framing: marks', () => {
  it('cuts from STX to ETX, and logs what stands between as stray', () => {
    const bytes = 'xy\x02+ 1.234\x03\r\n\x02two\x03noise\x02three\x03'
    cuts({ framing: 'marks' }, bytes, [
      'stray:xy',
      '\x02+ 1.234\x03',
      '\x02two\x03',
      'stray:noise',
      '\x02three\x03',
    ])
    cuts({ framing: 'marks', keepMarks: false }, bytes, [
      'stray:xy',
      '+ 1.234',
      'two',
      'stray:noise',
      'three',
    ])
  })

  it('takes a checksum behind the end, as long as it is there, up to the line end', () => {
    const telegram = { framing: 'marks', frameStart: '/', frameEnd: '!', frameAfter: 4 } as const
    const lines = '/XMX5\r\n\r\n1-0:1.7.0(00.32*kW)\r\n!'
    cuts(telegram, `${lines}E5D2\r\n${lines}\r\n${lines}0A`, [`${lines}E5D2`, lines])
    cuts(telegram, `${lines}E5D2\r\n${lines}\r\n${lines}0A`, [`${lines}E5D2`, lines, `${lines}0A`], {
      rest: 100,
    })
    const binary = Buffer.from([2, 0x41, 3, 0xff, 2, 0x42, 3, 0x0b])
    cuts({ framing: 'marks', frameAfter: 1 }, binary, ['hex:024103ff', '\x02B\x03\x0b'])
    cuts({ framing: 'marks', frameAfter: 1, keepMarks: false }, binary, ['hex:41ff', 'B\x0b'])
  })

  it('gives a frame up where the next one begins, and not where its sign stands inside', () => {
    cuts({ framing: 'marks' }, '\x02half\x02whole\x03', ['end:\x02half', '\x02whole\x03'])
    const telegram = { framing: 'marks', frameStart: '/', frameEnd: '!' } as const
    cuts(telegram, '/a\r\nn/a\r\n/b\r\n!', ['end:/a\r\nn/a\r\n', '/b\r\n!'])
  })

  it('is sure of its frames however the stream was opened', () => {
    const bytes = 'lf\x03\x02whole\x03'
    cuts({ framing: 'marks' }, bytes, ['stray:lf\x03', '\x02whole\x03'], { isWhole: false })
  })
})

describe('framing: lengths', () => {
  it('takes a fixed length without anything between', () => {
    cuts({ framing: 'fixed', frameSize: 12 }, 'aA1TMPA19.50aA1BATT2.74-bB2TMPA-2.5-', [
      'aA1TMPA19.50',
      'aA1BATT2.74-',
      'bB2TMPA-2.5-',
    ])
  })

  it('finds frames again by the bytes that they begin with', () => {
    const bytes = Buffer.concat([
      pms(0x0a),
      pms(0xff),
      Buffer.from('noise'),
      pms(7),
      pms(8).subarray(5),
      pms(9),
    ])
    const sync = '\\x42\\x4d'
    for (const framing of [
      { framing: 'fixed', frameSize: 32, frameSync: sync },
      { framing: 'length', frameSync: sync },
    ] as const) {
      const found = cut(framing, bytes)
      cuts(framing, bytes, found)
      assert.deepEqual(found.slice(0, 3), [text(pms(0x0a)), text(pms(0xff)), 'stray:noise'])
      assert.deepEqual(found.slice(3), [text(pms(7)), `stray:${text(pms(8).subarray(5))}`, text(pms(9))])
    }
  })

  it('reads a length of any size, order and meaning', () => {
    const length = (settings: Framing, bytes: number[], expected: string[]) =>
      cuts({ framing: 'length', ...settings }, Buffer.from(bytes), expected)
    length({ lengthOffset: 0, lengthSize: 1 }, [2, 0x41, 0x42, 0, 1, 0x43], ['\x02AB', '\0', '\x01C'])
    length({ lengthOffset: 1, lengthSize: 2, lengthOrder: 'little' }, [9, 1, 0, 0x41], ['\t\x01\0A'])
    length({ lengthOffset: 1, lengthSize: 1, lengthCounts: 'all' }, [9, 3, 0x41, 8, 2], ['\t\x03A', '\b\x02'])
    length({ lengthOffset: 0, lengthSize: 1, lengthExtra: 1 }, [1, 0x41, 0x7a, 0, 0x7b], ['\x01Az', '\0{'])
    length({ lengthOffset: 0, lengthSize: 4, lengthOrder: 'big' }, [0, 0, 0, 1, 0x41], ['\0\0\0\x01A'])
  })

  it('takes a length that no frame has for none: the frame does not begin there', () => {
    const bytes = Buffer.concat([Buffer.from([0x42, 0x4d, 0xff, 0xff, 0x41]), pms(1)])
    const settings = { framing: 'length', frameSync: 'BM' } as const
    cuts(settings, bytes, ['stray:hex:424dffff41', text(pms(1))])
    // without such bytes only a pause tells where the next one begins
    const { framer, frames, clock } = madeFramer(lineSettings({ framing: 'length', lengthOffset: 0 }))
    framer.begin(true)
    framer.push(Buffer.from([0xff, 0xff, 1, 2]), 1)
    clock.tick(1000)
    framer.push(Buffer.from([0, 1, 0x41]), 2)
    assert.deepEqual(frames.map(shown), ['stray:hex:ffff0102', '\0\x01A'])
  })

  it('is sure of the first frame behind a pause, and marks those before it', () => {
    const { framer, frames, clock } = madeFramer(lineSettings({ framing: 'fixed', frameSize: 4 }))
    framer.begin(false)
    framer.push(Buffer.from('0.50aA1T9'), 1)
    clock.tick(1000)
    framer.push(Buffer.from('aB2T'), 2)
    clock.tick(5000)
    framer.push(Buffer.from('aC'), 3)
    clock.tick(999)
    framer.push(Buffer.from('3T'), 4)
    assert.deepEqual(frames.map(shown), ['start:0.50', 'start:aA1T', 'both:9', 'aB2T', 'aC3T'])
    assert.equal(frames.at(-1)?.received, 3)
  })
})

describe('framing: pauses, SLIP and COBS', () => {
  it('ends a frame by a pause, and not by a shorter one', () => {
    const { framer, frames, clock } = madeFramer(lineSettings({ framing: 'silence', silence: 20 }))
    framer.begin(true)
    framer.push(Buffer.from('one '), 1)
    clock.tick(19)
    framer.push(Buffer.from('packet'), 2)
    clock.tick(20)
    framer.push(Buffer.from([0xff]), 3)
    clock.tick(20)
    assert.deepEqual(
      frames.map((frame) => [shown(frame), frame.received]),
      [
        ['one packet', 1],
        ['hex:ff', 3],
      ],
    )
    assert.equal(clock.timers, 0)
  })

  it('takes a pause for one although its timer is late', () => {
    const { framer, frames, clock } = madeFramer(lineSettings({ framing: 'silence', silence: 20 }))
    framer.begin(true)
    framer.push(Buffer.from('one'), 1)
    clock.moveTo('2026-11-21T12:00:00.030Z')
    framer.push(Buffer.from('two'), 2)
    clock.tick(20)
    assert.deepEqual(frames.map(shown), ['one', 'two'])
  })

  it('decodes SLIP; a wrong escape is a damaged frame', () => {
    const bytes = Buffer.from([0xc0, 0x41, 0xdb, 0xdc, 0xdb, 0xdd, 0xc0, 0xc0, 0x42, 0xc0, 0xdb, 0x41, 0xc0])
    cuts({ framing: 'slip' }, bytes, ['hex:41c0db', 'B', 'stray:hex:db41'])
  })

  it('decodes COBS; a block that runs over the end is a damaged frame', () => {
    const bytes = Buffer.from([3, 0x41, 0x42, 1, 2, 0x43, 0, 1, 1, 0, 9, 0x41, 0])
    cuts({ framing: 'cobs' }, bytes, ['AB\0\0C', '\0', 'stray:\tA'])
    const long = Buffer.concat([Buffer.from([0xff]), Buffer.alloc(254, 0x61), Buffer.from([2, 0x62, 0])])
    cuts({ framing: 'cobs' }, long, [`${'a'.repeat(254)}b`], { maxLine: 1024 })
  })

  it('marks the first frame of a stream that ran already', () => {
    cuts({ framing: 'slip' }, Buffer.from([0x41, 0xc0, 0x42, 0xc0]), ['start:A', 'B'], { isWhole: false })
    cuts({ framing: 'slip' }, Buffer.from([0xc0, 0x42, 0xc0]), ['B'], { isWhole: false })
    cuts({ framing: 'cr' }, '.5\r1.5\r', ['start:.5', '1.5'], { isWhole: false })
    cuts({ framing: 'silence' }, 'ab', ['start:ab'], { isWhole: false, rest: 100 })
    cuts({ framing: 'fixed', frameSize: 2, frameSync: 'B' }, 'xBaBb', ['stray:x', 'start:Ba', 'Bb'], {
      isWhole: false,
    })
  })
})

describe('framing: whatever comes', () => {
  /** Kinds in which no byte is left out but delimiters, and these delimiters. */
  const kinds: Array<[string, Framing, RegExp]> = [
    ['lf', { framing: 'lf' }, /\n/g],
    ['crlf', { framing: 'crlf' }, /\r\n/g],
    ['cr', { framing: 'cr' }, /\r/g],
    ['two bytes', { framing: 'delimiter', delimiter: 'ab' }, /ab/g],
    ['pattern', { framing: 'pattern', framePattern: '[\\r\\n]+' }, /[\r\n]+/g],
    ['STX ETX', { framing: 'marks', frameAfter: 2 }, /[\r\n]/g],
    ['/ … !!', { framing: 'marks', frameStart: '/', frameEnd: '!!' }, /[\r\n]/g],
    ['fixed', { framing: 'fixed', frameSize: 5 }, /$^/g],
    ['fixed with sync', { framing: 'fixed', frameSize: 5, frameSync: 'ab' }, /$^/g],
    ['length', { framing: 'length', lengthOffset: 0, lengthSize: 1 }, /$^/g],
    ['length with sync', { framing: 'length', frameSync: 'ab', lengthSize: 1 }, /$^/g],
    ['silence', { framing: 'silence' }, /$^/g],
  ]
  const byte = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(10, 13, 2, 3, 0x61, 0x62, 0x2f, 0x21, 0xc0, 0xdb, 0, 4) },
    fc.nat({ max: 255 }),
  )
  const stream = fc.array(byte, { maxLength: 150 })
  const chunks = fc.array(fc.nat({ max: 30 }), { maxLength: 20 })

  function run(framing: Framing, bytes: Buffer, sizes: number[], isWhole: boolean) {
    const made = madeFramer(lineSettings(framing, 16, true))
    made.framer.begin(isWhole)
    let at = 0
    for (const size of sizes) {
      made.framer.push(bytes.subarray(at, at + size), at + 1)
      at += size
    }
    made.framer.push(bytes.subarray(at), at + 1)
    made.framer.lost()
    return made
  }

  for (const [name, framing, delimiters] of [
    ...kinds,
    ['slip', { framing: 'slip' }, undefined] as const,
    ['cobs', { framing: 'cobs' }, undefined] as const,
  ]) {
    it(`${name}: the frames are the same in any chunks, each with the time of its first byte`, () => {
      fc.assert(
        fc.property(stream, chunks, fc.boolean(), (numbers, sizes, isWhole) => {
          const bytes = Buffer.from(numbers)
          const whole = run(framing, bytes, [bytes.length], isWhole)
          const inChunks = run(framing, bytes, sizes, isWhole)
          const byByte = run(framing, bytes, Array(bytes.length).fill(1), isWhole)
          assert.deepEqual(inChunks.frames.map(shown), whole.frames.map(shown))
          assert.deepEqual(byByte.frames.map(shown), whole.frames.map(shown))
          if (!delimiters || name === 'pattern') return
          // byte by byte a frame's time is its place in the stream
          for (const frame of byByte.frames) {
            const at = frame.received - 1
            const payload = Buffer.from(frame.payload as string)
            if (payload.length > 0) assert.deepEqual(bytes.subarray(at, at + payload.length), payload)
          }
        }),
        { numRuns: 300 },
      )
    })

    if (!delimiters) continue
    it(`${name}: every byte is in one frame, in order, or is a delimiter`, () => {
      fc.assert(
        fc.property(stream, chunks, (numbers, sizes) => {
          const bytes = Buffer.from(numbers)
          const { frames, clock } = run(framing, bytes, sizes, true)
          const all = Buffer.concat(frames.map(({ payload }) => Buffer.from(payload as string)))
          const plain = (text: string) => text.replace(delimiters, '')
          assert.equal(plain(all.toString('latin1')).length, plain(bytes.toString('latin1')).length)
          let at = 0
          for (const one of all) {
            at = bytes.indexOf(one, at) + 1
            assert.ok(at > 0, 'a byte that never came, or in another order')
          }
          assert.equal(clock.timers, 0)
        }),
        { numRuns: 300 },
      )
    })
  }

  it('needs time that grows with the bytes, not with their square', () => {
    for (const framing of ['lf', 'marks', 'slip', 'silence'] as const) {
      const { framer, frames } = madeFramer(lineSettings({ framing }, 1 << 20))
      framer.begin(true)
      const begun = performance.now()
      framer.push(Buffer.from([2]), 1)
      for (let i = 0; i < 1 << 18; i++) framer.push(Buffer.from('xxx'), 1)
      framer.lost()
      assert.equal(frames[0]?.bytes, 3 * (1 << 18) + 1)
      assert.ok(performance.now() - begun < 5_000)
    }
  })
})

describe('framing: settings', () => {
  const refused: Array<[Framing, string]> = [
    [{ delimiter: 'a\\q' }, '"a\\q" has a backslash that begins none of \\r \\n \\t \\0 \\\\ \\xNN'],
    [{ frameSync: '\\x4' }, '"\\x4" has a backslash that begins none of \\r \\n \\t \\0 \\\\ \\xNN'],
    [{ framePattern: '[' }, 'the pattern cannot be used: error parsing regexp: missing closing ]: `[`'],
    [{ framePattern: '\\n*' }, 'the pattern finds an empty text, too'],
    [{ framePattern: '°' }, 'the pattern has "°": it looks at bytes, so write such a character as \\xNN'],
    [{ silence: 1 }, 'pause is 1: give a whole number of ms from 2 to 60000'],
    [{ framing: 'lines' as 'lf' }, 'frames is "lines"'],
  ]
  for (const [framing, problem] of refused) {
    it(`refuses ${JSON.stringify(framing)}`, () => {
      assert.throws(
        () => readOptions(framingFields, framing),
        (error: Error) => error.message.startsWith(problem),
      )
    })
  }

  it('reads bytes as they are written, UTF-8 for what is no escape', () => {
    cuts(
      { framing: 'delimiter', delimiter: '\\\\\\t\\0\\xFf°' },
      Buffer.from('a\\\t\0\xff\xc2\xb0b', 'latin1'),
      ['a'],
    )
  })

  it('takes a fixed length over the longest line as it is', () => {
    assert.deepEqual(cut({ framing: 'fixed', frameSize: 100 }, 'x'.repeat(100), { maxLine: 16 }), [
      'x'.repeat(100),
    ])
  })
})

import assert from 'node:assert/strict'
import type { Cut } from '../../../lib/event.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import { jeelinkFormats } from '../../../lib/formats/library/jeelink.ts'
import type { Decoder, FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { compileGlob } from '../../../lib/formats/model/glob.ts'
import { fc } from '../../support/random.ts'
import { decoded, format, integer, number, text } from './helper.ts'

/** Each property for a good part of a minute where there is time for it. */
const isSoak = process.env.FIELDLOG_SOAK !== undefined
const effort = isSoak ? { numRuns: 1e9, interruptAfterTimeLimit: 15_000 } : { numRuns: 100 }

const decoders: Decoder[] = [
  { kind: 'packet' },
  { kind: 'packet', parts: { from: 1, size: 2 } },
  { kind: 'packet', parts: { size: { bit: 4, bits: 4 } } },
  { kind: 'datacodes', codes: 'b,H,q,f' },
  { kind: 'json' },
  { kind: 'json', each: '' },
  { kind: 'sections' },
  { kind: 'stored-event' },
  { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=' },
  { kind: 'columns' },
  { kind: 'pattern', pattern: '(?<a>.)(?<b>.*)' },
]

const numbered = ['packet', 'datacodes', 'columns']

function lenient(decoder: Decoder): FormatDefinition {
  const from = (name: string, place: number) =>
    numbered.includes(decoder.kind) ? { from: place } : { from: name }
  const fields: FieldDefinition[] = [
    number('n', { ...from('a', 0), when: 'n > 1 || s != "x"' }),
    integer('i', { ...from('b', 1), scale: '1/3', offset: 1 }),
    text('s', from('a', 0)),
    { name: 't', type: 'time', ...from('b', 1) },
    { name: 'b', type: 'boolean', ...from('a', 2) },
    number('c', { computed: 'n / i + floor(n)', decimals: 2 }),
    number('w', {
      ...from('b', 1),
      unit: 'kW',
      deviceUnit: 'W',
      points: [
        [0, 1],
        [5, 7],
      ],
      polynomial: [1, 2, 3],
      min: -5,
      max: 1e9,
      range: 'clamp',
      decimal: 'any',
      thousands: ' ',
    }),
    text('m', { ...from('a', 0), map: { '1': 'one' }, mapElse: 'keep', trim: true, case: 'upper' }),
    { name: 'p', type: 'time', ...from('b', 1), time: 'pattern', pattern: 'D.M.YY H' },
  ]
  return format(decoder, fields, undefined, { nulls: ['NaN', -999], drop: { sameTime: true, unchanged: 9 } })
}

describe('formats: several at once', () => {
  it('reject what their port marked as cut, whatever it reads like, and leave to unknown what they do not take', () => {
    const pair = format({ kind: 'columns', delimiter: ',' }, [number('temp', { from: 0 })], { prefix: '1' })
    for (const match of ['first', 'best'] as const) {
      const formats = compileFormats([pair], { match })
      const decode = (payload: string, cut?: Cut) => formats.decode({ payload, source: 's', cut })
      assert.equal(decode('1.54,48').kind, 'clean')
      assert.deepEqual(decode('1.54,48', 'start'), {
        kind: 'rejected',
        type: 'test',
        reasons: ["decode: the line's beginning may be missing"],
      })
      assert.deepEqual(decode('1.54', 'end').kind, 'rejected')
      assert.deepEqual(decode('.54,48', 'start'), { kind: 'unknown' })
    }
  })

  it('remember nothing of a cut line', () => {
    const counter = format({ kind: 'columns' }, [number('n', { from: 0 })], undefined, {
      drop: { unchanged: 9 },
    })
    const formats = compileFormats([counter])
    const decode = (seq: number, cut?: Cut) =>
      formats.decode({ payload: '5', source: 's', id: `e-${seq}`, seq, received: seq, cut }).kind
    assert.deepEqual([decode(1, 'start'), decode(2), decode(3)], ['rejected', 'clean', 'suppressed'])
  })

  const typed = (type: string, definition: FormatDefinition) => ({ ...definition, type })
  const decode = (formats: FormatDefinition[], payload: unknown, source = 'ttyUSB0') => {
    const result = compileFormats(formats).decode({ payload, source })
    return result.kind === 'unknown' ? result.kind : `${result.kind} ${result.type}`
  }

  it('the first that takes a line decides', () => {
    const any = format({ kind: 'pattern', pattern: '(?<v>.+)' }, [text('v')])
    const packet = format({ kind: 'packet', minBytes: 2 }, [integer('v', { from: 0 })], { nodes: [3] })
    assert.equal(decode([typed('any', any), typed('packet', packet)], 'OK 3 1 2'), 'clean any')
    assert.equal(decode([typed('packet', packet), typed('any', any)], 'OK 3 1 2'), 'clean packet')
    assert.equal(decode([typed('packet', packet), typed('any', any)], 'OK 3 1'), 'rejected packet')
    assert.equal(decode([typed('packet', packet), typed('any', any)], 'OK 4 1'), 'clean any')
    assert.equal(decode([typed('packet', packet), typed('any', any)], 'OK x'), 'clean any')
  })

  it('a format takes lines of its sources', () => {
    const a = format({ kind: 'key-values' }, [number('v')], { source: 'tty*' })
    const b = format({ kind: 'key-values' }, [number('v')], { source: 'tcp:10.0.0.?:2000' })
    assert.equal(decode([typed('a', a), typed('b', b)], 'v:1', 'ttyUSB0'), 'clean a')
    assert.equal(decode([typed('a', a), typed('b', b)], 'v:1', 'tcp:10.0.0.5:2000'), 'clean b')
    assert.equal(decode([typed('a', a), typed('b', b)], 'v:1', 'tcp:10.0.0.55:2000'), 'unknown')
  })

  it('takes nothing without formats', () => {
    assert.equal(decode([], 'OK 3 1 2'), 'unknown')
  })

  it('takes bytes that are text for text, and rejects others', () => {
    const bytes = (line: string) => new TextEncoder().encode(line)
    const room = [...jeelinkFormats]
    assert.deepEqual(decoded(room, bytes('OK 12 1 118 182 0')), {
      light: 0,
      moved: 0,
      humi: 59,
      temp: 18.2,
      lobat: 0,
    })
    assert.deepEqual(decoded(room, Uint8Array.of(...bytes('OK 12 1 118 182 '), 0xff)), [
      'decode: text: found bytes that are not UTF-8, expected text',
    ])
    assert.equal(decoded(room, Uint8Array.of(0, 1, 0xff, 0x80)), 'unknown')
    const pairs = format({ kind: 'key-values' }, [number('a')])
    assert.deepEqual(decoded(pairs, Uint8Array.of(...bytes('a:1,b:'), 0xb0)), [
      'decode: text: found bytes that are not UTF-8, expected text',
    ])
  })
})

describe('formats: whatever comes in', function () {
  if (isSoak) this.timeout(60_000)
  const all = [...jeelinkFormats, ...decoders.map(lenient)]
  const each = [all, ...decoders.map((decoder) => [lenient(decoder)])].map((formats) =>
    compileFormats(formats),
  )

  let count = 0

  /** Decodes with each; every outcome holds finite, plain values. */
  function check(payload: unknown): void {
    for (const formats of each) {
      count++
      const result = formats.decode({
        payload,
        source: 'x',
        id: `e-${count}`,
        seq: count,
        received: count * 1000,
      })
      if (result.kind === 'rejected') {
        assert.ok(result.reasons.length > 0)
        for (const reason of result.reasons) {
          assert.match(
            reason,
            /^(decode|when|compute|required|type|time|calibrate|unit|map|range): \w[\w ]*: ./s,
          )
          assert.ok(reason.length < 300, reason)
        }
      }
      if (result.kind !== 'clean') continue
      for (const value of Object.values(result.events[0]?.data ?? {})) {
        if (typeof value === 'number') assert.ok(Number.isFinite(value) && !Object.is(value, -0))
        else assert.match(typeof value, /^(string|boolean)$/)
      }
    }
  }

  it('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), check), effort)
  })

  it('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), check), effort)
  })

  it('any JSON, as a value and as text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        check(value)
        check(JSON.stringify(value))
      }),
      effort,
    )
  })

  it('texts that look right', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'OK ',
        'OKX ',
        'a=',
        'b=',
        ' ',
        ',',
        '"',
        '-',
        '(',
        '{"a":',
        '}',
        '\u0000',
        'G',
        'NaN',
        '1e999',
        'a: ',
        'b=1;',
        ';',
        "Stored Event: {'a': ",
        "'",
        ', ',
        'True',
        '\\x',
      ),
      fc.integer({ min: -5, max: 300 }).map(String),
      fc.double().map(String),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
        check,
      ),
      effort,
    )
  })

  it('ten megabytes', () => {
    for (const unit of ['OK 12 ', '1 ', 'a=1 ', ',', '[']) check(unit.repeat(1e7 / unit.length))
    check(`OK 12 ${'1 '.repeat(5e6)}`)
  })
})

describe('formats: patterns of sources', () => {
  const cases: Array<[glob: string, source: string, matches: boolean]> = [
    ['*', '', true],
    ['tty*', 'ttyUSB0', true],
    ['tty*', 'xtty', false],
    ['*USB*', 'ttyUSB0', true],
    ['tty?', 'ttyS', true],
    ['tty?', 'tty', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['ttyUSB0', 'ttyUSB0', true],
    ['ttyUSB0', 'ttyUSB01', false],
    ['a.c', 'abc', false],
    ['', '', true],
    ['?', '', false],
  ]
  for (const [glob, source, matches] of cases) {
    it(`"${glob}" and "${source}"`, () => {
      assert.equal(compileGlob(glob)(source), matches)
    })
  }

  it('is quick on a hostile pattern', () => {
    assert.equal(compileGlob('*a*a*a*a*a*a*a*a*b')('a'.repeat(5000)), false)
  })
})

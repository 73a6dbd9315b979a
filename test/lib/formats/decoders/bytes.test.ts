import assert from 'node:assert/strict'
import type {
  BytesDecoder,
  FieldDefinition,
  FormatDefinition,
  Recogniser,
} from '../../../../lib/formats/model/definition.ts'
import { checkDefinition, describeProblems } from '../../../../lib/public/formats.ts'
import { fc } from '../../../support/random.ts'
import { decoded, format, integer, number, outcome, text } from '../helper.ts'

function bytes(
  rest: Omit<BytesDecoder, 'kind'>,
  fields: FieldDefinition[],
  takes?: Recogniser,
): FormatDefinition {
  const definition = format({ kind: 'bytes', ...rest }, fields, takes)
  assert.equal(describeProblems(checkDefinition(definition)), '')
  return definition
}

describe('formats: decoder bytes', () => {
  // a particle sensor's frame: 42 4D, the length, then big-endian words
  const frame = Buffer.from('424d001c0011001c001c0011001c001c0baf037300c4000800ca00e39a000580', 'hex')
  const particles = bytes({ start: '42 4D', minBytes: 32, maxBytes: 32 }, [
    integer('pm1', { from: 4, read: 'u16be' }),
    integer('pm25', { from: 6, read: 'u16be' }),
    integer('length', {}),
  ])

  it('reads a binary frame by offsets from its first byte', () => {
    assert.deepEqual(decoded(particles, frame), { pm1: 17, pm25: 28, length: 32 })
    assert.deepEqual(decoded(particles, new Uint8Array(frame)), { pm1: 17, pm25: 28, length: 32 })
  })

  it('a frame that happens to be text, too', () => {
    const plain = Buffer.from('424d001c000a000a000d000a000a000d00000000000000000000000017000104', 'hex')
    assert.deepEqual(decoded(particles, plain.toString('utf8')), { pm1: 10, pm25: 10, length: 32 })
  })

  it('takes only what starts so, and rejects another length', () => {
    assert.equal(decoded(particles, Buffer.from('4243001c', 'hex')), 'unknown')
    assert.deepEqual(decoded(particles, frame.subarray(0, 31)), [
      'decode: packet: found 31 bytes, expected 32',
    ])
    assert.equal(decoded(particles, { a: 1 }), 'unknown')
  })

  it('reads hexadecimal digits of a whole line behind a prefix', () => {
    const definition = bytes(
      { written: 'hex' },
      [number('t', { from: 1, read: 'i16be', scale: 0.1, decimals: 1 })],
      {
        prefix: 'RX ',
      },
    )
    assert.deepEqual(decoded(definition, 'RX 01 ff f3'), { t: -1.3 })
    assert.deepEqual(decoded(definition, 'RX 01fffx'), [
      'decode: bytes: found "01fffx", expected two hexadecimal digits for each byte',
    ])
    assert.equal(decoded(definition, 'TX 01fff3'), 'unknown')
  })

  it('reads the group of a pattern, and packed digits in reversed order', () => {
    const definition = bytes(
      { written: 'hex', pattern: '^(?<head>[0-9a-f]{6})xx[0-9a-f]{8}01de(?<bytes>[0-9a-f]{12})' },
      [
        text('head'),
        number('temp', {
          from: 0,
          read: 'u16be',
          bit: 4,
          bits: 12,
          notation: 'bcd',
          reversed: true,
          scale: 0.1,
          decimals: 1,
        }),
        integer('rain', { from: 4, read: 'u16be', bit: 4, bits: 12, notation: 'hex', reversed: true }),
      ],
    )
    assert.deepEqual(decoded(definition, '810d04xx4027a00101de5318765432 1f'), 'unknown')
    assert.deepEqual(decoded(definition, '810d04xx4027a00001de53187654321f'), {
      head: '810d04',
      temp: 13.5,
      rain: 291,
    })
    assert.deepEqual(decoded(definition, '810d04xx4027a00001de5a187654321f'), [
      'type: temp: found "0x5a18", expected a number',
    ])
  })

  it('reads a path of JSON, and fields beside it', () => {
    const definition = bytes({ written: 'base64', path: 'uplink.data' }, [
      text('device', { from: 'id' }),
      number('rssi', { from: 'uplink.rssi' }),
      integer('v', { from: 2, read: 'u16be' }),
    ])
    const event = { id: 'a7', uplink: { data: 'Qk0AHA==', rssi: -60 } }
    const expected = { device: 'a7', rssi: -60, v: 28 }
    assert.deepEqual(decoded(definition, JSON.stringify(event)), expected)
    assert.deepEqual(decoded(definition, event), expected)
    assert.equal(decoded(definition, '{"id":"a7"}'), 'unknown')
    assert.equal(decoded(definition, 'Qk0AHA=='), 'unknown')
  })

  it('cuts bytes into parts, each an event', () => {
    const definition = bytes({ written: 'hex', parts: { from: 1, size: 2 } }, [
      integer('v', { from: 0, read: 'u16be' }),
      integer('head', { from: 0, whole: true }),
    ])
    const result = outcome(definition, '07 0001 0002')
    assert.equal(result.kind, 'clean')
    assert.deepEqual(result.kind === 'clean' && result.events.map(({ data, part }) => [data, part]), [
      [{ v: 1, head: 7 }, 1],
      [{ v: 2, head: 7 }, 2],
    ])
  })

  it('registers of Modbus devices in the order of their bytes', () => {
    // 123.456 is 42f6e979 in IEEE 754
    const written: Array<[read: 'f32be' | 'f32le' | 'f32cdab' | 'f32badc', digits: string]> = [
      ['f32be', '42f6e979'],
      ['f32le', '79e9f642'],
      ['f32cdab', 'e97942f6'],
      ['f32badc', 'f64279e9'],
    ]
    for (const [read, digits] of written) {
      const definition = bytes({ written: 'hex' }, [number('v', { from: 0, read, decimals: 3 })])
      assert.deepEqual(decoded(definition, digits), { v: 123.456 })
    }
  })

  it('packed decimal of 6 bytes', () => {
    const definition = bytes({ written: 'hex' }, [integer('v', { from: 0, read: 'u48le', notation: 'bcd' })])
    assert.deepEqual(decoded(definition, '785634129000'), { v: 9012345678 })
  })

  const problems: Array<
    [decoder: Omit<BytesDecoder, 'kind'>, field: Partial<FieldDefinition>, expected: string]
  > = [
    [{ written: 'octal' as never }, {}, 'decoder.written: found "octal", expected raw, hex or base64'],
    [
      { start: '42 4' },
      {},
      'decoder.start: found "42 4", expected two hexadecimal digits for each byte: 42 4D',
    ],
    [
      { path: 'a' },
      {},
      'decoder.path: the frame itself is the bytes, expected nothing here, or hex or base64',
    ],
    [
      { written: 'hex', path: 'a..b' },
      {},
      'decoder.path: found "a..b", expected a path such as payload.data',
    ],
    [
      { written: 'hex', pattern: '(?<data>.*)' },
      {},
      'decoder.pattern: found no group for the bytes, expected (?<bytes>…)',
    ],
    [{}, { from: 'data' }, 'fields[0].from: found "data", expected a byte offset or length or part'],
    [{}, { from: 70_000 }, 'fields[0].from: found 70000, expected a whole number 0…65535'],
    [
      {},
      { read: 'f32be', notation: 'bcd' },
      "fields[0].notation: f32be has no half bytes, expected a whole number's layout",
    ],
  ]
  for (const [decoder, field, expected] of problems) {
    it(expected, () => {
      const definition = format({ kind: 'bytes', ...decoder }, [integer('v', { from: 0, ...field })])
      assert.equal(describeProblems(checkDefinition(definition)), expected)
    })
  }

  it('never throws, whatever the bytes', () => {
    const definitions = [
      particles,
      bytes({ written: 'hex', parts: { size: { bit: 4, bits: 4 } } }, [integer('v', { from: 0 })]),
    ]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (payload) => {
        for (const definition of definitions) {
          for (const each of [payload, Buffer.from(payload).toString('hex')]) {
            assert.ok(['clean', 'rejected', 'unknown'].includes(outcome(definition, each).kind))
          }
        }
      }),
    )
  })
})

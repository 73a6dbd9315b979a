import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { jeelinkFormats } from '../../../../lib/formats/library/jeelink.ts'
import { clean, decoded, outcome } from '../helper.ts'

/** The line of a packet whose bytes are little-endian u16s. */
function words(header: number, ...values: number[]): string {
  return `OK ${header} ${values.flatMap((value) => [value & 255, value >> 8]).join(' ')}`
}

describe('formats: the JeeLink library', () => {
  const formats = [...jeelinkFormats]

  it('has no problems', () => {
    for (const definition of formats) assert.deepEqual(checkDefinition(definition), [], definition.type)
  })

  const vectors: Array<[line: string, type: string, data: object]> = [
    ['OK 12 1 118 182 0', 'room', { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 }],
    ['OK 34 1 109 178 0', 'room', { light: 0, moved: 1, humi: 54, temp: 17.8, lobat: 0 }],
    // temp −12.3 °C: 0x385 of 10 bits, with the low battery's bit 10; light 200 × 100/255 = 78.4
    ['OK 4 200 1 133 7', 'room', { light: 78, moved: 1, humi: 0, temp: -12.3, lobat: 1 }],
    ['OK 24 255 255 0 2', 'room', { light: 100, moved: 1, humi: 127, temp: -51.2, lobat: 0 }],
    [
      'OK 9 213 11 68 235 151 90 99 6 88 198 136 89',
      'homepower',
      { c1: 1.5145, p1: 7.8, c2: 11.5955, p2: 1100.9, c3: 25.388, p3: 78.5 },
    ],
    // t = 0: no power; t = 60000 is still milliseconds; t = 60001 is one second
    [
      words(9, 0, 0, 1, 60000, 65535, 60001),
      'homepower',
      { c1: 0, c2: 0.0005, p2: 30, c3: 32.7675, p3: 1800 },
    ],
    [
      words(9, 2, 1, 2, 2, 2, 65535),
      'homepower',
      { c1: 0.001, p1: 1800000, c2: 0.001, p2: 900000, c3: 0.001, p3: 0.3 },
    ],
    ['OK 3 70 5 0 0', 'radioblip', { ping: 1350, age: 1 }],
    ['OK 3 69 5 0 0', 'radioblip', { ping: 1349, age: 0 }],
    ['OK 3 255 255 255 255', 'radioblip', { ping: 4294967295, age: 3181457 }],
    // boost: floor(150 × 200 / 255) = 117, × 2 ÷ 100
    [
      'OK 3 1 0 0 0 133 100 200',
      'radioblip',
      { ping: 1, age: 0, battery: 5, boost: 1, vpre: 3, vbatt: 2.34 },
    ],
    ['OK 3 1 0 0 0 5 100 98', 'radioblip', { ping: 1, age: 0, battery: 5, boost: 0, vpre: 3, vpost: 2.96 }],
    ['OK 3 1 0 0 0 5 100', 'radioblip', { ping: 1, age: 0 }],
    [
      words(15, 12345, 4567, 3210, 23456, 12345, 1700, 1510),
      'smarelay',
      { yield: 12.345, total: 4.567, acw: 3210, dcv1: 234.56, dcv2: 123.45, dcw1: 1700, dcw2: 1510 },
    ],
    // no power from the panels while the inverter gives none
    [
      words(15, 1, 2, 0, 3, 4, 5, 6),
      'smarelay',
      { yield: 0.001, total: 0.002, acw: 0, dcv1: 0.03, dcv2: 0.04 },
    ],
  ]
  for (const [line, type, data] of vectors) {
    it(`${type}: ${line}`, () => {
      const event = clean(formats, line)
      assert.equal(event.type, type)
      assert.deepEqual(event.data, data)
      assert.deepEqual(Object.keys(event.data), Object.keys(data))
    })
  }

  it('tells the nodes of one source apart by the key', () => {
    assert.equal(clean(formats, 'OK 34 1 109 178 0').key, '2')
    assert.equal(clean(formats, 'OK 3 1 0 0 0 133 100 200').key, '3.5')
  })

  it('leaves other nodes and other lines unknown', () => {
    for (const line of [
      'OK 7 96 12 11',
      'OK 21 14 0 0',
      ' ? 4 254 249',
      '? 4 254 249',
      'DF S 3129 63 222769',
      ' -> ack',
      '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1',
      '',
    ]) {
      assert.deepEqual(outcome(formats, line), { kind: 'unknown' }, line)
    }
  })

  it('leaves what other sketches write under the same headers unknown', () => {
    for (const line of [
      'OK 9 56 1 4 156 37',
      'OK 9 12 129 4 56 106',
      'OK WS 14 1 4 208 53 0 0 7 8 0 29 0 31 1 4 1',
      'OK 24 3 2 1 1 40 160 236 0 0 0',
      'OK 22 188 196 0 1 53 109 0 0 0 0 0 0 0 0',
      'OK 15 243 24 1 0 102 96 157 0 65 1 0 0 216 255 218 63 0 0 16 39 0 0 0 0 0 0 100 0 0 0 66 7 48 117 48 117 15 0 0 0 (-48)',
    ]) {
      assert.deepEqual(outcome(formats, line), { kind: 'unknown' }, line)
    }
  })

  it('rejects what claims to be theirs and is not', () => {
    assert.deepEqual(outcome(formats, 'OK 12 1 118 182'), {
      kind: 'rejected',
      type: 'room',
      reasons: ['decode: packet: found 3 bytes, expected 4'],
      code: 'packet-length',
    })
    assert.deepEqual(decoded(formats, 'OK 12 1 118 182 0 9'), ['decode: packet: found 5 bytes, expected 4'])
    assert.deepEqual(decoded(formats, 'OK 3 1 2'), ['decode: packet: found 2 bytes, expected 4 or more'])
    assert.deepEqual(decoded(formats, 'OK 12 1 118 x'), [
      'decode: packet: found "x" as byte 2, expected 0…255',
    ])
    assert.deepEqual(decoded(formats, 'OK 12 1 256 182 0'), [
      'decode: packet: found "256" as byte 1, expected 0…255',
    ])
  })

  it('reads the same packet in hex', () => {
    const compiled = compileFormats(formats)
    const decimal = compiled.decode({ payload: 'OK 12 1 118 182 0', source: 'a' })
    assert.deepEqual(compiled.decode({ payload: 'OKX 0C0176B600', source: 'a' }), decimal)
    assert.deepEqual(compiled.decode({ payload: 'OKX 0c 01 76 b6 00 (-66)', source: 'a' }), decimal)
  })
})

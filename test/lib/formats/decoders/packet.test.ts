import assert from 'node:assert/strict'
import type { NumberLayout } from '../../../../lib/formats/model/definition.ts'
import { decoded, format, integer, number } from '../helper.ts'

const packet = { kind: 'packet' } as const

function line(...bytes: number[]): string {
  return `OK 7 ${bytes.join(' ')}`
}

function bytesOf(size: number, write: (view: DataView) => void): number[] {
  const bytes = new Uint8Array(size)
  write(new DataView(bytes.buffer))
  return [...bytes]
}

describe('formats: decoder packet', () => {
  const layouts: Array<[NumberLayout, number[], number]> = [
    ['u8', [254], 254],
    ['i8', [254], -2],
    ['u16le', [1, 255], 65281],
    ['u16be', [255, 1], 65281],
    ['i16le', [1, 255], -255],
    ['i16be', [255, 1], -255],
    ['u24le', [1, 2, 255], 16712193],
    ['u24be', [255, 2, 1], 16712193],
    ['i24le', [255, 255, 255], -1],
    ['i24be', [128, 0, 0], -8388608],
    ['u32le', [1, 0, 0, 255], 4278190081],
    ['u32be', [255, 0, 0, 1], 4278190081],
    ['i32le', [255, 255, 255, 255], -1],
    ['i32be', [128, 0, 0, 0], -2147483648],
    ['f32le', bytesOf(4, (view) => view.setFloat32(0, -1.5, true)), -1.5],
    ['f32be', bytesOf(4, (view) => view.setFloat32(0, 0.25)), 0.25],
    ['f64le', bytesOf(8, (view) => view.setFloat64(0, 18.2, true)), 18.2],
    ['f64be', bytesOf(8, (view) => view.setFloat64(0, -1e300)), -1e300],
  ]
  for (const [read, bytes, value] of layouts) {
    it(`${read} at an offset: ${value}`, () => {
      const definition = format(packet, [number('v', { from: 2, read })])
      assert.deepEqual(decoded(definition, line(9, 9, ...bytes, 9)), { v: value })
      assert.deepEqual(decoded(definition, line(9, 9, ...bytes)), { v: value })
    })
  }

  it('has no field where the packet ends before it', () => {
    const definition = format(packet, [integer('a', { from: 0 }), integer('b', { from: 1, read: 'u16le' })])
    assert.deepEqual(decoded(definition, line(1, 2)), { a: 1 })
    const strict = format(packet, [integer('b', { from: 1, read: 'u16le', required: true })])
    assert.deepEqual(decoded(strict, line(1, 2)), [
      'required: b: found nothing at 1, expected a whole number',
    ])
  })

  const fields: Array<[string, Partial<{ bit: number; bits: number; signed: boolean }>, number]> = [
    ['the lowest bit', { bits: 1 }, 0],
    ['the highest bit', { bit: 15, bits: 1 }, 1],
    ['bits in the middle', { bit: 4, bits: 8 }, 0xbc],
    ['signed bits', { bit: 4, bits: 8, signed: true }, 0xbc - 256],
    ['all bits, signed', { bit: 0, bits: 16, signed: true }, 0xabce - 65536],
  ]
  for (const [name, options, value] of fields) {
    it(`bit field: ${name}`, () => {
      const definition = format(packet, [integer('v', { from: 0, read: 'u16be', ...options })])
      assert.deepEqual(decoded(definition, line(0xab, 0xce)), { v: value })
    })
  }

  it('takes all 32 bits', () => {
    const all = { from: 0, read: 'u32le', bits: 32 } as const
    const definition = format(packet, [integer('u', all), integer('i', { ...all, signed: true })])
    assert.deepEqual(decoded(definition, line(255, 255, 255, 255)), { u: 4294967295, i: -1 })
  })

  it('rejects floats that are no finite numbers', () => {
    const definition = format(packet, [number('v', { from: 0, read: 'f32be' })])
    assert.deepEqual(decoded(definition, line(0x7f, 0xc0, 0, 0)), ['type: v: found NaN, expected a number'])
    assert.deepEqual(decoded(definition, line(0xff, 0x80, 0, 0)), [
      'type: v: found -Infinity, expected a number',
    ])
  })

  it('knows node, header, group, signal strength and length', () => {
    const names = ['node', 'header', 'group', 'rssi', 'length']
    const definition = format(
      packet,
      names.map((name) => number(name)),
    )
    assert.deepEqual(decoded(definition, 'OK 103 1 2 3 (-66)'), {
      node: 7,
      header: 103,
      rssi: -66,
      length: 3,
    })
    assert.deepEqual(decoded(definition, 'OK G212 7 1'), { node: 7, header: 7, group: 212, length: 1 })
    assert.deepEqual(decoded(definition, 'OK 7 G5 1 2'), { node: 7, header: 7, group: 5, length: 2 })
    assert.deepEqual(decoded(definition, 'OKX 07 G05 0102'), { node: 7, header: 7, group: 5, length: 2 })
    assert.deepEqual(decoded(definition, 'OK 7'), { node: 7, header: 7, length: 0 })
    assert.deepEqual(decoded(definition, 'OK   7  1   2  '), { node: 7, header: 7, length: 2 })
  })

  it('is unknown without a header that can be read', () => {
    const definition = format(packet, [integer('length')])
    for (const bad of [
      'OK',
      'OK ',
      'OK x 1',
      'OK 256 1',
      'OK -1 1',
      'OK 7.5',
      'OKX',
      'OKX 7',
      'OKX G',
      'OKAY 7',
      'ok 7 1',
    ]) {
      assert.equal(decoded(definition, bad), 'unknown', bad)
    }
  })

  const broken: Array<[string, string]> = [
    ['OK 7 1 2x 3', 'found "2x" as byte 1, expected 0…255'],
    ['OK 7 1,2', 'found "1,2" as byte 0, expected 0…255'],
    ['OK 7 -1', 'found "-1" as byte 0, expected 0…255'],
    ['OK 7 1 1000', 'found "1000" as byte 1, expected 0…255'],
    ['OK 7 1 0001', 'found "0001" as byte 1, expected 0…255'],
    ['OK 7 1 (66', 'found "(66" as byte 1, expected 0…255'],
    ['OK 7 1 \u0000', 'found "\\u0000" as byte 1, expected 0…255'],
    ['OKX 07 1', 'found "1" as byte 0, expected two hex digits'],
    ['OKX 07 1G', 'found "1G" as byte 0, expected two hex digits'],
    [`OK 7${' 1'.repeat(257)}`, 'found more than 256 bytes'],
  ]
  for (const [bad, text] of broken) {
    it(`rejects ${bad.slice(0, 20)}`, () => {
      assert.deepEqual(decoded(format(packet, [integer('length')]), bad), [`decode: packet: ${text}`])
    })
  }

  it('takes only the nodes that are listed', () => {
    const definition = format(packet, [integer('v', { from: 0 })], { nodes: [7, 9] })
    assert.deepEqual(decoded(definition, 'OK 7 1'), { v: 1 })
    assert.deepEqual(decoded(definition, 'OK 9 1'), { v: 1 })
    assert.equal(decoded(definition, 'OK 8 1'), 'unknown')
  })
})

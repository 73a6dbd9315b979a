import assert from 'node:assert/strict'
import { bitField, fromBcd, reverseDigits, type Sign } from '../../../../lib/formats/notation/bits.ts'
import { layouts } from '../../../../lib/formats/notation/layouts.ts'
import { fc } from '../../../support/random.ts'

describe('formats: bits of numbers', () => {
  const cases: Array<[value: number, bit: number, bits: number, sign: Sign, expected: number]> = [
    [0b1011, 0, 2, false, 0b11],
    [0b1011, 3, 1, false, 1],
    [0b1011, 2, 1, false, 0],
    [0xffff, 0, 16, true, -1],
    [0x7fff, 0, 16, true, 32767],
    [0x800d, 0, 16, 'magnitude', -13],
    [0x000d, 0, 16, 'magnitude', 13],
    [0x8000, 0, 16, 'magnitude', 0],
    [0xffffffff, 0, 32, true, -1],
    [0xffffffff, 0, 32, false, 0xffffffff],
    [-1, 0, 16, false, 0xffff],
    [2 ** 40 + 5, 40, 1, false, 1],
    [2 ** 40 + 5, 0, 40, false, 5],
    [2 ** 39, 0, 40, true, -(2 ** 39)],
    [2 ** 39 + 7, 0, 40, 'magnitude', -7],
  ]
  for (const [value, bit, bits, sign, expected] of cases) {
    it(`${bits} bits from ${bit} of ${value} (${sign})`, () => {
      assert.equal(bitField(bit, bits, sign)(value) + 0, expected)
    })
  }

  it('reads packed decimal digits, and no others', () => {
    assert.equal(fromBcd(0x1234), 1234)
    assert.equal(fromBcd(0), 0)
    assert.equal(fromBcd(0x12a4), undefined)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (value) => {
        assert.equal(fromBcd(Number.parseInt(String(value), 16)), value)
      }),
    )
  })

  it('reverses digits', () => {
    assert.equal(reverseDigits(0x531, 3), 0x135)
    assert.equal(reverseDigits(0x001, 3), 0x100)
  })

  it('what is written in any order of bytes reads back', () => {
    /** the bytes of a big-endian number in the order that a layout's name gives */
    const orders: Record<string, number[]> = {
      cdab: [2, 3, 0, 1],
      badc: [1, 0, 3, 2],
      ghefcdab: [6, 7, 4, 5, 2, 3, 0, 1],
      badcfehg: [1, 0, 3, 2, 5, 4, 7, 6],
    }
    const written = (bytes: Uint8Array, order: number[]) =>
      Uint8Array.from(order, (at) => bytes[at] as number)
    fc.assert(
      fc.property(
        fc.float({ noNaN: true }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        (float, whole) => {
          for (const name of ['cdab', 'badc'] as const) {
            const view = new DataView(new ArrayBuffer(4))
            const readBack = (layout: `f32${typeof name}` | `i32${typeof name}` | `u32${typeof name}`) => {
              const bytes = written(new Uint8Array(view.buffer), orders[name] as number[])
              return layouts[layout].read(new DataView(bytes.buffer), 0)
            }
            view.setFloat32(0, float)
            assert.ok(Object.is(readBack(`f32${name}`), float))
            view.setInt32(0, whole)
            assert.equal(readBack(`i32${name}`), whole)
            assert.equal(readBack(`u32${name}`), whole >>> 0)
          }
          for (const name of ['ghefcdab', 'badcfehg'] as const) {
            const view = new DataView(new ArrayBuffer(8))
            view.setFloat64(0, float / 3)
            const bytes = written(new Uint8Array(view.buffer), orders[name] as number[])
            assert.ok(Object.is(layouts[`f64${name}`].read(new DataView(bytes.buffer), 0), float / 3))
          }
        },
      ),
    )
  })

  it('reads numbers of 6 bytes', () => {
    const view = new DataView(Uint8Array.from([1, 2, 3, 4, 5, 6]).buffer)
    assert.equal(layouts.u48be.read(view, 0), 0x010203040506)
    assert.equal(layouts.u48le.read(view, 0), 0x060504030201)
  })
})

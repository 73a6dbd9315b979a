import assert from 'node:assert/strict'
import { type Sum, sums } from '../../../../lib/formats/frames/sums.ts'
import type { CheckKind } from '../../../../lib/formats/model/definition.ts'

/** what the catalogue of parametrised CRC algorithms gives for these nine characters; the sums are worked out by hand */
const known: Record<CheckKind, number> = {
  xor8: 0x31,
  sum8: 0xdd,
  lrc: 0x23,
  sum16: 0x01dd,
  crc8: 0xf4,
  'crc8-maxim': 0xa1,
  'crc16-arc': 0xbb3d,
  'crc16-modbus': 0x4b37,
  'crc16-ccitt': 0x29b1,
  'crc16-xmodem': 0x31c3,
  crc32: 0xcbf43926,
}

function sumOf({ start, add, finish }: Sum, bytes: Uint8Array): number {
  return finish(add(start, bytes, 0, bytes.length))
}

describe('formats: checksums', () => {
  const bytes = Buffer.from('123456789')
  for (const [kind, value] of Object.entries(known)) {
    it(`${kind} of "123456789" is ${value.toString(16)}, in one go and in two`, () => {
      const sum = sums[kind as CheckKind]
      assert.equal(sumOf(sum, bytes), value)
      assert.equal(sum.finish(sum.add(sum.add(sum.start, bytes, 0, 4), bytes, 4, 9)), value)
    })
  }

  it('an lrc makes the sum of all bytes a multiple of 256', () => {
    const all = Buffer.from([...bytes, sumOf(sums.lrc, bytes)])
    assert.equal(sumOf(sums.sum8, all), 0)
  })
})

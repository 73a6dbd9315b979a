import assert from 'node:assert/strict'
import { decodeBytes } from '../../../../lib/formats/model/charset.ts'
import { base64Bytes, hexBytes } from '../../../../lib/formats/notation/text-bytes.ts'
import { fc } from '../../../support/random.ts'

describe('formats: bytes as text', () => {
  const hex: Array<[text: string, expected: number[] | undefined]> = [
    ['810d04', [0x81, 0x0d, 0x04]],
    [' 42 4D ', [0x42, 0x4d]],
    ['42:4d-00', [0x42, 0x4d, 0]],
    ['0x42, 0x4D', [0x42, 0x4d]],
    ['810', undefined],
    ['8 1', undefined],
    ['81xx', undefined],
    ['', undefined],
  ]
  for (const [text, expected] of hex) {
    it(`hexadecimal ${JSON.stringify(text)}`, () => {
      const bytes = hexBytes(text)
      assert.deepEqual(bytes && [...bytes], expected)
    })
  }

  const base64: Array<[text: string, expected: number[] | undefined]> = [
    ['Qk0AHA==', [0x42, 0x4d, 0, 0x1c]],
    ['Qk0AHA', [0x42, 0x4d, 0, 0x1c]],
    ['-_8=', [0xfb, 0xff]],
    ['Q', undefined],
    ['Qk0=AHA=', undefined],
    ['21.5', undefined],
    ['', undefined],
  ]
  for (const [text, expected] of base64) {
    it(`Base64 ${JSON.stringify(text)}`, () => {
      const bytes = base64Bytes(text)
      assert.deepEqual(bytes && [...bytes], expected)
    })
  }

  it('any bytes read back', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.constantFrom('', ' ', ':', ', 0x'),
        (bytes, between) => {
          const buffer = Buffer.from(bytes)
          const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(between)
          assert.deepEqual(hexBytes(digits), bytes)
          assert.deepEqual(base64Bytes(buffer.toString('base64')), bytes)
          assert.deepEqual(base64Bytes(buffer.toString('base64url')), bytes)
        },
      ),
    )
  })

  it('is linear in a long text that is none', () => {
    assert.equal(hexBytes(`${'ab '.repeat(60_000)}x`), undefined)
    assert.equal(base64Bytes(`${'Qk0A'.repeat(30_000)}!`), undefined)
  })
})

describe('formats: character sets', () => {
  it('know the sign of degrees, and umlauts', () => {
    assert.equal(decodeBytes(Uint8Array.from([0x32, 0x31, 0xb0, 0x43]), 'latin-1'), '21°C')
    assert.equal(decodeBytes(Uint8Array.from([0x32, 0x31, 0xf8, 0x43]), 'cp437'), '21°C')
    assert.equal(decodeBytes(Uint8Array.from([0x81, 0xe1, 0xff]), 'cp437'), 'üß\u00a0')
    assert.equal(decodeBytes(Uint8Array.from([0xfc, 0x80]), 'latin-1'), 'ü\u0080')
  })

  it('give each byte one character', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    for (const charset of ['latin-1', 'cp437'] as const) {
      assert.equal(new Set(decodeBytes(all, charset)).size, 256)
    }
  })
})

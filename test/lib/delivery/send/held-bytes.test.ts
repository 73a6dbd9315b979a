import assert from 'node:assert/strict'
import { heldBytes } from '../../../../lib/delivery/send/held-bytes.ts'
import { fc } from '../../../support/random.ts'

describe('heldBytes', () => {
  it('counts texts and buffers, wherever they stand', () => {
    const megabyte = 1 << 20
    for (const value of [
      'x'.repeat(megabyte),
      Buffer.alloc(megabyte),
      { picture: Buffer.alloc(megabyte) },
      [{ a: { b: 'x'.repeat(megabyte) } }],
    ]) {
      const bytes = heldBytes(value)
      assert.ok(bytes >= megabyte && bytes < megabyte + 500, String(bytes))
    }
  })

  it('takes the members of a long array to be like the first ones', () => {
    const bytes = heldBytes(Array.from({ length: 10_000 }, () => 'x'.repeat(1_000)))
    assert.ok(bytes > 10_000_000 && bytes < 10_500_000, String(bytes))
  })

  it('ends in a ring, and takes what it cannot look into for small', () => {
    const ring: Record<string, unknown> = { name: 'ring' }
    ring.self = ring
    assert.ok(Number.isFinite(heldBytes(ring)))
    assert.equal(heldBytes(new Map([['a', 'x'.repeat(1_000_000)]])), 1_000)
  })

  it('never throws, and never counts less than the texts that it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 30 }), (texts) => {
        const least = texts.reduce((sum, text) => sum + text.length, 0)
        assert.ok(heldBytes(texts) >= least)
      }),
    )
    fc.assert(fc.property(fc.anything(), (value) => heldBytes(value) > 0))
  })
})

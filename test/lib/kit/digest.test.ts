import assert from 'node:assert/strict'
import { digest } from '../../../lib/kit/digest.ts'
import { seeded } from '../../support/random.ts'

describe('kit: digest', () => {
  it('leaves a short text as it is, and makes a long one short', () => {
    assert.equal(digest('a'.repeat(200)), 'a'.repeat(200))
    assert.ok(digest('a'.repeat(201)).length < 50)
    assert.equal(digest('a'.repeat(201)), digest('a'.repeat(201)))
    assert.equal(digest('abc', 2), digest('abc', 2))
  })

  it(
    'differs where a text differs in any one character',
    seeded((randomFor) => {
      const random = randomFor(0)
      const text = Array.from({ length: 5_000 }, () => String.fromCharCode(32 + random() * 90)).join('')
      const found = new Set([digest(text)])
      for (let at = 0; at < text.length; at++) {
        found.add(digest(`${text.slice(0, at)}\u00e9${text.slice(at + 1)}`))
      }
      assert.equal(found.size, text.length + 1)
    }),
  )
})

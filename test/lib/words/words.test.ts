import assert from 'node:assert/strict'
import { joined, wordsOf } from '../../../lib/words/words.ts'

describe('words', () => {
  it('puts values into the sentence of a key, numbers with their thousands marked', () => {
    const words = wordsOf({ lines: '__count__ lines of __source__, __other__' })
    assert.equal(words('lines', { count: 1_204, source: 'ttyUSB0' }), '1,204 lines of ttyUSB0, __other__')
    assert.equal(words('unknown'), 'unknown')
  })

  it('joins the parts that are there', () => {
    assert.equal(joined('a', false, undefined, '', 'b'), 'a · b')
  })
})

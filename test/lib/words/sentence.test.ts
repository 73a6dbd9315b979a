import assert from 'node:assert/strict'
import { sentencesOf } from '../../../lib/words/sentence.ts'

describe('words: a sentence', () => {
  it('is a key with values, and reads in English', () => {
    const sentence = sentencesOf({ outside: '__title__ is __value__', none: 'nothing' })
    const values = { title: 'rate', value: '7' }
    assert.deepEqual(sentence('outside', values), { key: 'outside', values, text: 'rate is 7' })
    assert.deepEqual(sentence('none'), { key: 'none', values: {}, text: 'nothing' })
  })
})

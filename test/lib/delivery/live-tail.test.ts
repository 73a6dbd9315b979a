import assert from 'node:assert/strict'
import { LiveTail } from '../../../lib/delivery/live-tail.ts'
import { entries } from './memory-journal.ts'

describe('delivery: LiveTail', () => {
  it('gives each entry once, in order, and forgets those before it', () => {
    const tail = new LiveTail()
    assert.equal(tail.firstSeq, Number.POSITIVE_INFINITY)
    tail.add(entries(5, 9))
    assert.equal(tail.firstSeq, 5)
    assert.equal(tail.take(4), undefined)
    assert.equal(tail.take(5)?.seq, 5)
    assert.equal(tail.take(5), undefined)
    assert.equal(tail.take(8)?.seq, 8)
    assert.equal(tail.firstSeq, 9)
    assert.equal(tail.take(12), undefined)
    assert.equal(tail.firstSeq, Number.POSITIVE_INFINITY)
  })

  it('drops the oldest beyond its number', () => {
    const tail = new LiveTail(3_000)
    for (let from = 1; from <= 9_000; from += 100) tail.add(entries(from, from + 99))
    assert.equal(tail.firstSeq, 6_001)
    for (let seq = 6_001; seq <= 9_000; seq++) assert.equal(tail.take(seq)?.seq, seq)
  })

  it('drops the oldest beyond its bytes', () => {
    const tail = new LiveTail(100, 50)
    tail.add(entries(1, 10).map((entry) => ({ ...entry, text: '0123456789' })))
    assert.equal(tail.firstSeq, 6)
    tail.take(8)
    tail.add(entries(11, 13).map((entry) => ({ ...entry, text: '0123456789' })))
    assert.equal(tail.firstSeq, 9)
    tail.clear()
    assert.equal(tail.firstSeq, Number.POSITIVE_INFINITY)
  })
})

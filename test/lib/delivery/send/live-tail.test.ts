import assert from 'node:assert/strict'
import { LiveTail } from '../../../../lib/delivery/send/live-tail.ts'
import { entries } from '../support/memory-journal.ts'

describe('delivery: LiveTail', () => {
  it('is empty at first', () => {
    assert.equal(new LiveTail().firstSeq, Number.POSITIVE_INFINITY)
  })

  it('gives each entry once', () => {
    const tail = new LiveTail()
    tail.add(entries(5, 9))
    assert.equal(tail.take(5)?.seq, 5)
    assert.equal(tail.take(5), undefined)
  })

  it('gives nothing that came before its first', () => {
    const tail = new LiveTail()
    tail.add(entries(5, 9))
    assert.equal(tail.firstSeq, 5)
    assert.equal(tail.take(4), undefined)
  })

  it('forgets what came before the one that it gives', () => {
    const tail = new LiveTail()
    tail.add(entries(5, 9))
    assert.equal(tail.take(8)?.seq, 8)
    assert.equal(tail.firstSeq, 9)
  })

  it('forgets all when it is asked for one behind its last', () => {
    const tail = new LiveTail()
    tail.add(entries(5, 9))
    assert.equal(tail.take(12), undefined)
    assert.equal(tail.firstSeq, Number.POSITIVE_INFINITY)
  })

  it('holds no more beyond its number, and none behind a gap, until it is used up', () => {
    const tail = new LiveTail({ count: 3_000, bytes: 16 << 20 })
    for (let from = 1; from <= 9_000; from += 100) tail.add(entries(from, from + 99))
    for (let seq = 1; seq <= 3_000; seq++) {
      tail.add(entries(9_000 + seq, 9_000 + seq))
      assert.equal(tail.take(seq)?.seq, seq)
    }
    assert.equal(tail.firstSeq, Number.POSITIVE_INFINITY)
    tail.add(entries(12_001, 12_005))
    assert.equal(tail.firstSeq, 12_001)
    tail.add(entries(12_006, 12_006))
    for (let seq = 12_001; seq <= 12_006; seq++) assert.equal(tail.take(seq)?.seq, seq)
  })

  it('holds no more beyond its bytes, but one entry of any length', () => {
    const texts = (from: number, to: number, text: string) =>
      entries(from, to).map((entry) => ({ ...entry, text }))
    const tail = new LiveTail({ count: 100, bytes: 50 })
    tail.add(texts(1, 10, '0123456789'))
    for (let seq = 1; seq <= 5; seq++) assert.equal(tail.take(seq)?.seq, seq)
    assert.equal(tail.firstSeq, Number.POSITIVE_INFINITY)
    tail.add(texts(11, 12, 'x'.repeat(200)))
    assert.equal(tail.take(11)?.seq, 11)
    assert.equal(tail.firstSeq, Number.POSITIVE_INFINITY)
  })
})

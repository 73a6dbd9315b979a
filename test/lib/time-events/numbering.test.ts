import assert from 'node:assert/strict'
import { SentCounts, sentMark, sentOf } from '../../../lib/time-events/numbering.ts'

const event = { time: 1, source: 'a' }

describe('time events: what UDP lost', () => {
  let counts: SentCounts
  beforeEach(() => {
    counts = new SentCounts()
  })
  const receive = (endpoint: string, times: number) => {
    for (let n = 0; n < times; n++) counts.received(endpoint)
  }

  it('is what was sent less what came, and is told once', () => {
    assert.equal(counts.marked('a', 0), 0)
    receive('a', 7)
    assert.equal(counts.marked('a', 10), 3)
    assert.equal(counts.marked('a', 10), 0)
    receive('a', 9)
    assert.equal(counts.marked('a', 20), 1)
  })

  it('is counted from the first mark that came', () => {
    receive('a', 5)
    assert.equal(counts.marked('a', 100), 0)
    receive('a', 8)
    assert.equal(counts.marked('a', 110), 2)
  })

  it('is not counted twice where datagrams come behind their mark', () => {
    counts.marked('a', 0)
    receive('a', 8)
    assert.equal(counts.marked('a', 10), 2)
    receive('a', 2 + 10)
    assert.equal(counts.marked('a', 20), 0)
    receive('a', 7)
    assert.equal(counts.marked('a', 30), 1)
  })

  it('begins anew for a client that has the port of an old one, and is apart for each', () => {
    counts.marked('a', 0)
    receive('a', 50)
    assert.equal(counts.marked('a', 50), 0)
    assert.equal(counts.marked('a', 0), 0)
    counts.marked('b', 0)
    receive('b', 4)
    assert.deepEqual([counts.marked('a', 5), counts.marked('b', 5)], [5, 1])
  })

  it('forgets those that were silent longest', () => {
    for (let n = 0; n <= 1_000; n++) counts.marked(String(n), 0)
    assert.deepEqual([counts.marked('1', 3), counts.marked('0', 3)], [3, 0])
  })

  it('is told by marks alone', () => {
    assert.equal(sentOf({ ...event, ...sentMark(7) }), 7)
    for (const other of [
      { cat: 'TELOG', seq: 'LOST', msg: 'n=7' },
      { cat: 'A', seq: 'SENT', msg: 'n=7' },
      { cat: 'TELOG', seq: 'SENT', msg: 'n=-1' },
      { cat: 'TELOG', seq: 'SENT' },
    ]) {
      assert.equal(sentOf({ ...event, ...other }), undefined)
    }
  })
})

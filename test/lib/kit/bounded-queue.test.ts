import assert from 'node:assert/strict'
import { BoundedQueue } from '../../../lib/kit/bounded-queue.ts'

const queue = (count: number, bytes: number) =>
  new BoundedQueue<string>({ count, bytes }, (text) => text.length)

describe('kit: BoundedQueue', () => {
  it('gives what was put in, in order, and knows its bytes', () => {
    const lines = queue(10, 100)
    for (const line of ['a', 'bb', 'ccc', 'dddd']) lines.push(line)
    assert.deepEqual([lines.length, lines.bytes, lines.first], [4, 10, 'a'])
    assert.equal(lines.shift(), 'a')
    assert.deepEqual(lines.take(2), ['bb', 'ccc'])
    assert.deepEqual([lines.length, lines.bytes], [1, 4])
    lines.putBack(['bb', 'ccc'])
    assert.deepEqual([lines.bytes, lines.take(9)], [9, ['bb', 'ccc', 'dddd']])
    assert.deepEqual([lines.length, lines.bytes, lines.first, lines.shift()], [0, 0, undefined, undefined])
  })

  it('is full at its number, or at its bytes', () => {
    const byCount = queue(2, 100)
    byCount.push('a')
    assert.deepEqual([byCount.isFull, byCount.hasRoomFor(1)], [false, true])
    byCount.push('b')
    assert.deepEqual([byCount.isFull, byCount.hasRoomFor(1)], [true, false])
    const byBytes = queue(10, 5)
    byBytes.push('aaaa')
    assert.deepEqual([byBytes.isFull, byBytes.hasRoomFor(1), byBytes.hasRoomFor(2)], [false, true, false])
    byBytes.push('b')
    assert.equal(byBytes.isFull, true)
    byBytes.shift()
    assert.equal(byBytes.isFull, false)
  })

  it('has room for any item while it is empty', () => {
    const small = queue(1, 3)
    assert.deepEqual([small.isFull, small.hasRoomFor(1_000)], [false, true])
    small.push('much too long')
    assert.deepEqual([small.isFull, small.hasRoomFor(0)], [true, false])
  })

  it('compares itself with a part of other limits', () => {
    const lines = queue(100, 1_000)
    for (let i = 0; i < 25; i++) lines.push('x')
    const limits = { count: 100, bytes: 1_000 }
    assert.deepEqual([lines.reaches(limits), lines.reaches(limits, 0.25)], [false, true])
    lines.shift()
    assert.equal(lines.reaches(limits, 0.25), false)
    assert.equal(lines.reaches({ count: 100, bytes: 24 }), true)
  })
})

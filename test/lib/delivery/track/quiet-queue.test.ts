import assert from 'node:assert/strict'
import { QuietQueue } from '../../../../lib/delivery/track/quiet-queue.ts'
import { Tracked } from '../../../../lib/delivery/track/tracker.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const event = (seq: number) => new Tracked(`ep-${seq}`, seq, { opened() {}, closed() {} })

describe('delivery: QuietQueue', () => {
  let time: FakeClock
  let over: number[]
  let queue: QuietQueue

  beforeEach(() => {
    time = new FakeClock()
    over = []
    queue = new QuietQueue(1_000, time, ({ seq }) => over.push(seq))
  })

  it('calls back after the quiet time, and never before', async () => {
    queue.add(event(1))
    await time.advance(999)
    assert.deepEqual([over, queue.size], [[], 1])
    await time.advance(101)
    assert.deepEqual([over, queue.size, time.timers], [[1], 0, 0])
  })

  it('starts the quiet time again at each add, and forgets what is removed', async () => {
    const [first, second, third] = [event(1), event(2), event(3)]
    for (const one of [first, second, third]) queue.add(one)
    await time.advance(900)
    queue.add(first)
    queue.remove(second)
    await time.advance(200)
    assert.deepEqual(over, [3])
    await time.advance(900)
    assert.deepEqual(over, [3, 1])
  })

  it('forgets all, and leaves no timer', async () => {
    queue.add(event(1))
    queue.clear()
    assert.deepEqual([queue.size, time.timers], [0, 0])
    await time.advance(5_000)
    assert.deepEqual(over, [])
  })
})

import assert from 'node:assert/strict'
import { QuietQueue } from '../../../../lib/delivery/track/quiet-queue.ts'
import { Tracked } from '../../../../lib/delivery/track/tracker.ts'
import { ManualTime } from '../support/manual-time.ts'

const event = (seq: number) => new Tracked(`ep-${seq}`, seq, { opened() {}, closed() {} })

describe('delivery: QuietQueue', () => {
  let time: ManualTime
  let over: number[]
  let queue: QuietQueue

  beforeEach(() => {
    time = new ManualTime()
    over = []
    queue = new QuietQueue(1_000, time.timers, time.now, ({ seq }) => over.push(seq))
  })

  it('calls back after the quiet time, and never before', async () => {
    queue.add(event(1))
    await time.pass(999)
    assert.deepEqual([over, queue.size], [[], 1])
    await time.pass(101)
    assert.deepEqual([over, queue.size, time.timersLeft], [[1], 0, 0])
  })

  it('starts the quiet time again at each add, and forgets what is removed', async () => {
    const [first, second, third] = [event(1), event(2), event(3)]
    for (const one of [first, second, third]) queue.add(one)
    await time.pass(900)
    queue.add(first)
    queue.remove(second)
    await time.pass(200)
    assert.deepEqual(over, [3])
    await time.pass(900)
    assert.deepEqual(over, [3, 1])
  })

  it('forgets all, and leaves no timer', async () => {
    queue.add(event(1))
    queue.clear()
    assert.deepEqual([queue.size, time.timersLeft], [0, 0])
    await time.pass(5_000)
    assert.deepEqual(over, [])
  })
})

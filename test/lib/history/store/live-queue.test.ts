import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import type { Batch } from '../../../../lib/history/store/batch.ts'
import { LiveQueue } from '../../../../lib/history/store/live-queue.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'

function event(seq: number): FieldlogEvent {
  const place = {
    id: `k3x9a7qd-${seq}`,
    seq,
    received: seq,
    time: seq,
    source: 'ttyUSB0',
    raw: '',
    replayed: false,
  }
  return { ...place, type: 'room', data: { temp: 21 }, verdict: 'good' }
}

describe('history: live events on their way into the store', () => {
  let clock: FakeClock
  let queue: LiveQueue
  let isOpen: boolean
  let done: number[]
  let notStored: number[]
  let written: Array<{ size: number; end: PromiseWithResolvers<void> }>
  beforeEach(() => {
    clock = new FakeClock()
    isOpen = true
    done = []
    notStored = []
    written = []
    queue = new LiveQueue({
      clock,
      words: () => ({}),
      write({ size }: Batch) {
        const end = Promise.withResolvers<void>()
        written.push({ size, end })
        return end.promise
      },
      isOpen: () => isOpen,
      committed() {},
      notStored: (seq) => notStored.push(seq),
    })
  })

  const take = (from: number, to: number) => {
    for (let seq = from; seq <= to; seq++) queue.take(event(seq), () => done.push(seq))
  }

  const sizes = () => written.map(({ size }) => size)

  it('go at 500, at 1,000 behind others, or after 200 ms, and are done when they are committed', async () => {
    take(1, 1_505)
    assert.deepEqual(sizes(), [500, 1_000])
    clock.tick(199)
    assert.equal(written.length, 2)
    clock.tick(1)
    assert.deepEqual(sizes(), [500, 1_000, 5])
    assert.deepEqual(done, [])
    written[0]!.end.resolve()
    await settle()
    assert.deepEqual([done.length, done[0], done.at(-1)], [500, 1, 500])
    assert.deepEqual(notStored, [])
  })

  it('are done and noted as not stored after five seconds, and when there are too many', () => {
    isOpen = false
    take(1, 10)
    clock.tick(4_900)
    queue.look()
    assert.deepEqual(done, [])
    clock.tick(100)
    queue.look()
    assert.deepEqual([done.length, notStored], [10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
    take(11, 10_001)
    assert.deepEqual([done.at(-1), notStored.at(-1), notStored.length], [10_001, 10_001, 11])
  })

  it('are done and noted as not stored when they cannot be written', async () => {
    take(1, 1_002)
    isOpen = false
    written[0]!.end.reject(new Error('disk full'))
    await settle()
    assert.deepEqual([done.length, notStored.length], [500, 500])
    queue.fail()
    assert.deepEqual([done.length, queue.isEmpty], [1_002, true])
  })

  it('are done by nobody after the end', async () => {
    take(1, 1_002)
    queue.stop()
    written[0]!.end.resolve()
    await settle()
    assert.deepEqual([done, notStored], [[], []])
  })
})

import assert from 'node:assert/strict'
import { durableSoon } from '../../../nodes/events-in/durable-soon.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('events in: what came is durable soon', () => {
  let clock: FakeClock
  let flushes: Array<PromiseWithResolvers<void>>
  const flush = () => {
    const one = Promise.withResolvers<void>()
    flushes.push(one)
    return one.promise
  }
  beforeEach(() => {
    clock = new FakeClock()
    flushes = []
  })

  it('flushes once for what came together, 50 ms after the first', () => {
    const soon = durableSoon(flush, clock)
    soon.came()
    clock.tick(49)
    soon.came()
    assert.equal(flushes.length, 0)
    clock.tick(1)
    clock.tick(1_000)
    assert.equal(flushes.length, 1)
  })

  for (const end of ['resolve', 'reject'] as const) {
    it(`flushes again for what came meanwhile, when the flush is over (${end})`, async () => {
      const soon = durableSoon(flush, clock)
      soon.came()
      clock.tick(50)
      soon.came()
      clock.tick(1_000)
      assert.equal(flushes.length, 1)
      flushes[0]![end]()
      await new Promise((resolve) => setImmediate(resolve))
      clock.tick(50)
      assert.equal(flushes.length, 2)
    })
  }

  it('does nothing more once it is stopped', async () => {
    const soon = durableSoon(flush, clock)
    soon.came()
    clock.tick(50)
    soon.came()
    soon.stop()
    flushes[0]?.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(clock.timers, 0)
  })
})

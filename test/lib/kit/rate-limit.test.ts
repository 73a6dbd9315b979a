import assert from 'node:assert/strict'
import { RateLimit } from '../../../lib/kit/rate-limit.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('kit: RateLimit', () => {
  it('allows each kind once in its interval', () => {
    const clock = new FakeClock()
    const limit = new RateLimit(60_000, clock)
    const passed: string[] = []
    const pass = (kind: string, what: string) => {
      if (limit.allows(kind)) passed.push(what)
    }
    pass('a', 'a1')
    pass('b', 'b1')
    clock.tick(59_999)
    pass('a', 'a2')
    clock.tick(1)
    pass('a', 'a3')
    assert.deepEqual(passed, ['a1', 'b1', 'a3'])
  })

  it('allows the first after a long time, and then none before the interval is over', () => {
    const clock = new FakeClock()
    const limit = new RateLimit(60_000, clock)
    assert.equal(limit.allows(), true)
    clock.tick(600_000)
    assert.deepEqual([limit.allows(), limit.allows()], [true, false])
    clock.tick(59_999)
    assert.equal(limit.allows(), false)
  })
})

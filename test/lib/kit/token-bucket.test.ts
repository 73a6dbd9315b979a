import assert from 'node:assert/strict'
import { perSecond, TokenBucket } from '../../../lib/kit/token-bucket.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('kit: TokenBucket', () => {
  for (const rate of [1, 20, 500, 5_000]) {
    it(`lets ${rate} pass in a second`, async () => {
      const clock = new FakeClock()
      let passed = 0
      const go = () => {
        while (!bucket.isEmpty) {
          bucket.take()
          passed++
        }
      }
      const bucket: TokenBucket = new TokenBucket({ ...perSecond(rate, 100), pause: 100 }, clock, go)
      go()
      const first = passed
      await clock.advance(10_000)
      assert.ok(first <= Math.max(1, rate / 10), `${first} at once`)
      assert.ok(passed - first <= rate * 10 && passed >= rate * 9.5, `${passed} in 10 s`)
      bucket.stop()
      assert.equal(clock.timers, 0)
    })
  }

  it('begins full, and saves up no more than its burst', () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket({ interval: 10, burst: 3 }, clock)
    const taken = () => {
      let count = 0
      while (bucket.tryTake()) count++
      return count
    }
    assert.equal(taken(), 3)
    clock.tick(29)
    assert.equal(taken(), 2)
    clock.tick(1)
    assert.equal(taken(), 1, 'the 9 ms from before count')
    clock.tick(1_000)
    assert.equal(taken(), 3)
    assert.equal(clock.timers, 0, 'tryTake waits for nothing')
  })

  it('begins with as many as it is told', () => {
    const bucket = new TokenBucket({ interval: 10, burst: 3, first: 1 }, new FakeClock())
    assert.deepEqual([bucket.tryTake(), bucket.tryTake()], [true, false])
  })

  it('calls back once, when the next token is there', () => {
    const clock = new FakeClock()
    let calls = 0
    const bucket = new TokenBucket({ interval: 50 }, clock, () => calls++)
    bucket.take()
    assert.deepEqual([bucket.isEmpty, bucket.isEmpty], [true, true])
    clock.tick(49)
    assert.equal(calls, 0)
    clock.tick(1)
    assert.deepEqual([calls, bucket.isEmpty, clock.timers], [1, false, 0])
  })

  it('calls back after its pause at the earliest, and not after stop', () => {
    const clock = new FakeClock()
    let calls = 0
    const bucket = new TokenBucket({ interval: 50, pause: 200 }, clock, () => calls++)
    bucket.take()
    assert.equal(bucket.isEmpty, true)
    clock.tick(199)
    assert.equal(calls, 0)
    clock.tick(1)
    assert.deepEqual([calls, bucket.isEmpty], [1, false])
    bucket.take()
    assert.equal(bucket.isEmpty, true)
    bucket.stop()
    clock.tick(1_000)
    assert.deepEqual([calls, clock.timers], [1, 0])
  })

  it('takes no notice of a wall clock that is stepped', () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket({ interval: 50 }, clock)
    bucket.take()
    clock.step(86_400_000)
    assert.equal(bucket.tryTake(), false)
    clock.step(-2 * 86_400_000)
    clock.tick(50)
    assert.equal(bucket.tryTake(), true)
  })
})

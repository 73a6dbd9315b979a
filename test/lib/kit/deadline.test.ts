import assert from 'node:assert/strict'
import { doneWithin } from '../../../lib/kit/deadline.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('kit: doneWithin', () => {
  it('is true where the work is done in time, and leaves no timer', async () => {
    const clock = new FakeClock()
    const work = Promise.withResolvers<string>()
    const answer = doneWithin(work.promise, 1_000, clock)
    await clock.advance(999)
    work.resolve('done')
    assert.equal(await answer, true)
    assert.equal(clock.timers, 0)
  })

  it('is false when the time is up, and takes no notice of what the work does afterwards', async () => {
    const clock = new FakeClock()
    const work = Promise.withResolvers<string>()
    const answer = doneWithin(work.promise, 1_000, clock)
    await clock.advance(1_000)
    assert.equal(await answer, false)
    work.reject(new Error('too late: an unhandled rejection would end this test'))
    await clock.advance(1)
  })

  it('rejects where the work fails in time, and leaves no timer', async () => {
    const clock = new FakeClock()
    await assert.rejects(doneWithin(Promise.reject(new Error('no')), 1_000, clock), /^Error: no$/)
    assert.equal(clock.timers, 0)
  })
})

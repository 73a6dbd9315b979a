import assert from 'node:assert/strict'
import { ReadPace } from '../../../../lib/mqtt/broker/read-pace.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

describe('mqtt ReadPace', () => {
  it('lets so many bytes a second through, and wakes whoever found none left', () => {
    const clock = new FakeClock()
    const pace = new ReadPace(100_000, clock)
    let bytes = 0
    const read = () => {
      while (pace.mayRead(read)) {
        pace.took(300)
        bytes += 300
      }
    }
    read()
    assert.equal(bytes, 1200)
    clock.tick(1000)
    assert.ok(Math.abs(bytes - 100_000) <= 1500, String(bytes))
  })

  it('has no timer while nobody reads', () => {
    const clock = new FakeClock()
    const pace = new ReadPace(1000, clock)
    pace.took(1000)
    clock.tick(2000)
    assert.equal(clock.timers, 0)
    assert.equal(
      pace.mayRead(() => {}),
      true,
    )
  })
})

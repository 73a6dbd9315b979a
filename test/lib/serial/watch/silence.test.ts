import assert from 'node:assert/strict'
import { SilenceWatch } from '../../../../lib/serial/watch/silence.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function made(after = 300_000) {
  const clock = new FakeClock()
  const told: number[] = []
  const watch = new SilenceWatch(after, clock, (seconds) => told.push(seconds))
  return { clock, told, watch }
}

describe('SilenceWatch', () => {
  it('tells after a time without a byte, and again each time that it goes on for as long', () => {
    const { clock, told, watch } = made()
    watch.opened()
    clock.tick(299_000)
    watch.heard()
    clock.tick(299_999)
    assert.deepEqual([told, watch.seconds], [[], undefined])
    clock.tick(1)
    assert.deepEqual([told, watch.seconds], [[300], 300])
    clock.tick(600_000)
    assert.deepEqual(told, [300, 600, 900])
    watch.heard()
    assert.equal(watch.seconds, undefined)
    clock.tick(300_000)
    assert.deepEqual(told, [300, 600, 900, 300])
  })

  it('counts from the opening, not while nothing can come, and over openings anew', () => {
    const { clock, told, watch } = made()
    watch.opened()
    clock.tick(200_000)
    watch.stop()
    clock.tick(900_000)
    watch.opened()
    clock.tick(299_999)
    assert.deepEqual(told, [])
    clock.tick(1)
    watch.stop()
    watch.opened()
    clock.tick(300_000)
    assert.deepEqual(told, [300, 600])
  })

  it('does nothing where it is off, and leaves no timer behind', () => {
    const off = made(0)
    off.watch.opened()
    assert.equal(off.clock.timers, 0)
    const { clock, watch } = made()
    watch.opened()
    watch.opened()
    assert.equal(clock.timers, 1)
    watch.stop()
    assert.equal(clock.timers, 0)
  })
})

import assert from 'node:assert/strict'
import { throttle } from '../../../nodes/shared/throttle.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('nodes: throttle', () => {
  it('shows at once, then at most once a pause, and the final value', () => {
    const clock = new FakeClock()
    let value = 0
    const shown: number[] = []
    const status = throttle(() => shown.push(value), 500, clock)
    for (value = 1; value < 10; value++) status.changed()
    assert.deepEqual(shown, [1])
    clock.tick(499)
    assert.deepEqual(shown, [1])
    clock.tick(1)
    assert.deepEqual(shown, [1, 10])
    clock.tick(500)
    assert.deepEqual([shown, clock.timers], [[1, 10], 0], 'nothing new, nothing shown, no timer left')
    status.changed()
    assert.deepEqual(shown, [1, 10, 10])
  })

  it('shows nothing after stop, and leaves no timer', () => {
    const clock = new FakeClock()
    const shown: number[] = []
    const status = throttle(() => shown.push(1), 500, clock)
    status.changed()
    status.changed()
    status.stop()
    status.changed()
    clock.tick(5000)
    assert.deepEqual([shown, clock.timers], [[1], 0])
  })
})

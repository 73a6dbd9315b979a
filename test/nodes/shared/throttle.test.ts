import assert from 'node:assert/strict'
import type { Timers } from '../../../lib/kit/timers.ts'
import { throttle } from '../../../nodes/shared/throttle.ts'

/** Timers whose time the test moves; all run in the order of their due times. */
function manualTimers() {
  let now = 0
  let waiting: Array<{ due: number; callback: () => void }> = []
  const timers: Timers = {
    after(ms, callback) {
      const timer = { due: now + ms, callback }
      waiting.push(timer)
      return () => {
        waiting = waiting.filter((other) => other !== timer)
      }
    },
  }
  function pass(ms: number): void {
    now += ms
    for (const timer of waiting.filter(({ due }) => due <= now)) {
      waiting = waiting.filter((other) => other !== timer)
      timer.callback()
    }
  }
  return { timers, pass, waiting: () => waiting.length }
}

describe('nodes: throttle', () => {
  it('shows at once, then at most once a pause, and the final value', () => {
    const { timers, pass, waiting } = manualTimers()
    let value = 0
    const shown: number[] = []
    const status = throttle(() => shown.push(value), 500, timers)
    for (value = 1; value < 10; value++) status.changed()
    assert.deepEqual(shown, [1])
    pass(499)
    assert.deepEqual(shown, [1])
    pass(1)
    assert.deepEqual(shown, [1, 10])
    pass(500)
    assert.deepEqual([shown, waiting()], [[1, 10], 0], 'nothing new, nothing shown, no timer left')
    status.changed()
    assert.deepEqual(shown, [1, 10, 10])
  })

  it('shows nothing after stop, and leaves no timer', () => {
    const { timers, pass, waiting } = manualTimers()
    const shown: number[] = []
    const status = throttle(() => shown.push(1), 500, timers)
    status.changed()
    status.changed()
    status.stop()
    status.changed()
    pass(5000)
    assert.deepEqual([shown, waiting()], [[1], 0])
  })
})

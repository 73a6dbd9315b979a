import assert from 'node:assert/strict'
import { serviceIsReady } from '../../../lib/appliance/service.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('what systemd is told', () => {
  function told(env: Record<string, string>, ms: number): string[] {
    const clock = new FakeClock()
    const calls: string[] = []
    serviceIsReady({ env, clock, run: (program, args) => calls.push([program, ...args].join(' ')) })
    clock.tick(ms)
    return calls
  }

  it('is nothing where it does not listen', () => {
    assert.deepEqual(told({ WATCHDOG_USEC: '60000000' }, 100_000), [])
  })

  it('is that the gateway is ready, and three times in each interval that it turns', () => {
    const ready = 'systemd-notify --ready'
    const turns = 'systemd-notify WATCHDOG=1'
    assert.deepEqual(told({ NOTIFY_SOCKET: '/run/s' }, 100_000), [ready])
    const env = { NOTIFY_SOCKET: '@s', WATCHDOG_USEC: '60000000' }
    assert.deepEqual(told(env, 60_000), [ready, turns, turns, turns])
  })
})

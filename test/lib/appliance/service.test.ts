import assert from 'node:assert/strict'
import { gatewayIsReady, serviceIsReady } from '../../../lib/appliance/service.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('what systemd is told', () => {
  function told(
    env: Record<string, string>,
    ms: number,
    stalled = (_now: number): string | undefined => undefined,
  ) {
    const clock = new FakeClock()
    const calls: string[] = []
    serviceIsReady({
      env,
      clock,
      stalled,
      complain: (text) => calls.push(text),
      run: (program, args) => calls.push([program, ...args].join(' ')),
    })
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

  it('waits for the flow, but not so long that systemd gives up: the editor is there to mend it', async () => {
    const clock = new FakeClock()
    let ready = 0
    const wait = async (flowRuns: Promise<unknown>) => {
      await gatewayIsReady(flowRuns, 20_000, clock)
      ready++
    }
    const never = wait(new Promise(() => {}))
    await wait(Promise.resolve())
    await clock.advance(129_000)
    assert.equal(ready, 1)
    await clock.advance(1_000)
    await never
    assert.equal(ready, 2)
    assert.equal(clock.timers, 0)
  })

  it('is no more that it turns once something stands still, which is said once', () => {
    const begin = new FakeClock().monotonic()
    const env = { NOTIFY_SOCKET: '@s', WATCHDOG_USEC: '60000000' }
    const calls = told(env, 100_000, (now) => (now - begin < 30_000 ? undefined : 'the journal stands still'))
    assert.deepEqual(calls.slice(1), [
      'systemd-notify WATCHDOG=1',
      'the journal stands still: systemd starts the gateway anew soon',
    ])
  })
})

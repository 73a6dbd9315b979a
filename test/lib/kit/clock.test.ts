import assert from 'node:assert/strict'
import { idleClock, systemClock } from '../../../lib/kit/clock.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('kit: systemClock', () => {
  it('has the time of day in whole ms, and a clock that only goes on', () => {
    const before = Date.now()
    const wall = systemClock.wall()
    assert.ok(Number.isInteger(wall) && wall >= before && wall <= Date.now())
    const first = systemClock.monotonic()
    assert.ok(systemClock.monotonic() >= first && first < wall, 'another clock than that of the wall')
  })

  it('calls back once, unless it is stopped', async () => {
    const calls: string[] = []
    const stop = systemClock.after(1, () => calls.push('stopped'))
    stop()
    await new Promise<void>((resolve) => {
      systemClock.after(5, () => {
        calls.push('called')
        resolve()
      })
    })
    assert.deepEqual(calls, ['called'])
  })
})

describe('kit: idleClock', () => {
  it('has timers that do not keep the process alive', async () => {
    // the process of the tests goes on by a timer of the other kind
    const active = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = active()
    const stop = idleClock.after(10_000, () => {})
    assert.equal(active(), before)
    stop()
    const order: string[] = []
    await new Promise<void>((resolve) => {
      idleClock.after(1, () => order.push('idle'))
      systemClock.after(50, resolve)
    })
    assert.deepEqual(order, ['idle'])
  })
})

describe('the fake clock of the tests', () => {
  it('runs each timer at its moment, in order, also those that timers set', () => {
    const clock = new FakeClock('2026-11-21T12:00:00.000Z')
    const start = clock.monotonic()
    const calls: Array<[string, number]> = []
    const call = (name: string) => calls.push([name, clock.monotonic() - start])
    clock.after(20, () => call('b'))
    clock.after(10, () => {
      call('a')
      clock.after(5, () => call('c'))
    })
    clock.after(15, () => call('stopped'))()
    clock.tick(19)
    assert.deepEqual(
      [calls, clock.timers, clock.next],
      [
        [
          ['a', 10],
          ['c', 15],
        ],
        1,
        1,
      ],
    )
    clock.tick(1)
    assert.deepEqual([calls.at(-1), clock.timers, clock.next], [['b', 20], 0, undefined])
    assert.equal(new Date(clock.wall()).toISOString(), '2026-11-21T12:00:00.020Z')
  })

  it('steps the wall clock alone', () => {
    const clock = new FakeClock(1_000_000)
    const before = clock.monotonic()
    let calls = 0
    clock.after(10, () => calls++)
    clock.step(-500)
    assert.deepEqual([clock.wall(), clock.monotonic() - before, calls], [999_500, 0, 0])
  })
})

import assert from 'node:assert/strict'
import { Deadlines } from '../../../../lib/journal/write/deadlines.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

describe('journal: the deadlines of a writer', () => {
  function made() {
    const clock = new FakeClock()
    const deadlines = new Deadlines(clock)
    const told: string[] = []
    const [long, short] = ['long', 'short'].map((name) =>
      deadlines.add(() => told.push(`${name} ${clock.monotonic() - began}`)),
    )
    const began = clock.monotonic()
    return { clock, deadlines, told, long: long!, short: short! }
  }

  it('are met in order, each once, with one timer', () => {
    const { clock, told, long, short } = made()
    long.set(5_000)
    short.set(100)
    assert.equal(clock.timers, 1)
    clock.tick(10_000)
    assert.deepEqual(told, ['short 100', 'long 5000'])
    assert.equal(clock.timers, 0)
  })

  it('leave the timer alone when they are called off and set again', () => {
    const { clock, told, long } = made()
    let started = 0
    const after = clock.after.bind(clock)
    clock.after = (ms, run) => {
      started++
      return after(ms, run)
    }
    for (let i = 0; i < 1_000; i++) {
      long.set(5_000)
      clock.tick(1)
      long.callOff()
    }
    assert.equal(started, 1)
    long.set(5_000)
    clock.tick(5_999)
    assert.deepEqual(told, ['long 6000'], 'when it was set last, not when the timer was started')
  })

  it('do nothing once they are called off, and the timer goes when it has fired', () => {
    const { clock, told, long, short } = made()
    long.set(5_000)
    short.set(100)
    long.callOff()
    short.callOff()
    clock.tick(10_000)
    assert.deepEqual(told, [])
    assert.equal(clock.timers, 0)
  })

  it('can be set again by what is done at one of them', () => {
    const clock = new FakeClock()
    let times = 0
    const deadline = new Deadlines(clock).add(() => {
      if (++times < 3) deadline.set(100)
    })
    deadline.set(100)
    clock.tick(250)
    assert.equal(times, 2)
    clock.tick(1_000)
    assert.equal(times, 3)
    assert.equal(clock.timers, 0)
  })

  it('leave nothing at their end', () => {
    const { clock, deadlines, told, long } = made()
    long.set(5_000)
    deadlines.end()
    assert.equal(clock.timers, 0)
    clock.tick(10_000)
    assert.deepEqual(told, [])
  })
})

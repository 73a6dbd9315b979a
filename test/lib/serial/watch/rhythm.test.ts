import assert from 'node:assert/strict'
import { LineRhythm } from '../../../../lib/serial/watch/rhythm.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const minute = 60_000

describe('The rhythm of lines', () => {
  function start() {
    const clock = new FakeClock()
    const told: Array<number | undefined> = []
    const rhythm = new LineRhythm(clock, () => told.push(rhythm.quiet?.age))
    /** Lines, and after each of them a pause of so many ms. */
    const lines = (count: number, pause: number) => {
      for (let i = 0; i < count; i++) {
        rhythm.heard()
        clock.tick(pause)
      }
    }
    return { clock, rhythm, told, lines }
  }

  it('is told from a minute on, each minute, and when lines come again; not before the first line', () => {
    const { clock, rhythm, told, lines } = start()
    clock.tick(5 * minute)
    assert.deepEqual([rhythm.quiet, clock.timers], [undefined, 0])
    lines(1, minute - 1)
    assert.deepEqual([rhythm.quiet, told], [undefined, []])
    clock.tick(1)
    clock.tick(minute)
    assert.deepEqual(told, [minute, 2 * minute])
    rhythm.heard()
    assert.deepEqual(told, [minute, 2 * minute, undefined])
    rhythm.stop()
    assert.equal(clock.timers, 0)
  })

  it('is never told while lines come, and takes one timer a minute', () => {
    const { clock, told, lines } = start()
    lines(1_000, 500)
    assert.deepEqual([told, clock.timers], [[], 1])
  })

  it('is late after three times the usual interval, where that is known', () => {
    const { clock, rhythm, lines } = start()
    lines(7, 2 * minute)
    clock.tick(60 * minute)
    assert.deepEqual(rhythm.quiet, { age: 62 * minute, isLate: false }, 'seven lines are not enough')
    const known = start()
    known.lines(8, 2 * minute)
    known.clock.tick(4 * minute)
    assert.deepEqual(known.rhythm.quiet, { age: 6 * minute, isLate: false })
    known.clock.tick(1)
    assert.equal(known.rhythm.quiet?.isLate, true)
  })

  it('is late after a minute where lines come all the time', () => {
    const { clock, rhythm, lines } = start()
    lines(700, 100)
    clock.tick(minute)
    assert.equal(rhythm.quiet?.isLate, true)
  })

  it('takes lines close together as one: telegrams of many lines each ten minutes are in time', () => {
    const { clock, rhythm, lines } = start()
    for (let i = 0; i < 5; i++) {
      lines(30, 20)
      clock.tick(10 * minute)
    }
    assert.equal(rhythm.quiet?.isLate, false)
    clock.tick(21 * minute)
    assert.equal(rhythm.quiet?.isLate, true)
  })

  it('does not take an outage for the rhythm', () => {
    const { clock, rhythm, lines } = start()
    lines(100, 10_000)
    clock.tick(600 * minute)
    lines(1, 2 * minute)
    assert.equal(rhythm.quiet?.isLate, true)
  })
})

import assert from 'node:assert/strict'
import { DiskUse } from '../../../lib/pages/disk-use.ts'
import { Trend } from '../../../lib/pages/trend.ts'
import { bytesText, durationText } from '../../../lib/pages/words.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const hour = 3_600_000

describe('a trend', () => {
  it('gives the rate over its span, and forgets what is older', () => {
    const clock = new FakeClock()
    const trend = new Trend({ span: 60_000, step: 5_000, clock })
    assert.equal(trend.per(60_000), undefined)
    trend.add(100)
    assert.equal(trend.per(60_000), undefined)
    for (let i = 1; i <= 40; i++) {
      clock.tick(5_000)
      // twice as fast in the second half
      trend.add(100 + i * 10 + Math.max(0, i - 20) * 10)
    }
    assert.deepEqual([trend.change, trend.covers], [240, 60_000])
    assert.equal(trend.per(60_000), 240)
  })

  it('goes on over a counter that begins anew', () => {
    const clock = new FakeClock()
    const trend = new Trend({ span: hour, step: 1_000, clock })
    for (const value of [50, 60, 3, 8]) {
      trend.add(value)
      clock.tick(1_000)
    }
    assert.equal(trend.change, 15)
  })

  it('counts down what is no counter', () => {
    const clock = new FakeClock()
    const trend = new Trend({ span: hour, step: 1_000, clock })
    trend.add(50, false)
    clock.tick(1_000)
    trend.add(40, false)
    assert.equal(trend.change, -10)
  })
})

describe('the use of the disk', () => {
  const gigabyte = 1e9

  it('is known after an hour, and says how many days are left', () => {
    const clock = new FakeClock()
    const use = new DiskUse(clock)
    use.add({ free: 12 * gigabyte, total: 30 * gigabyte })
    clock.tick(hour - 1)
    use.add({ free: 12 * gigabyte, total: 30 * gigabyte })
    assert.deepEqual(use.status, { free: 12 * gigabyte, total: 30 * gigabyte, perDay: null, daysLeft: null })
    clock.tick(11 * hour + 1)
    use.add({ free: 11 * gigabyte, total: 30 * gigabyte })
    assert.deepEqual(use.status, {
      free: 11 * gigabyte,
      total: 30 * gigabyte,
      perDay: 2 * gigabyte,
      daysLeft: 5.5,
    })
  })

  it('is no number of days where the disk becomes emptier', () => {
    const clock = new FakeClock()
    const use = new DiskUse(clock)
    use.add({ free: 1 * gigabyte, total: 30 * gigabyte })
    clock.tick(2 * hour)
    use.add({ free: 2 * gigabyte, total: 30 * gigabyte })
    assert.deepEqual([use.status.perDay, use.status.daysLeft], [0, null])
  })

  it('does not take a journal that was put on another disk for one that fills', () => {
    const clock = new FakeClock()
    const use = new DiskUse(clock)
    const [card, stick] = [
      { free: 6e9, total: 8e9, device: 1 },
      { free: 100e9, total: 500e9, device: 2 },
    ]
    for (let i = 0; i < 24; i++) {
      use.add(card)
      clock.tick(hour / 4)
    }
    use.add(stick)
    assert.deepEqual(use.status, { free: 100e9, total: 500e9, perDay: null, daysLeft: null })
    for (let i = 0; i < 24; i++) {
      clock.tick(hour / 4)
      // neither is a moment in which nothing is known
      use.add(i === 12 ? { free: 0, total: 0 } : stick)
    }
    assert.deepEqual(use.status, { free: 100e9, total: 500e9, perDay: 0, daysLeft: null })
  })
})

describe('the words of the pages', () => {
  it('are sizes and times as people say them', () => {
    assert.deepEqual([0, 999, 1_500, 250_000, 3.4e9, 2.1e15].map(bytesText), [
      '0 B',
      '999 B',
      '1.5 kB',
      '250 kB',
      '3.4 GB',
      '2100 TB',
    ])
    assert.deepEqual([0, 64, 100, 7_000, 10_800, 200_000].map(durationText), [
      '0 s',
      '64 s',
      '2 min',
      '2 h',
      '3 h',
      '2 days',
    ])
  })
})

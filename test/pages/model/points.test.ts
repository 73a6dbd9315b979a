import assert from 'node:assert/strict'
import { lineOf, nearest, sparkPath } from '../../../pages/model/points.ts'
import type { Values } from '../../../pages/model/wire.ts'

const minute = 60_000

function values(change: Partial<Values>): Values {
  const t = change.t ?? []
  return {
    series: 1,
    field: 'temp',
    name: 'kitchen',
    type: 'room',
    unit: '°C',
    decimals: 1,
    kind: 'number',
    from: 0,
    to: 0,
    level: 'raw',
    step: null,
    usual: 60,
    n: t.length,
    t,
    v: t.map(() => 20),
    lo: null,
    hi: null,
    bad: [],
    ...change,
  }
}

describe('the line of a chart', () => {
  it('is broken where nothing came for five usual intervals', () => {
    const line = lineOf(values({ t: [0, 1, 5.9, 10.9].map((time) => time * minute) }))
    assert.deepEqual(
      line.t,
      [0, 1, 5.9, 8.4, 10.9].map((time) => time * minute),
    )
    assert.deepEqual(line.v, [20, 20, 20, null, 20])
  })

  it('is broken at a bucket without readings, where that is a silence', () => {
    const hour = 60 * minute
    const line = lineOf(
      values({ level: '1h', step: hour, t: [0, hour, 3 * hour], lo: [19, 18, 17], hi: [21, 22, 23] }),
    )
    assert.deepEqual(line.t, [0, hour, 2 * hour, 3 * hour])
    assert.deepEqual(line.lo, [19, 18, null, 17])
    assert.deepEqual(line.hi, [21, 22, null, 23])
  })

  it('goes on over buckets that are shorter than the interval of the device', () => {
    const t = [0, 10, 20, 30].map((time) => time * minute)
    assert.deepEqual(lineOf(values({ level: '1m', step: minute, usual: 600, t })).t, t)
    // empty ones may be told, too
    const told = { t: [0, minute, 2 * minute], v: [20, null, 21] }
    assert.deepEqual(lineOf(values({ level: '1m', step: minute, usual: 120, ...told })).v, [20, 21])
  })

  it('learns the interval where nobody knows it, and makes no gap of three readings', () => {
    const t = [0, 1, 2, 3, 4, 30].map((time) => time * minute)
    assert.equal(lineOf(values({ usual: null, t })).v.indexOf(null), 5)
    assert.equal(lineOf(values({ usual: null, t: [0, minute, 90 * minute] })).v.indexOf(null), -1)
  })

  it('leaves bad readings out where it has single ones', () => {
    const bad = [{ t: minute, v: 850, reasons: ['too hot'] }]
    const line = lineOf(values({ t: [0, minute, 2 * minute], v: [20, 850, 21], bad }))
    assert.deepEqual(line.v, [20, 21])
  })

  it('has a nearest point', () => {
    assert.deepEqual(
      [-5, 4, 6, 19, 99].map((time) => nearest([0, 10, 20], time)),
      [0, 0, 1, 2, 2],
    )
    assert.equal(nearest([], 5), -1)
  })
})

describe('a sparkline', () => {
  it('goes from the least at the bottom to the greatest at the top, and is broken', () => {
    assert.equal(sparkPath([1, 3, null, 2, 2], 40, 20), 'M0 20L10 0M30 10L40 10')
    assert.equal(sparkPath([1, null, 3], 40, 20), 'M0 20h.01M40 0h.01')
    assert.equal(sparkPath([2, 2], 40, 20), 'M0 10L40 10')
    assert.equal(sparkPath([null, 2], 40, 20), '')
  })
})

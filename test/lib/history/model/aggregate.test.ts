import assert from 'node:assert/strict'
import { type Aggregate, aggregateOf, combined } from '../../../../lib/history/model/aggregate.ts'
import { fc } from '../../../support/random.ts'

const sensible = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const any = fc.double({ noNaN: true, noDefaultInfinity: true })
const rows = (value: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(value, fc.boolean()), { minLength: 1, maxLength: 60 })

function of(some: ReadonlyArray<readonly [number, boolean]>): Aggregate | undefined {
  return aggregateOf(
    some.map(([value]) => value),
    some.map(([, isGood]) => isGood),
  )
}

/** What it should be, worked out in two passes. */
function plain(some: ReadonlyArray<readonly [number, boolean]>): Aggregate {
  const good = some.filter(([, isGood]) => isGood)
  const values = (good.length > 0 ? good : some).map(([value]) => value)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const m2 = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return [some.length, good.length, Math.min(...values), Math.max(...values), mean, m2]
}

function assertNear(found: Aggregate, expected: Aggregate): void {
  assert.deepEqual(found.slice(0, 4), expected.slice(0, 4))
  const scale = Math.max(1, Math.abs(expected[2]), Math.abs(expected[3]))
  assert.ok(Math.abs(found[4] - expected[4]) <= 1e-9 * scale, `mean ${found[4]}, expected ${expected[4]}`)
  const spread = scale * scale * expected[0]
  assert.ok(Math.abs(found[5] - expected[5]) <= 1e-9 * spread, `m2 ${found[5]}, expected ${expected[5]}`)
}

describe('history: aggregates', () => {
  it('are those of an earlier system for 9 and 1', () => {
    const [n, , min, max, mean, m2] = aggregateOf([9, 1], [true, true])!
    assert.deepEqual([n, mean, min, max, Math.sqrt(m2 / (n - 1)).toFixed(3)], [2, 5, 1, 9, '5.657'])
  })

  it('leave out bad values where there are good ones', () => {
    assert.deepEqual(aggregateOf([20, 85, 22], [true, false, true]), [3, 2, 20, 22, 21, 2])
    assert.deepEqual(aggregateOf([85, 86], [false, false]), [2, 0, 85, 86, 85.5, 0.5])
    assert.deepEqual(
      combined([aggregateOf([85], [false])!, aggregateOf([20], [true])!]),
      [2, 1, 20, 20, 20, 0],
    )
    assert.equal(aggregateOf([], []), undefined)
    assert.equal(combined([]), undefined)
  })

  it('are what two passes over the values give', () => {
    fc.assert(
      fc.property(rows(sensible), (some) => {
        assertNear(of(some)!, plain(some))
      }),
    )
  })

  it('of finer buckets are those of all their values, however these are cut', () => {
    fc.assert(
      fc.property(rows(sensible), fc.array(fc.nat(60)), (some, cuts) => {
        const places = [...new Set([0, ...cuts.filter((cut) => cut < some.length)])].toSorted((a, b) => a - b)
        const parts = places.map((place, i) => of(some.slice(place, places[i + 1]))!)
        assertNear(combined(parts)!, plain(some))
      }),
    )
  })

  it('are numbers that JSON can hold, whatever the values are', () => {
    fc.assert(
      fc.property(rows(any), rows(any), (some, more) => {
        const whole = combined([of(some)!, of(more)!])!
        const [, , min, max, mean, m2] = whole
        assert.ok(whole.every(Number.isFinite), String(whole))
        assert.ok(min <= mean && mean <= max && m2 >= 0)
      }),
    )
  })
})

import assert from 'node:assert/strict'
import { RunningStatistics } from '../../../lib/statistics/running.ts'
import { mostBuckets, relativeError, Sketch } from '../../../lib/statistics/sketch.ts'
import { StatisticsTable } from '../../../lib/statistics/table.ts'
import { fc } from '../../support/random.ts'

const measured = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: -50, max: 50 }),
  fc.double({ min: 1e-6, max: 1, noNaN: true }),
)

function exactQuantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))]!
}

function assertNear(found: number, expected: number, part: number): void {
  assert.ok(Math.abs(found - expected) <= Math.abs(expected) * part + 1e-9, `${found} is not ${expected}`)
}

const statisticsOf = (values: readonly number[]) => {
  const statistics = new RunningStatistics()
  for (const value of values) statistics.add(value)
  return statistics
}

describe('lib: the sketch of quantiles', () => {
  it('is within 1 % of every quantile', () => {
    fc.assert(
      fc.property(fc.array(measured, { minLength: 1, maxLength: 300 }), (values) => {
        const sketch = new Sketch()
        for (const value of values) sketch.add(value)
        const parts = [0, 0.05, 0.5, 0.95, 0.99, 1]
        for (const [i, found] of sketch.quantiles(parts).entries()) {
          assertNear(found, exactQuantile(values, parts[i]!), relativeError * 1.0001)
        }
      }),
    )
  })

  it('says nothing without values', () => {
    assert.deepEqual(new Sketch().quantiles([0.5]), [])
  })

  it('of two parts merged is that of all', () => {
    fc.assert(
      fc.property(fc.array(measured), fc.array(measured), (one, other) => {
        const [first, second, all] = [new Sketch(), new Sketch(), new Sketch()]
        for (const value of one) first.add(value)
        for (const value of other) second.add(value)
        for (const value of [...one, ...other]) all.add(value)
        first.merge(JSON.parse(JSON.stringify(second.save())))
        assert.deepEqual([first.save(), first.count], [all.save(), all.count])
      }),
    )
  })

  it('keeps a bounded number of buckets, and the exactness of the large values', () => {
    const sketch = new Sketch()
    for (let i = 0; i < 6_000; i++) sketch.add(1.03 ** (i - 900))
    assert.equal(sketch.save().positive.length, 2 * mostBuckets)
    assert.equal(sketch.count, 6_000)
    assertNear(sketch.quantiles([0.99])[0]!, 1.03 ** (Math.floor(0.99 * 5_999) - 900), relativeError * 1.0001)
  })
})

describe('lib: running statistics', () => {
  it('are those of all values', () => {
    const values = [230.08, 229.5, 231.2, -4, 0, 1753]
    const { count, mean, sd, min, max } = statisticsOf(values).summary()!
    assert.deepEqual([count, min, max], [6, -4, 1753])
    assertNear(mean, 406.63, 1e-4)
    assertNear(sd, 669.3276858, 1e-9)
  })

  it('keep their digits where the mean is large', () => {
    const { sd } = statisticsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).summary()!
    assertNear(sd, Math.sqrt(30), 1e-12)
  })

  it('of one value are that value', () => {
    assert.deepEqual(statisticsOf([7.359]).summary(), {
      ...{ count: 1, mean: 7.359, sd: 0, min: 7.359, max: 7.359 },
      ...{ p05: 7.359, p50: 7.359, p95: 7.359, p99: 7.359 },
    })
    assert.equal(statisticsOf([]).summary(), undefined)
  })

  it('merged over a restart are those of all', () => {
    fc.assert(
      fc.property(
        fc.array(measured, { minLength: 1 }),
        fc.array(measured, { minLength: 1 }),
        (before, after) => {
          const restarted = statisticsOf(after)
          restarted.merge(JSON.parse(JSON.stringify(statisticsOf(before).save())))
          const found = restarted.summary()!
          const expected = statisticsOf([...before, ...after]).summary()!
          const spread = Math.max(Math.abs(expected.min), Math.abs(expected.max))
          for (const key of ['count', 'min', 'max', 'p05', 'p50', 'p95', 'p99'] as const) {
            assert.equal(found[key], expected[key], key)
          }
          assert.ok(Math.abs(found.mean - expected.mean) <= spread * 1e-9)
          assert.ok(Math.abs(found.sd - expected.sd) <= spread * 1e-6)
        },
      ),
    )
  })
})

describe('lib: the table of statistics', () => {
  it('has the numbers of each type and field, and nothing else', () => {
    const table = new StatisticsTable(10)
    table.add('room', { temp: 18.2, lobat: false, name: 'kitchen', humi: null })
    table.add('room', { temp: 20.2, humi: Number.NaN, light: 1e101 })
    table.add('pump', { temp: 70 })
    const { types, leftOut } = table.summary()
    assert.deepEqual(
      Object.entries(types).map(([type, fields]) => [type, Object.keys(fields), fields.temp?.count]),
      [
        ['room', ['temp'], 2],
        ['pump', ['temp'], 1],
      ],
    )
    assertNear(types.room!.temp!.mean, 19.2, 1e-12)
    assert.equal(leftOut, 0)
  })

  it('takes any name of a type and a field', () => {
    const table = new StatisticsTable(10)
    table.add('__proto__', JSON.parse('{"__proto__":5,"constructor":6}'))
    assert.deepEqual(
      table.save().map(([type, field, { mean }]) => [type, field, mean]),
      [
        ['__proto__', '__proto__', 5],
        ['__proto__', 'constructor', 6],
      ],
    )
    assert.deepEqual(Object.keys(table.summary().types), ['__proto__'])
  })

  it('has a bounded number of series, and counts what it leaves out', () => {
    const table = new StatisticsTable(2)
    for (let i = 0; i < 5; i++) table.add('room', { a: i, b: i, [`c${i}`]: i })
    const { types, leftOut } = table.summary()
    assert.deepEqual([Object.keys(types.room!), leftOut], [['a', 'b'], 5])
  })

  it('comes back as it was stored', () => {
    const table = new StatisticsTable(10)
    for (let i = 0; i < 100; i++) table.add('room', { temp: i / 10, humi: 50 - i })
    const restored = new StatisticsTable(10)
    restored.merge(JSON.parse(JSON.stringify(table.save())))
    assert.deepEqual(restored.summary(), table.summary())
  })
})

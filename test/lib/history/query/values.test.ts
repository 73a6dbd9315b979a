import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { compileNames } from '../../../../lib/devices/names.ts'
import { addAggregates, type StoredRow } from '../../../support/history/history-store.ts'
import { day, device, failure, HistoryBench, hour, minute, now, readings } from '../support/history-bench.ts'

describe("the history's values", () => {
  let bench: HistoryBench
  beforeEach(() => {
    bench = new HistoryBench()
  })
  afterEach(() => bench.remove())

  it('are single readings where there are few, with the bad ones apart', async () => {
    const bad = (place: number): Partial<StoredRow> =>
      place === 5 ? { verdict: 'bad', reasons: ['r: temp: x'], data: { temp: 99 } } : {}
    const answer = await bench.opened({ rows: readings(30, bad) }).values({
      series: '1',
      field: 'temp',
      from: '-20m',
    })
    assert.equal(answer.level, 'raw')
    assert.deepEqual([answer.step, answer.lo, answer.hi, answer.n, answer.usual], [null, null, null, 20, 60])
    assert.deepEqual([answer.from, answer.to], [now - 20 * minute, now])
    assert.deepEqual(
      answer.t,
      Array.from({ length: 20 }, (_, place) => now - (20 - place) * minute),
    )
    assert.deepEqual(answer.bad, [])
    const all = await bench.opened().values({ series: 'room/ttyUSB0-12', field: 'temp' })
    assert.equal(all.v[5], 99)
    assert.deepEqual(all.bad, [{ t: now - 25 * minute, v: 99, reasons: ['r: temp: x'] }])
    assert.equal((await bench.opened().values({ series: 1, field: 'temp', verdict: 'good' })).n, 29)
    const onlyBad = await bench.opened().values({ series: 1, field: 'temp', verdict: 'bad' })
    assert.deepEqual([onlyBad.level, onlyBad.v], ['raw', [99]])
  })

  it('are thinned by what shows, with the extremes', async () => {
    const rows = readings(5_000, (place) => (place === 1234 ? { data: { temp: 80 } } : {}))
    const answer = await bench.opened({ rows }).values({ series: 1, field: 'temp', from: '-9d', points: 100 })
    assert.deepEqual([answer.level, answer.n, answer.t.length <= 100], ['raw', 5_000, true])
    assert.equal(Math.max(...(answer.v as number[])), 80)
  })

  it('are buckets where there are many, as coarse as the points allow, and never more than these', async () => {
    const rows = readings(30_000, (place) =>
      place % 5_000 === 2_500 ? { verdict: 'bad', reasons: ['r'], data: { temp: 1000 + place } } : {},
    )
    const answer = await bench
      .opened({ rows })
      .values({ series: 1, field: 'temp', from: '-30d', points: 300 })
    // 20.8 days in which there is something are 500 hours
    assert.deepEqual([answer.level, answer.step, answer.n], ['1h', 2 * hour, 30_000])
    assert.ok(answer.t.length <= 300 && answer.t.length >= 250, String(answer.t.length))
    assert.ok(answer.t.every((time, place) => time % (2 * hour) === 0 && time > (answer.t[place - 1] ?? 0)))
    assert.deepEqual([answer.lo?.[9], answer.hi?.[9]], [20, 20.9])
    assert.ok(
      answer.hi?.every((value) => value! < 21),
      'bad readings are not in the band',
    )
    assert.deepEqual(
      answer.bad.map(({ v }) => v),
      [3500, 8500, 13500, 18500, 23500, 28500],
    )
    assert.equal(
      (await bench.opened().values({ series: 1, field: 'temp', from: '-30d', level: '1d' })).level,
      '1d',
    )
    const fine = await bench.opened().values({
      series: 1,
      field: 'temp',
      from: '-30d',
      level: '1m',
      points: 60_000,
    })
    assert.deepEqual([fine.level, fine.step, fine.t.length], ['1m', minute, 30_000])
  })

  it('have bad readings from all over the range, a fifth of the points at most', async () => {
    const rows = readings(25_000, (place) =>
      place % 2 === 0 ? { verdict: 'bad', data: { temp: place } } : {},
    )
    const { level, bad } = await bench.opened({ rows }).values({
      series: 1,
      field: 'temp',
      from: '-30d',
      points: 100,
    })
    assert.equal(level, '1h')
    assert.equal(bad.length, 20)
    assert.ok(bad[0]!.v < 1_500 && bad.at(-1)!.v > 23_500, JSON.stringify(bad))
    assert.ok(bad.every(({ v }) => v % 2 === 0))
  })

  it('follow a name from device to device: each while it had that name', async () => {
    const moved = new Date(now - 10 * minute).toISOString().slice(0, 16)
    bench.names = compileNames([
      device({ key: '12', name: 'kitchen', to: moved }),
      device({ key: '12', name: 'cellar', from: moved }),
      device({ key: '15', name: 'kitchen', from: moved }),
    ])
    const rows = [
      ...readings(20, (place) => ({ key: '12', data: { temp: place } })),
      ...readings(20, (place) => ({ key: '15', data: { temp: 100 + place } })),
    ]
    const kitchen = await bench.opened({ rows }).values({ series: 'room/kitchen', field: 'temp' })
    assert.deepEqual(
      kitchen.v,
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119],
    )
    assert.equal(kitchen.name, 'kitchen')
    const cellar = await bench.opened().values({ series: 'room/cellar', field: 'temp' })
    assert.deepEqual(cellar.v, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    // by its id it is the device, wherever it was
    assert.equal((await bench.opened().values({ series: 1, field: 'temp' })).n, 20)
    const { n, max } = await bench.opened().statistics({ series: 'room/kitchen', field: 'temp' })
    assert.deepEqual([n, max], [20, 119])
    const lines = (await bench.exported({ series: 'room/kitchen', format: 'jsonl' })).trim().split('\n')
    assert.deepEqual([...new Set(lines.map((line) => JSON.parse(line).name))], ['kitchen'])
    assert.equal(lines.length, 20)
  })

  it('read coarser levels where finer ones are gone for their age', async () => {
    bench.opened({ rows: readings(30_000) })
    const database = new DatabaseSync(bench.file)
    database.exec('DELETE FROM agg WHERE level < 3; DELETE FROM t_1 WHERE time < (SELECT max(time) FROM t_1)')
    database.close()
    const query = { series: 1, field: 'temp', from: '-15d', to: '-14d', points: 1000 }
    const answer = await bench.opened().values(query)
    assert.deepEqual([answer.level, answer.t.length], ['1h', 25])
  })

  it('end at 100,000 rows and at 366 days of single readings', async () => {
    bench.opened({ rows: [{ time: now - 100_001 * 1000, data: { temp: 20 } }] })
    const database = new DatabaseSync(bench.file)
    database.exec(`DELETE FROM agg; WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < 100000)
      INSERT INTO t_1 (series, time, seq, sub, verdict, f1) SELECT 1, ${now - 100_001 * 1000} + n * 1000, n + 1, 0, 1, 20 FROM place;
      UPDATE series SET last = ${now - 1000}`)
    addAggregates(database, 1, 't_1', 'f1')
    database.close()
    const query = { series: 1, field: 'temp', from: '-30d', level: 'raw' }
    const many =
      'TOO_LONG there are more than 100000 readings in this range: choose a shorter range or a coarser level'
    assert.equal(await failure(bench.opened().values(query)), many)
    assert.equal((await bench.opened().values({ ...query, from: now - 100_000 * 1000 })).n, 100_000)
    assert.equal((await bench.opened().values({ ...query, level: 'auto' })).n, 100_001)
    assert.equal((await bench.exported({})).split('\n').length - 2, 100_001)
    const far = readings(2, (place) => ({ time: now - (place === 0 ? 367 : 1) * day }))
    const long =
      'TOO_LONG raw readings are given for 366 days at most: choose a shorter range or a coarser level'
    assert.equal(await failure(bench.opened({ rows: far }).values({ ...query, from: '-2y' })), long)
  }).timeout(30_000)

  it('are empty where there is nothing, however far away', async () => {
    bench.opened({ rows: readings(3) })
    for (const [from, to] of [
      ['0', '1'],
      ['+1y', '+1000y'],
      ['0', '8640000000000000'],
    ]) {
      const answer = await bench.history!.values({ series: 1, field: 'temp', from, to })
      assert.equal(answer.n, to === '8640000000000000' ? 3 : 0, `${from} ${to}`)
      assert.equal(answer.t.length, answer.n)
    }
  })
})

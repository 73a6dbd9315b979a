import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { compileNames } from '../../../../lib/devices/names.ts'
import { History } from '../../../../lib/history/query/history.ts'
import type { Given } from '../../../../lib/history/query/read/parameters.ts'
import { type Clock, systemClock } from '../../../../lib/kit/clock.ts'
import { type StoredRow, writeStore } from '../../../support/history/history-store.ts'
import { day, device, failure, HistoryBench, minute, now, readings } from '../support/history-bench.ts'

describe('the history', () => {
  let bench: HistoryBench
  beforeEach(() => {
    bench = new HistoryBench()
  })
  afterEach(() => bench.remove())

  describe('latest', () => {
    it('has of each series its newest reading, its place and how often it is heard', async () => {
      bench.names = compileNames([device({ place: 'ground floor' })])
      const units = { temp: { unit: '°C', decimals: 1 } }
      const rows: StoredRow[] = [
        ...readings(90, () => ({ data: { temp: 20, lobat: false, mode: 'heat' } })),
        {
          time: now - 10_000,
          verdict: 'bad',
          reasons: ['hot: temp: over 50'],
          data: { temp: 55.5, lobat: true },
        },
        ...readings(3, () => ({ key: '13', data: { temp: 7 } })),
      ]
      const { now: at, series } = await bench.opened({ rows, units }).latest()
      assert.equal(at, now)
      assert.equal(series.length, 2)
      const { fields, ...kitchen } = series[0]!
      assert.deepEqual(kitchen, {
        ...{
          id: 1,
          type: 'room',
          source: 'ttyUSB0',
          key: '12',
          name: 'kitchen',
          place: 'ground floor',
          named: true,
        },
        ...{ time: now - 10_000, verdict: 'bad', reasons: ['hot: temp: over 50'], usual: 60, silent: false },
      })
      const [temp, lobat, mode] = fields
      assert.deepEqual(
        [temp?.name, temp?.kind, temp?.unit, temp?.decimals, temp?.value, temp?.low],
        ['temp', 'number', '°C', 1, 55.5, false],
      )
      assert.equal(temp?.spark?.length, 48)
      // 12:00 to 12:10, 11:30 to 12:00, 11:00 to 11:30, 10:40 to 11:00; the bad one is not in it
      assert.deepEqual(temp?.spark?.slice(-5), [null, 20, 20, 20, 20])
      assert.deepEqual([lobat?.kind, lobat?.value, lobat?.low], ['boolean', true, true])
      // the newest reading has no mode
      assert.deepEqual([mode?.kind, mode?.value, mode?.spark], ['text', 'heat', null])
      const other = series[1]!
      assert.deepEqual(
        [other.name, other.place, other.named, other.usual, other.silent],
        ['ttyUSB0-13', null, false, null, false],
      )
    })

    it('leaves the sparks out where nobody wants them', async () => {
      bench.opened({ rows: readings(3) })
      const sparks = async (query: { spark?: string }) =>
        (await bench.history!.latest(query)).series[0]?.fields.map(({ spark }) => spark?.length)
      assert.deepEqual([await sparks({}), await sparks({ spark: 'no' })], [[48], [undefined]])
    })

    it('says which series is silent, by what was learnt or given', async () => {
      const old = (key: string) =>
        readings(30, () => ({ key })).map((row) => ({ ...row, time: row.time - 4 * minute }))
      bench.names = compileNames([device({ key: '2', name: 'slow', interval: 3600 })])
      const rows = [...readings(30, () => ({ key: '1' })), ...old('2'), ...old('3')]
      const { series } = await bench.opened({ rows }).latest()
      assert.deepEqual(
        series.map(({ key, usual, silent }) => [key, usual, silent]),
        [
          ['1', 60, false],
          ['2', 3600, false],
          ['3', 60, true],
        ],
      )
    })

    it('says of a battery that it is low, by its field or by a rule about it', async () => {
      const of = (data: StoredRow['data'], reasons: string[] = []): StoredRow => ({
        ...{ time: now - minute, key: Object.keys(data)[0]!, data, reasons, verdict: 'bad' },
      })
      const { series } = await bench
        .opened({
          rows: [
            of({ battery_low: true }),
            of({ lowbat: 1 }),
            of({ batlow: false }),
            of({ volts: 2.1, temp: 3 }, ['battery: volts: below 2.4']),
            of({ moved: true }, ['range: moved: no battery']),
          ],
        })
        .latest()
      assert.deepEqual(
        series.flatMap(({ fields }) =>
          fields.filter(({ value }) => value !== null).map(({ name, low }) => [name, low]),
        ),
        [
          ['battery_low', true],
          ['lowbat', true],
          ['batlow', false],
          ['volts', true],
          ['temp', false],
          ['moved', true],
        ],
      )
    })
  })

  it('lists series with their fields, and names of the store where the gateway has none', async () => {
    const rows = readings(2, () => ({ data: { temp: 1, wet: true, mode: 'x' } }))
    const [series] = await bench.opened({ rows, names: { 'ttyUSB0-12': 'attic' } }).series()
    assert.deepEqual(series, {
      ...{ id: 1, type: 'room', source: 'ttyUSB0', key: '12', name: 'attic' },
      ...{ first: now - 2 * minute, last: now - minute, n: 2 },
      fields: [
        { id: 1, name: 'temp', kind: 'number', unit: null, decimals: null },
        { id: 2, name: 'wet', kind: 'boolean', unit: null, decimals: null },
        { id: 3, name: 'mode', kind: 'text', unit: null, decimals: null },
      ],
    })
  })

  it('lists of a series the fields that it has values of, although another one of its type has more', async () => {
    const old = readings(30, () => ({ data: { temp: 1 } }))
    const rows = [
      { time: now - 2 * day, data: { temp: 1, humi: 50 } },
      ...old,
      { time: now - 1, key: '13', data: { temp: 1, light: 5 } },
    ]
    const lists = (await bench.opened({ rows }).series()).map(({ fields }) => fields.map(({ name }) => name))
    assert.deepEqual(lists, [
      ['temp', 'humi'],
      ['temp', 'light'],
    ])
  })

  it('counts rejects back from the newest', async () => {
    const rejects = [5, 6, 9].map((seq) => ({
      ...{
        seq,
        time: now,
        type: seq === 9 ? null : 'room',
        source: 'ttyUSB0',
        raw: `OK ${seq}`,
        reasons: ['temp: over 50'],
      },
    }))
    bench.opened({ rows: [], rejects })
    assert.deepEqual(
      (await bench.history!.rejects()).map(({ seq }) => seq),
      [9, 6, 5],
    )
    assert.deepEqual(await bench.history!.rejects({ limit: '1', before: '9' }), [
      { seq: 6, sub: 0, time: now, type: 'room', source: 'ttyUSB0', raw: 'OK 6', reasons: ['temp: over 50'] },
    ])
    assert.equal(
      await failure(bench.history!.rejects({ limit: '0' })),
      'QUERY limit: must be a whole number from 1 to 1000',
    )
  })

  it('tells how long spans took: those whose end came', async () => {
    const rows = readings(100, (place) => ({
      ...{ type: 'span', key: '' },
      data: {
        ...{
          cat: 'render',
          source: 'chrome',
          subject: place < 50 ? 'a' : 'b',
          outcome: place === 99 ? 'timeout' : 'done',
        },
        duration: place === 99 ? 300_000 : place + 1,
      },
    }))
    const [first, second] = await bench.opened({ rows }).spans({ from: '-1d' })
    assert.deepEqual(
      { ...first, slowest: first?.slowest.map(({ duration }) => duration) },
      {
        ...{
          cat: 'render',
          subject: 'a',
          count: 50,
          open: null,
          min: 1,
          mean: 25.5,
          p50: 25,
          p95: 48,
          p99: 50,
          max: 50,
        },
        slowest: [50, 49, 48, 47, 46],
      },
    )
    assert.deepEqual([second?.subject, second?.count, second?.max], ['b', 49, 99])
    assert.deepEqual(await bench.opened().spans({ from: '-10000d', to: '-9999d' }), [])
  })

  it('ends a question that takes too long, and answers the others meanwhile', async () => {
    writeStore(bench.file, { rows: readings(3) })
    const database = new DatabaseSync(bench.file)
    // a table that takes seconds to read
    database.exec(`DROP TABLE reject; CREATE VIEW reject AS
      WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000)
      SELECT x AS seq, 0 AS sub, 0 AS time, NULL AS type, '' AS source, '' AS raw, '[]' AS reasons FROM n`)
    database.close()
    // of the second question, five seconds are over after half a second
    const limits = [60_000, 500, 60_000]
    const clock: Clock = {
      ...systemClock,
      wall: () => now,
      after: (ms, run) => systemClock.after(limits.shift() ?? ms, run),
    }
    bench.history = new History({ file: bench.file, clock })
    assert.equal((await bench.history.series()).length, 1)
    const slow = failure(bench.history.rejects())
    const next = bench.history.series()
    assert.equal(
      await slow,
      'TOO_LONG the answer took longer than 5 seconds: choose a shorter range or a coarser level',
    )
    assert.equal((await next)[0]?.n, 3)
  }).timeout(60_000)

  it('says which parameter is wrong', async () => {
    bench.opened({ rows: readings(3, () => ({ data: { temp: 1, mode: 'x' } })) })
    const wrong: Array<[Given, string]> = [
      [{}, 'series: is missing: give its id, or <type>/<name>'],
      [{ series: '7', field: 'temp' }, 'series: there is none that is 7'],
      [{ series: 'room/attic', field: 'temp' }, 'series: there is none that is room/attic'],
      [{ series: 'room' }, 'series: must be an id, or <type>/<name>'],
      [{ series: '1' }, 'field: is missing: give its name'],
      [{ series: '1', field: 'humi' }, 'field: the series has none with the name humi'],
      [{ series: '1', field: 'mode' }, 'field: mode is a text, and only numbers can be drawn'],
      [{ series: '1', field: 'temp', from: 'now', to: '-1h' }, 'from: must be before to'],
      [{ series: '1', field: 'temp', points: '5' }, 'points: must be a whole number from 10 to 100000'],
      [
        { series: '1', field: 'temp', verdict: 'bad', level: '1h' },
        'level: bad readings are found by raw only',
      ],
    ]
    for (const [query, what] of wrong)
      assert.equal(await failure(bench.history!.values(query)), `QUERY ${what}`)
  })

  it('rejects what is asked of a closed one, and what waits when it is closed', async () => {
    bench.opened({ rows: readings(3) })
    const waiting = Promise.all([1, 2, 3].map(() => failure(bench.history!.series())))
    await bench.history!.close()
    assert.deepEqual(new Set(await waiting), new Set(['NO_STORE the history cannot be read: it was closed']))
    assert.match(await failure(bench.history!.series()), /^NO_STORE/)
  })
})

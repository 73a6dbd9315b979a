import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { compileNames, type DeviceNames, type DeviceRow } from '../../../../lib/devices/names.ts'
import { History } from '../../../../lib/history/query/history.ts'
import type { Given } from '../../../../lib/history/query/read/parameters.ts'
import { type Clock, systemClock } from '../../../../lib/kit/clock.ts'
import {
  addAggregates,
  type StoreContent,
  type StoredRow,
  writeStore,
} from '../../../support/history/history-store.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** the gateway's time in all of these tests */
const now = Date.UTC(2026, 10, 28, 12, 10)

function device(rest: Partial<DeviceRow>): DeviceRow {
  return { source: 'ttyUSB0', type: '', key: '12', name: 'kitchen', place: '', interval: '', ...rest }
}

/** A reading each minute, the last one a minute ago: 20.0, 20.1 … 20.9, 20.0 … */
function readings(count: number, rest: (place: number) => Partial<StoredRow> = () => ({})): StoredRow[] {
  return Array.from({ length: count }, (_, place) => ({
    time: now - (count - place) * minute,
    data: { temp: 20 + (place % 10) / 10 },
    ...rest(place),
  }))
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: Error & { code?: string }) => reason,
  )
  return error ? `${error.code} ${error.message}` : 'it did not fail'
}

describe('the history', () => {
  let directory: string
  let file: string
  let history: History | undefined
  let names: DeviceNames | undefined

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-history-'))
    file = join(directory, 'store.sqlite')
    names = undefined
  })
  afterEach(async () => {
    await history?.close()
    history = undefined
    rmSync(directory, { recursive: true, force: true })
  })

  function opened(content?: StoreContent): History {
    if (content) writeStore(file, content)
    const clock = { ...systemClock, wall: () => now }
    history ??= new History({ file, clock, ...(names && { names: () => names as DeviceNames }) })
    return history
  }

  async function exported(asked: Given): Promise<string> {
    let text = ''
    for await (const piece of (history as History).export(asked)) text += piece
    return text
  }

  describe('latest', () => {
    it('has of each series its newest reading, its place and how often it is heard', async () => {
      names = compileNames([device({ place: 'ground floor' })])
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
      const { now: at, series } = await opened({ rows, units }).latest()
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

    it('says which series is silent, by what was learnt or given', async () => {
      const old = (key: string) =>
        readings(30, () => ({ key })).map((row) => ({ ...row, time: row.time - 4 * minute }))
      names = compileNames([device({ key: '2', name: 'slow', interval: 3600 })])
      const rows = [...readings(30, () => ({ key: '1' })), ...old('2'), ...old('3')]
      const { series } = await opened({ rows }).latest()
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
      const { series } = await opened({
        rows: [
          of({ battery_low: true }),
          of({ lowbat: 1 }),
          of({ batlow: false }),
          of({ volts: 2.1, temp: 3 }, ['battery: volts: below 2.4']),
          of({ moved: true }, ['range: moved: no battery']),
        ],
      }).latest()
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
    const [series] = await opened({ rows, names: { 'ttyUSB0-12': 'attic' } }).series()
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
    const lists = (await opened({ rows }).series()).map(({ fields }) => fields.map(({ name }) => name))
    assert.deepEqual(lists, [
      ['temp', 'humi'],
      ['temp', 'light'],
    ])
  })

  describe('values', () => {
    it('are single readings where there are few, with the bad ones apart', async () => {
      const bad = (place: number): Partial<StoredRow> =>
        place === 5 ? { verdict: 'bad', reasons: ['r: temp: x'], data: { temp: 99 } } : {}
      const answer = await opened({ rows: readings(30, bad) }).values({
        series: '1',
        field: 'temp',
        from: '-20m',
      })
      assert.equal(answer.level, 'raw')
      assert.deepEqual(
        [answer.step, answer.lo, answer.hi, answer.n, answer.usual],
        [null, null, null, 20, 60],
      )
      assert.deepEqual([answer.from, answer.to], [now - 20 * minute, now])
      assert.deepEqual(
        answer.t,
        Array.from({ length: 20 }, (_, place) => now - (20 - place) * minute),
      )
      assert.deepEqual(answer.bad, [])
      const all = await opened().values({ series: 'room/ttyUSB0-12', field: 'temp' })
      assert.equal(all.v[5], 99)
      assert.deepEqual(all.bad, [{ t: now - 25 * minute, v: 99, reasons: ['r: temp: x'] }])
      assert.equal((await opened().values({ series: 1, field: 'temp', verdict: 'good' })).n, 29)
      const onlyBad = await opened().values({ series: 1, field: 'temp', verdict: 'bad' })
      assert.deepEqual([onlyBad.level, onlyBad.v], ['raw', [99]])
    })

    it('are thinned by what shows, with the extremes', async () => {
      const rows = readings(5_000, (place) => (place === 1234 ? { data: { temp: 80 } } : {}))
      const answer = await opened({ rows }).values({ series: 1, field: 'temp', from: '-9d', points: 100 })
      assert.deepEqual([answer.level, answer.n, answer.t.length <= 100], ['raw', 5_000, true])
      assert.equal(Math.max(...(answer.v as number[])), 80)
    })

    it('are buckets where there are many, as coarse as the points allow, and never more than these', async () => {
      const rows = readings(30_000, (place) =>
        place % 5_000 === 2_500 ? { verdict: 'bad', reasons: ['r'], data: { temp: 1000 + place } } : {},
      )
      const answer = await opened({ rows }).values({ series: 1, field: 'temp', from: '-30d', points: 300 })
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
        (await opened().values({ series: 1, field: 'temp', from: '-30d', level: '1d' })).level,
        '1d',
      )
      const fine = await opened().values({
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
      const { level, bad } = await opened({ rows }).values({
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
      names = compileNames([
        device({ key: '12', name: 'kitchen', to: moved }),
        device({ key: '12', name: 'cellar', from: moved }),
        device({ key: '15', name: 'kitchen', from: moved }),
      ])
      const rows = [
        ...readings(20, (place) => ({ key: '12', data: { temp: place } })),
        ...readings(20, (place) => ({ key: '15', data: { temp: 100 + place } })),
      ]
      const kitchen = await opened({ rows }).values({ series: 'room/kitchen', field: 'temp' })
      assert.deepEqual(
        kitchen.v,
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119],
      )
      assert.equal(kitchen.name, 'kitchen')
      const cellar = await opened().values({ series: 'room/cellar', field: 'temp' })
      assert.deepEqual(cellar.v, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
      // by its id it is the device, wherever it was
      assert.equal((await opened().values({ series: 1, field: 'temp' })).n, 20)
      const { n, max } = await opened().statistics({ series: 'room/kitchen', field: 'temp' })
      assert.deepEqual([n, max], [20, 119])
      const lines = (await exported({ series: 'room/kitchen', format: 'jsonl' })).trim().split('\n')
      assert.deepEqual([...new Set(lines.map((line) => JSON.parse(line).name))], ['kitchen'])
      assert.equal(lines.length, 20)
    })

    it('read coarser levels where finer ones are gone for their age', async () => {
      opened({ rows: readings(30_000) })
      const database = new DatabaseSync(file)
      database.exec(
        'DELETE FROM agg WHERE level < 3; DELETE FROM t_1 WHERE time < (SELECT max(time) FROM t_1)',
      )
      database.close()
      const query = { series: 1, field: 'temp', from: '-15d', to: '-14d', points: 1000 }
      const answer = await opened().values(query)
      assert.deepEqual([answer.level, answer.t.length], ['1h', 25])
    })

    it('end at 100,000 rows and at 366 days of single readings', async () => {
      opened({ rows: [{ time: now - 100_001 * 1000, data: { temp: 20 } }] })
      const database = new DatabaseSync(file)
      database.exec(`DELETE FROM agg; WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < 100000)
        INSERT INTO t_1 (series, time, seq, sub, verdict, f1) SELECT 1, ${now - 100_001 * 1000} + n * 1000, n + 1, 0, 1, 20 FROM place;
        UPDATE series SET last = ${now - 1000}`)
      addAggregates(database, 1, 't_1', 'f1')
      database.close()
      const query = { series: 1, field: 'temp', from: '-30d', level: 'raw' }
      const many =
        'TOO_LONG there are more than 100000 readings in this range: choose a shorter range or a coarser level'
      assert.equal(await failure(opened().values(query)), many)
      assert.equal((await opened().values({ ...query, from: now - 100_000 * 1000 })).n, 100_000)
      assert.equal((await opened().values({ ...query, level: 'auto' })).n, 100_001)
      assert.equal((await exported({})).split('\n').length - 2, 100_001)
      const far = readings(2, (place) => ({ time: now - (place === 0 ? 367 : 1) * day }))
      const long =
        'TOO_LONG raw readings are given for 366 days at most: choose a shorter range or a coarser level'
      assert.equal(await failure(opened({ rows: far }).values({ ...query, from: '-2y' })), long)
    }).timeout(30_000)

    it('are empty where there is nothing, however far away', async () => {
      opened({ rows: readings(3) })
      for (const [from, to] of [
        ['0', '1'],
        ['+1y', '+1000y'],
        ['0', '8640000000000000'],
      ]) {
        const answer = await history!.values({ series: 1, field: 'temp', from, to })
        assert.equal(answer.n, to === '8640000000000000' ? 3 : 0, `${from} ${to}`)
        assert.equal(answer.t.length, answer.n)
      }
    })
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
    opened({ rows: [], rejects })
    assert.deepEqual(
      (await history!.rejects()).map(({ seq }) => seq),
      [9, 6, 5],
    )
    assert.deepEqual(await history!.rejects({ limit: '1', before: '9' }), [
      { seq: 6, sub: 0, time: now, type: 'room', source: 'ttyUSB0', raw: 'OK 6', reasons: ['temp: over 50'] },
    ])
    assert.equal(
      await failure(history!.rejects({ limit: '0' })),
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
    const [first, second] = await opened({ rows }).spans({ from: '-1d' })
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
    assert.deepEqual(await opened().spans({ from: '-10000d', to: '-9999d' }), [])
  })

  describe('export', () => {
    it('writes CSV by RFC 4180, formulas as texts', async () => {
      const data = { temp: -1.5, wet: true, note: '=HYPERLINK("x"),\r\nnext' }
      const rows: StoredRow[] = [
        { time: now - 2 * minute, key: '+12', verdict: 'bad', reasons: ['a: temp: low', '@b'], data },
        { time: now - minute, key: '+12', sub: 1, data: { temp: 2, note: '-dash' } },
      ]
      opened({ rows })
      assert.equal(
        await exported({}),
        `time,id,type,source,key,name,verdict,reasons,temp,wet,note\r\n` +
          `2026-11-28T12:08:00.000Z,k3x9a7qd-1,room,ttyUSB0,'+12,ttyUSB0-+12,bad,a: temp: low; @b,-1.5,true,"'=HYPERLINK(""x""),\r\nnext"\r\n` +
          `2026-11-28T12:09:00.000Z,k3x9a7qd-2.1,room,ttyUSB0,'+12,ttyUSB0-+12,good,,2,,'-dash\r\n`,
      )
    })

    it('writes JSON lines, of a type, a range and a verdict', async () => {
      const rows = [
        ...readings(10, (place) => ({ verdict: place % 2 === 0 ? 'good' : 'bad' })),
        ...readings(10, () => ({ type: 'power', data: { watts: 7 } })),
      ]
      opened({ rows })
      const lines = async (query: Given) => {
        const text = await exported({ format: 'jsonl', ...query })
        return text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line))
      }
      assert.equal((await lines({})).length, 20)
      assert.deepEqual((await lines({ type: 'power', from: '-2m' }))[0], {
        ...{
          id: 'k3x9a7qd-19',
          time: now - 2 * minute,
          type: 'power',
          source: 'ttyUSB0',
          key: '12',
          name: 'ttyUSB0-12',
        },
        ...{ verdict: 'good', reasons: [], data: { watts: 7 } },
      })
      assert.deepEqual(
        (await lines({ type: 'room', verdict: 'bad', from: '-5m' })).map(({ time }) => (now - time) / minute),
        [5, 3, 1],
      )
      assert.equal(
        await failure(lines({ type: 'none' })),
        'QUERY type: there are no readings of the type none',
      )
      assert.equal(await failure(lines({ format: 'xml' })), 'QUERY format: must be one of: csv, jsonl')
    })

    it('goes page by page, each row once, also where several have one time', async () => {
      const rows = readings(9_001, (place) => ({
        key: place % 3 === 0 ? '1' : '2',
        time: now - 20_000 + Math.floor(place / 7),
      }))
      opened({ rows })
      let pieces = 0
      const ids: string[] = []
      for await (const piece of history!.export({ format: 'jsonl' })) {
        pieces++
        for (const line of piece.trim().split('\n')) ids.push(JSON.parse(line).id)
      }
      assert.equal(ids.length, 9_001)
      assert.equal(new Set(ids).size, 9_001)
      assert.ok(pieces >= 5, `${pieces} pieces`)
    })

    it('fails where the store was made anew meanwhile, rather than mix two', async () => {
      opened({ rows: readings(5_000) })
      const pages = history!.export({ format: 'jsonl' })[Symbol.asyncIterator]()
      await pages.next()
      writeStore(`${file}.new`, { rows: readings(5_000) })
      renameSync(`${file}.new`, file)
      assert.match(await failure(pages.next()), /^NO_STORE .* made anew during the export: export again$/)
    })
  })

  describe('the file', () => {
    it('may be absent, come, be swapped and go at any time', async () => {
      opened()
      const absent = `NO_STORE the history cannot be read: there is no file ${file}`
      assert.equal(await failure(history!.latest()), absent)
      writeStore(file, { rows: readings(3) })
      assert.equal((await history!.series())[0]?.n, 3)
      writeStore(`${file}.new`, { rows: readings(5, () => ({ type: 'other' })) })
      renameSync(`${file}.new`, file)
      assert.deepEqual(
        (await history!.series()).map(({ type, n }) => [type, n]),
        [['other', 5]],
      )
      rmSync(file)
      assert.equal(await failure(history!.latest()), absent)
      writeStore(file, { rows: readings(1) })
      assert.equal((await history!.series())[0]?.n, 1)
    })

    it('shows what is written to it meanwhile', async () => {
      opened({ rows: readings(3) })
      assert.equal((await history!.series())[0]?.n, 3)
      const database = new DatabaseSync(file)
      database.exec(
        "UPDATE series SET n = 4; ALTER TABLE t_1 ADD COLUMN f2 REAL; INSERT INTO field VALUES (2, 1, 'x', 'number', 2, NULL, NULL)",
      )
      assert.equal((await history!.series())[0]?.n, 4)
      assert.equal((await history!.latest()).series[0]?.fields[1]?.value, null)
      database.close()
    })

    it('is refused where it is no store, damaged, or of another version', async () => {
      opened()
      writeFileSync(file, 'this is a text and no database, and long enough for one'.repeat(100))
      assert.match(await failure(history!.series()), /^NO_STORE .*file is not a database$/)
      rmSync(file)
      new DatabaseSync(file).exec('CREATE TABLE other (x)')
      assert.equal(
        await failure(history!.series()),
        `NO_STORE the history cannot be read: ${file} is no store of a gateway`,
      )
      writeStore(file, { rows: readings(3) })
      const database = new DatabaseSync(file)
      database.exec('PRAGMA user_version = 99')
      database.close()
      assert.match(
        await failure(history!.series()),
        /^NO_STORE .* has tables of version 99, and this program reads 1$/,
      )
      writeStore(file, { rows: readings(3) })
      const broken = new DatabaseSync(file)
      broken.exec('DROP TABLE agg')
      broken.close()
      assert.match(await failure(history!.latest()), /^NO_STORE .*no such table: agg$/)
    })

    it('is not changed by anything that is asked', async () => {
      const rows = readings(50, () => ({ data: { temp: 1, mode: 'x' } }))
      opened({ rows, rejects: [{ seq: 1, time: now, type: null, source: 's', raw: 'r', reasons: [] }] })
      const attacks = [
        "1'; DROP TABLE series; --",
        '1 OR 1=1',
        "room/x' UNION SELECT 1,2,3,4,5,6,7,8,9 --",
        'temp; DELETE FROM agg',
        'temp" FROM t_1; --',
        'f1',
        'reasons FROM t_1 --',
        '1\u0000',
        '__proto__',
        'constructor',
        '%',
        '*',
      ]
      const parameters = [
        'series',
        'field',
        'from',
        'to',
        'points',
        'verdict',
        'level',
        'limit',
        'before',
        'type',
        'format',
      ]
      const good = { series: '1', field: 'temp', from: '-24h', to: 'now', points: '100' }
      for (const parameter of parameters) {
        for (const value of attacks) {
          const query = { ...good, [parameter]: value }
          const refused = ['series', 'field', 'from', 'to', 'points', 'verdict', 'level'].includes(parameter)
          const outcome = await failure(history!.values(query))
          if (refused) assert.match(outcome, new RegExp(`^QUERY ${parameter}: `), `${parameter} ${value}`)
          else assert.equal(outcome, 'it did not fail')
          for (const work of [
            history!.statistics(query),
            history!.rejects(query),
            history!.spans(query),
            exported(query),
          ]) {
            assert.match(await failure(work), /^(QUERY \w+: |it did not fail)/, `${parameter} ${value}`)
          }
        }
      }
      for (const value of [['1', '2'], { $gt: 0 }, true, () => 1, Symbol('x')]) {
        assert.equal(
          await failure(history!.values({ ...good, series: value })),
          'QUERY series: must be given once, as a text',
        )
      }
      assert.equal((await history!.series())[0]?.n, 50)
      assert.equal((await history!.values(good)).n, 50)
      assert.equal((await history!.rejects()).length, 1)
    }).timeout(20_000)
  })

  it('ends a question that takes too long, and answers the others meanwhile', async () => {
    writeStore(file, { rows: readings(3) })
    const database = new DatabaseSync(file)
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
    history = new History({ file, clock })
    assert.equal((await history.series()).length, 1)
    const slow = failure(history.rejects())
    const next = history.series()
    assert.equal(
      await slow,
      'TOO_LONG the answer took longer than 5 seconds: choose a shorter range or a coarser level',
    )
    assert.equal((await next)[0]?.n, 3)
  }).timeout(60_000)

  it('says which parameter is wrong', async () => {
    opened({ rows: readings(3, () => ({ data: { temp: 1, mode: 'x' } })) })
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
    for (const [query, what] of wrong) assert.equal(await failure(history!.values(query)), `QUERY ${what}`)
  })

  it('rejects what is asked of a closed one, and what waits when it is closed', async () => {
    opened({ rows: readings(3) })
    const waiting = Promise.all([1, 2, 3].map(() => failure(history!.series())))
    await history!.close()
    assert.deepEqual(new Set(await waiting), new Set(['NO_STORE the history cannot be read: it was closed']))
    assert.match(await failure(history!.series()), /^NO_STORE/)
  })
})

import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { writeStore } from '../../../support/history/history-store.ts'
import { failure, HistoryBench, now, readings } from '../support/history-bench.ts'

describe("the history's file", () => {
  let bench: HistoryBench
  beforeEach(() => {
    bench = new HistoryBench()
  })
  afterEach(() => bench.remove())

  it('may be absent, come, be swapped and go at any time', async () => {
    bench.opened()
    const absent = `NO_STORE the history cannot be read: there is no file ${bench.file}`
    assert.equal(await failure(bench.history!.latest()), absent)
    writeStore(bench.file, { rows: readings(3) })
    assert.equal((await bench.history!.series())[0]?.n, 3)
    writeStore(`${bench.file}.new`, { rows: readings(5, () => ({ type: 'other' })) })
    renameSync(`${bench.file}.new`, bench.file)
    assert.deepEqual(
      (await bench.history!.series()).map(({ type, n }) => [type, n]),
      [['other', 5]],
    )
    rmSync(bench.file)
    assert.equal(await failure(bench.history!.latest()), absent)
    writeStore(bench.file, { rows: readings(1) })
    assert.equal((await bench.history!.series())[0]?.n, 1)
  })

  it('shows what is written to it meanwhile', async () => {
    bench.opened({ rows: readings(3) })
    assert.equal((await bench.history!.series())[0]?.n, 3)
    const database = new DatabaseSync(bench.file)
    database.exec(
      "UPDATE series SET n = 4; ALTER TABLE t_1 ADD COLUMN f2 REAL; INSERT INTO field VALUES (2, 1, 'x', 'number', 2, NULL, NULL)",
    )
    assert.equal((await bench.history!.series())[0]?.n, 4)
    assert.equal((await bench.history!.latest()).series[0]?.fields[1]?.value, null)
    database.close()
  })

  it('is refused where it is no store, damaged, or of another version', async () => {
    bench.opened()
    writeFileSync(bench.file, 'this is a text and no database, and long enough for one'.repeat(100))
    assert.match(await failure(bench.history!.series()), /^NO_STORE .*file is not a database$/)
    rmSync(bench.file)
    new DatabaseSync(bench.file).exec('CREATE TABLE other (x)')
    assert.equal(
      await failure(bench.history!.series()),
      `NO_STORE the history cannot be read: ${bench.file} is no store of a gateway`,
    )
    writeStore(bench.file, { rows: readings(3) })
    const database = new DatabaseSync(bench.file)
    database.exec('PRAGMA user_version = 99')
    database.close()
    assert.match(
      await failure(bench.history!.series()),
      /^NO_STORE .* has tables of version 99, and this program reads 1$/,
    )
    writeStore(bench.file, { rows: readings(3) })
    const broken = new DatabaseSync(bench.file)
    broken.exec('DROP TABLE agg')
    broken.close()
    assert.match(await failure(bench.history!.latest()), /^NO_STORE .*no such table: agg$/)
  })

  it('is not changed by anything that is asked', async () => {
    const rows = readings(50, () => ({ data: { temp: 1, mode: 'x' } }))
    bench.opened({ rows, rejects: [{ seq: 1, time: now, type: null, source: 's', raw: 'r', reasons: [] }] })
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
        const outcome = await failure(bench.history!.values(query))
        if (refused) assert.match(outcome, new RegExp(`^QUERY ${parameter}: `), `${parameter} ${value}`)
        else assert.equal(outcome, 'it did not fail')
        for (const work of [
          bench.history!.statistics(query),
          bench.history!.rejects(query),
          bench.history!.spans(query),
          bench.exported(query),
        ]) {
          assert.match(await failure(work), /^(QUERY \w+: |it did not fail)/, `${parameter} ${value}`)
        }
      }
    }
    for (const value of [['1', '2'], { $gt: 0 }, true, () => 1, Symbol('x')]) {
      assert.equal(
        await failure(bench.history!.values({ ...good, series: value })),
        'QUERY series: must be given once, as a text',
      )
    }
    assert.equal((await bench.history!.series())[0]?.n, 50)
    assert.equal((await bench.history!.values(good)).n, 50)
    assert.equal((await bench.history!.rejects()).length, 1)
  }).timeout(20_000)
})

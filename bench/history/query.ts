// Charts of a store of 10 million rows, through the worker thread as the pages ask for them: from aggregates, and of single
// readings. Beside each the plain select of the same rows in this thread. `node bench/history/query.ts [rows]`
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { valueTable } from '../../lib/history/model/schema.ts'
import { History } from '../../lib/history/query/history.ts'
import { addAggregates, newStore } from '../../test/support/history/history-store.ts'

const count = Number(process.argv[2] ?? 10_000_000)
const seriesCount = 10
const fields = ['temp', 'humi', 'light']
/** ms between the readings of a series: a node of a JeeLink */
const step = 30_000
const rounds = 15

const directory = mkdtempSync(join(tmpdir(), 'fieldlog-bench-'))
const file = join(directory, 'store.sqlite')
const last = Math.floor(Date.now() / step) * step
const history = new History({ file })
try {
  await run()
} finally {
  await history.close()
  rmSync(directory, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const began = performance.now()
  fill()
  const megabytes = statSync(file).size / 1e6
  const seconds = (performance.now() - began) / 1000
  console.log(
    `${count.toLocaleString('en')} rows of ${seriesCount} series, ${fields.length} fields, one reading in ${step / 1000} s, ` +
      `1 % bad: ${megabytes.toFixed(0)} MB, made in ${seconds.toFixed(0)} s`,
  )
  const database = new DatabaseSync(file, { readOnly: true })
  const raw = selecting(
    database,
    'SELECT time, f1 FROM t_1 WHERE series = 5 AND time >= ? AND time < ? ORDER BY time',
  )
  const aggregates = selecting(
    database,
    'SELECT t, mean FROM agg WHERE level = 2 AND series = 5 AND field = 1 AND t >= ? AND t < ? ORDER BY t',
  )
  const hours = selecting(
    database,
    'SELECT t, mean FROM agg WHERE level = 3 AND series = 5 AND field = 1 AND t >= ? AND t < ? ORDER BY t',
  )
  const asked = { series: 5, field: 'temp', points: 1000, to: last + 1 }
  await compare('30 days, 1,000 points, from aggregates', 30, aggregates, (from) =>
    history.values({ ...asked, from }),
  )
  await compare('30 days, 1,000 points, of single readings', 30, raw, (from) =>
    history.values({ ...asked, from, level: 'raw' }),
  )
  await compare('a year, 1,000 points', 365, hours, (from) => history.values({ ...asked, from }))
  await compare('a day, 1,000 points', 1, raw, (from) => history.values({ ...asked, from }))
  await compare('statistics of a year', 365, hours, (from) => history.statistics({ ...asked, from }))
  await compare('latest, with sparklines', 1, raw, () => history.latest())
  database.close()
  await exported()
}

type Select = (from: number) => number

function selecting(database: DatabaseSync, sql: string): Select {
  const statement = database.prepare(sql)
  statement.setReturnArrays?.(true)
  return (from) => statement.all(from, last + 1).length
}

async function compare(
  name: string,
  days: number,
  select: Select,
  ask: (from: number) => Promise<unknown>,
): Promise<void> {
  const from = last - days * 86_400_000
  const [ours, plain]: [number[], number[]] = [[], []]
  let [rows, answer]: [number, unknown] = [0, undefined]
  for (let round = 0; round < rounds; round++) {
    ours.push(
      await timed(async () => {
        answer = await ask(from)
      }),
    )
    plain.push(
      await timed(() => {
        rows = select(from)
      }),
    )
  }
  const { level = '', t = [] } = answer as { level?: string; t?: number[] }
  const what = level === '' ? '' : `, ${t.length} points of ${level}`
  console.log(
    `${name.padEnd(44)} ${text(ours)}${what}; a plain select of ${rows.toLocaleString('en')} rows ${text(plain)}`,
  )
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function text(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] as number).toFixed(1)
  return `${at(0.5)} ms (${at(0)} to ${at(1)})`
}

async function exported(): Promise<void> {
  let [rows, bytes] = [0, 0]
  const ms = await timed(async () => {
    for await (const piece of history.export({ series: 5, from: last - 30 * 86_400_000 })) {
      rows += piece.split('\n').length - 1
      bytes += piece.length
    }
  })
  console.log(
    `export of 30 days as CSV: ${rows.toLocaleString('en')} lines, ${((rows / ms) * 1000).toFixed(0)} a second, ${(bytes / 1e6).toFixed(1)} MB`,
  )
}

function fill(): void {
  const database = newStore(file)
  database.exec('PRAGMA synchronous = OFF; PRAGMA temp_store = FILE')
  database.exec("INSERT INTO epoch VALUES (1, 'k3x9a7qd', 1); INSERT INTO type VALUES (1, 'room')")
  database.exec(valueTable(1))
  const each = Math.floor(count / seriesCount)
  const first = last - (each - 1) * step
  for (const [place, name] of fields.entries()) {
    database.exec(`ALTER TABLE t_1 ADD COLUMN f${place + 1} REAL`)
    database
      .prepare("INSERT INTO field VALUES (?, 1, ?, 'number', ?, NULL, 1)")
      .run(place + 1, name, place + 1)
  }
  for (let id = 1; id <= seriesCount; id++) {
    const values = [id, 1, 'ttyUSB0', String(id), `ttyUSB0-${id}`, first, last, each]
    database.prepare('INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(...values)
    database.exec(`
      WITH RECURSIVE place(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < ${each - 1})
      INSERT INTO t_1 (series, time, seq, sub, verdict, reasons, f1, f2, f3)
      SELECT ${id}, ${first} + n * ${step}, n * ${seriesCount} + ${id}, 0, iif(n % 100 = 7, 2, 1),
        iif(n % 100 = 7, '["hot: temp: over 50"]', NULL), 20 + n % 2880 / 300.0 + abs(random() % 100) / 100.0, n % 100, n % 255
      FROM place`)
  }
  // those of the field that is asked for are enough, and take minutes to make
  addAggregates(database, 1, 't_1', 'f1')
  database.close()
}

// Charts and statistics against a naive model, on stores with random readings.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { statisticsOf } from '../../../../../lib/history/query/questions/statistics.ts'
import { valuesOf } from '../../../../../lib/history/query/questions/values.ts'
import { StoreFile } from '../../../../../lib/history/query/read/store-file.ts'
import { type StoredRow, writeStore } from '../../../../support/history/history-store.ts'
import { type Random, seeded } from '../../../../support/random.ts'

const begin = Date.UTC(2026, 10, 1)
const day = 86_400_000
const steps = { '1m': 60_000, '15m': 900_000, '1h': 3_600_000, '1d': day }

interface Summary {
  n: number
  good: number
  min: number
  max: number
  mean: number
  deviation: number | null
}

function randomRows(random: Random, count: number, days: number): StoredRow[] {
  let time = begin
  return Array.from({ length: count }, () => {
    time += Math.floor(random() ** 4 * 5 * ((days * day) / count))
    const verdict = random() < 0.1 ? 'bad' : random() < 0.05 ? 'held' : 'good'
    const temp = Math.round((random() - 0.5) * 1000) / 10
    const data: StoredRow['data'] = random() < 0.9 ? { temp } : { other: 1 }
    return { time, verdict, reasons: verdict === 'bad' ? ['r'] : [], data }
  })
}

/** What a good reading says counts; where none is good, all of them. */
function summary(rows: readonly StoredRow[]): Summary | undefined {
  const own = rows.filter(({ data }) => data.temp !== undefined)
  if (own.length === 0) return undefined
  const good = own.filter(({ verdict }) => verdict === 'good')
  const values = (good.length > 0 ? good : own).map(({ data }) => data.temp as number)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    ...{ n: own.length, good: good.length, min: Math.min(...values), max: Math.max(...values), mean },
    deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null,
  }
}

function assertNear(
  found: number | null | undefined,
  expected: number | null | undefined,
  what: string,
): void {
  if (typeof found !== 'number' || typeof expected !== 'number') assert.equal(found, expected, what)
  else assert.ok(Math.abs(found - expected) <= 1e-6, `${what}: ${found} instead of ${expected}`)
}

describe('aggregates of the history', () => {
  let directory: string
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-buckets-'))
  })
  after(() => rmSync(directory, { recursive: true, force: true }))

  it(
    'are what a naive model finds, for any range, level and number of points',
    seeded((randomFor) => {
      for (let round = 0; round < 12; round++) {
        const random = randomFor(round)
        const days = round % 2 === 0 ? 2 : 40
        const rows = randomRows(random, 1_500, days)
        const path = join(directory, `${round}.sqlite`)
        writeStore(path, { rows })
        const file = new StoreFile(path)
        const now = begin + 400 * day
        for (let query = 0; query < 12; query++) {
          const from = begin + Math.floor((random() - 0.1) * days * day)
          const to = from + 1 + Math.floor(random() ** 3 * days * day)
          const given = { series: '1', field: 'temp', from, to }
          const range = (start: number, end: number) => rows.filter(({ time }) => time >= start && time < end)

          const found = file.ask((store) => statisticsOf(store, { given, now, names: undefined }))
          const expected = summary(range(from, to)) ?? {
            n: 0,
            good: 0,
            min: null,
            max: null,
            mean: null,
            deviation: null,
          }
          for (const [name, value] of Object.entries(expected)) {
            assertNear(found[name as keyof Summary], value, `${name} from ${from} to ${to}`)
          }

          const points = 10 + Math.floor(random() * 200)
          const level = (Object.keys(steps) as Array<keyof typeof steps>)[Math.floor(random() * 4)]!
          const asked = { given: { ...given, points, level }, now, names: undefined }
          const chart = file.ask((store) => valuesOf(store, asked))
          const [step, length] = [chart.step as number, steps[level]]
          assert.ok(chart.t.length <= points, `${chart.t.length} of ${points} points`)
          assert.equal(step % length, 0)
          // whole buckets of the level, from the one in which the range begins
          const first = Math.floor(Math.max(from, begin) / length) * length
          const last = Math.ceil(to / length) * length
          const starts = [...new Set(range(first, last).map(({ time }) => Math.floor(time / step) * step))]
          const models = starts.flatMap((t) => {
            const model = summary(range(Math.max(first, t), Math.min(last, t + step)))
            return model ? [{ t, ...model }] : []
          })
          assert.deepEqual(
            chart.t,
            models.map(({ t }) => t),
          )
          for (const [place, { min, max, mean }] of models.entries()) {
            assertNear(chart.v[place], mean, `mean of point ${place}`)
            assertNear(chart.lo?.[place], min, `least of point ${place}`)
            assertNear(chart.hi?.[place], max, `greatest of point ${place}`)
          }
          const bad = range(from, to).filter(
            ({ verdict, data }) => verdict === 'bad' && data.temp !== undefined,
          )
          assert.ok(chart.bad.length <= Math.floor(points / 5))
          if (bad.length <= chart.bad.length) assert.equal(chart.bad.length, bad.length)
          for (const { t, v } of chart.bad) {
            assert.ok(
              bad.some(({ time, data }) => time === t && data.temp === v),
              `${t} ${v} is no bad reading`,
            )
          }
        }
        file.close()
      }
    }),
  ).timeout(60_000)
})

import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { limitsOf } from '../../../../lib/history/store/retention.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { madeEvents } from '../support/events.ts'
import { ModelJournal } from '../support/model-journal.ts'
import { StoreBench } from '../support/store-bench.ts'

const day = 86_400_000
const now = Date.UTC(2026, 0, 31, 15)

describe('history: what goes for its age', () => {
  it('goes by whole days, and a finer level never stays longer than a coarser one', () => {
    const midnight = Date.UTC(2026, 0, 31)
    assert.deepEqual(limitsOf({ raw: 10, minutes: 20, quarters: 0 }, now), {
      raw: midnight - 10 * day,
      1: midnight - 20 * day,
      2: Number.NEGATIVE_INFINITY,
    })
    assert.deepEqual(limitsOf({ raw: 10, minutes: 5, quarters: 1 }, now), {
      raw: midnight - 10 * day,
      1: midnight - 10 * day,
      2: midnight - 10 * day,
    })
    assert.equal(limitsOf({ raw: 0, minutes: 5, quarters: 1 }, now)[2], Number.NEGATIVE_INFINITY)
  })

  it('is not taken when it comes too late, and hours and days of what goes stay', async () => {
    const bench = new StoreBench()
    try {
      const events = madeEvents(1_500, 5)
      bench.open(new ModelJournal(events, 1_500))
      await bench.ready()
      await bench.close()
      const before = counts(bench.path)
      // all of it is of the last 40 days of 2025, and of the first hour of 2026
      const wall = Date.now()
      const days = Math.floor((wall - Date.UTC(2026, 0, 1)) / day)
      const clock = new FakeClock(wall)
      const keep = { raw: days, minutes: days, quarters: 0 }
      bench.open(new ModelJournal(events, 1_500), clock, keep)
      while (bench.store!.state.state !== 'ready') await clock.advance(200)
      await clock.advance(11_000)
      // behind the upkeep that runs now
      await bench.close()
      const last = counts(bench.path)
      assert.ok(last.raw < before.raw && last.raw > 0)
      assert.ok(last.minutes < before.minutes && last.minutes > 0)
      assert.deepEqual([last.quarters, last.hours, last.days], [before.quarters, before.hours, before.days])
    } finally {
      await bench.remove()
    }
  })
})

function counts(path: string) {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const of = (query: string) => Number(Object.values(db.prepare(query).get() ?? {})[0])
    const level = (number: number) => of(`SELECT count(*) FROM agg WHERE level = ${number}`)
    const raw = of('SELECT sum(n) FROM series')
    return { raw, minutes: level(1), quarters: level(2), hours: level(3), days: level(4) }
  } finally {
    db.close()
  }
}

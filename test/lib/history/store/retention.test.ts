import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { BatchMaker } from '../../../../lib/history/store/batch.ts'
import { limitsIn, limitsOf, retire } from '../../../../lib/history/store/retention.ts'
import { RowWriter } from '../../../../lib/history/store/row-writer.ts'
import { StoreFile } from '../../../../lib/history/store/store-file.ts'
import { StoreThread } from '../../../../lib/history/store/store-thread.ts'
import { systemClock } from '../../../../lib/kit/clock.ts'
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

  it('stays when the clock is wrong after a start, until it has gone on so for a day', async () => {
    const bench = new StoreBench()
    try {
      const events = madeEvents(1_500, 5)
      bench.open(new ModelJournal(events, 1_500))
      await bench.ready()
      await bench.close()
      const before = counts(bench.path)
      const keep = { raw: 400, minutes: 400, quarters: 1_827 }
      let wall = Date.UTC(2026, 0, 2)
      let monotonic = 0
      /** The process starts, and looks after the file until nothing is left to do. */
      const started = () => {
        const thread = new StoreThread(
          () => wall,
          () => monotonic,
        )
        thread.handle({ kind: 'open', path: bench.path, journal: undefined })
        const upkeep = () => {
          while (thread.handle({ kind: 'upkeep', keep }).more) {
            // the next step
          }
          return counts(bench.path)
        }
        const take = (seq: number) => {
          const maker = new BatchMaker()
          const one = events.bySeq.flat().find(({ data, late }) => data !== undefined && !late)!
          maker.add({ ...one, seq, id: one.id.replace(/-.*/, `-${seq}`) })
          return thread.handle({ kind: 'write', batch: maker.take(), to: 'live', keep }).written
        }
        return { upkeep, take, close: () => thread.handle({ kind: 'close' }) }
      }
      const right = started()
      assert.deepEqual(right.upkeep(), before)
      right.close()

      wall = Date.UTC(2037, 0, 1)
      const wrong = started()
      assert.equal(wrong.take(3_000), 1, 'what comes is not taken for too old')
      assert.equal(wrong.upkeep().raw, before.raw + 1)
      monotonic += day - 1
      assert.equal(wrong.upkeep().raw, before.raw + 1)
      // it is set at last
      wall = Date.UTC(2026, 0, 3)
      assert.equal(wrong.upkeep().raw, before.raw + 1)
      // years later nobody sets it: it is right
      wall = Date.UTC(2037, 0, 1)
      assert.equal(wrong.upkeep().raw, before.raw + 1)
      monotonic += day
      const last = wrong.upkeep()
      wrong.close()
      assert.deepEqual([last.raw, last.minutes, last.quarters], [0, 0, 0])
      assert.deepEqual([last.hours > 0, last.days > 0], [true, true])
    } finally {
      await bench.remove()
    }
  })

  it('goes for its size: the oldest days of readings first, then of minutes, never what is of today', async () => {
    const bench = new StoreBench()
    try {
      // ten days of 300 events each
      const made = madeEvents(3_000, 5)
      const today = Date.UTC(2026, 0, 10)
      const spread = (seq: number) => Date.UTC(2026, 0, 1) + Math.floor((seq * day) / 300.1)
      const bySeq = made.bySeq.map((all) => all.map((event) => ({ ...event, time: spread(event.seq) })))
      const events = { ...made, bySeq }
      bench.open(new ModelJournal(events, 3_000))
      await bench.ready()
      await bench.close()
      const before = counts(bench.path)
      const shrink = (bytes: number) => {
        const writer = new RowWriter(StoreFile.open(bench.path))
        let steps = 0
        while (retire(writer, { raw: 0, minutes: 0, quarters: 0, bytes }, today + 7_200_000)) steps++
        const bytesLeft = bytesIn(writer.file.db)
        const { raw } = limitsIn(writer, { raw: 0, minutes: 0, quarters: 0 }, today)
        writer.file.close()
        return { ...counts(bench.path), steps, bytesLeft, from: raw }
      }
      const some = shrink(Math.round(bytesOf(bench.path) * 0.92))
      assert.ok(some.raw < before.raw && some.raw > 300, JSON.stringify(some))
      assert.deepEqual([some.minutes, some.hours], [before.minutes, before.hours])
      assert.ok(some.bytesLeft <= bytesOf(bench.path))
      assert.equal(some.from % day, 0)
      const none = shrink(1)
      assert.deepEqual([none.hours, none.days, none.from], [before.hours, before.days, today])
      assert.ok(none.minutes < before.minutes && none.minutes > 0)
      assert.ok(none.quarters < before.quarters && none.quarters > 0)
      const db = new DatabaseSync(bench.path, { readOnly: true })
      const types = db.prepare('SELECT id FROM type').all() as Array<{ id: number }>
      for (const { id } of types)
        assert.equal(
          Object.values(db.prepare(`SELECT count(*) FROM t_${id} WHERE time < ${today}`).get()!)[0],
          0,
        )
      db.close()
      // what comes late of a day that has gone does not come back
      bench.open(new ModelJournal(events, 3_000), systemClock)
      await bench.ready()
      const late = events.bySeq.flat().find(({ time, data }) => time < today && data !== undefined)!
      const { promise, resolve } = Promise.withResolvers<void>()
      bench.store!.take({ ...late, seq: 3_000, id: late.id.replace(/-\d+/, '-3000') }, () => resolve())
      await promise
      await bench.close()
      assert.equal(counts(bench.path).raw, none.raw)
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

function bytesOf(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return bytesIn(db)
  } finally {
    db.close()
  }
}

function bytesIn(db: DatabaseSync): number {
  const of = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  return of('page_count') * of('page_size')
}

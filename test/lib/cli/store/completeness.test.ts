// Whether `export` may answer from the store: only where it has all events that are asked for.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { lackOf } from '../../../../lib/cli/store/completeness.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { writeStore } from '../../../support/history/history-store.ts'
import { temporaryDirectory } from '../helper.ts'

const noon = Date.UTC(2026, 10, 21, 12)
/** ms between two entries of the journal */
const interval = 60_000
const entries = 10

describe('fieldlog export: whether a store is complete', () => {
  const place = temporaryDirectory()
  const storePath = () => join(place.path, 'fieldlog.sqlite')
  const journalPath = () => join(place.path, 'journal')

  beforeEach(async () => {
    const clock = { ...systemClock, wall: () => noon }
    const journal = new Journal({ directory: journalPath(), flushInterval: 0, clock })
    await journal.start()
    for (let i = 0; i < entries; i++) {
      journal.append({ kind: 'L', source: 's', text: `line ${i + 1}`, received: noon + i * interval })
    }
    await journal.stop()
  })

  /** @param meta what the store says of itself: `upTo` the seq up to which it has all, `part` what is made again */
  function store(meta: Record<string, number | string>): void {
    writeStore(storePath(), { rows: [{ time: noon, data: { value: 1 } }] })
    const database = new DatabaseSync(storePath())
    for (const [key, value] of Object.entries(meta)) {
      database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)
    }
    database.close()
  }

  /** An hour after the last entry, unless told otherwise. */
  const lack = (asked: { to?: number; now?: number } = {}) =>
    lackOf(storePath(), {
      disk: systemDisk,
      directory: journalPath(),
      to: asked.to,
      now: asked.now ?? noon + 3_600_000 + entries * interval,
    })

  it('is where it has the last entry', async () => {
    store({ upTo: entries })
    assert.equal(await lack(), undefined)
  })

  it('is not where entries came after its last one, and names the first', async () => {
    store({ upTo: 4 })
    assert.equal(await lack(), `the store ${storePath()} lacks events from seq 5 on`)
    store({})
    assert.equal(await lack(), `the store ${storePath()} lacks events from seq 1 on`)
  })

  it('is where what it lacks was received after the time that is asked for', async () => {
    store({ upTo: 4 })
    // entry 5 came at noon + 4 intervals
    assert.equal(await lack({ to: noon + 4 * interval }), undefined)
    assert.equal(
      await lack({ to: noon + 4 * interval + 1 }),
      `the store ${storePath()} lacks events from seq 5 on`,
    )
  })

  it('is where what it lacks came in the last minute: the gateway is about to store it', async () => {
    store({ upTo: entries - 1 })
    const last = noon + (entries - 1) * interval
    assert.equal(await lack({ now: last + 60_000 }), undefined)
    assert.equal(await lack({ now: last + 60_001 }), `the store ${storePath()} lacks events from seq 10 on`)
  })

  it('is not while a part of it is made again, whatever it goes up to', async () => {
    store({ upTo: entries, part: '{}' })
    assert.equal(await lack(), `the store ${storePath()} is being made again in part`)
  })

  it('is not where there is none', async () => {
    assert.equal(await lack(), `the history cannot be read: there is no file ${storePath()}`)
  })
})

// Whatever happens to the file: the flow goes on, and in the end everything in the journal is in the store.
import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { mountedDisk } from '../../../support/programs/mounted-disk.ts'
import { makeReadOnly } from '../../../support/programs/read-only-folder.ts'
import { seeded } from '../../../support/random.ts'
import { ballast, makeRoom } from '../../journal/support/small-disk.ts'
import { contentsOf } from '../support/contents.ts'
import { madeEvents } from '../support/events.ts'
import { holdLock } from '../support/lock-holder.ts'
import { ModelJournal } from '../support/model-journal.ts'
import { quickClock } from '../support/quick-clock.ts'
import { StoreBench } from '../support/store-bench.ts'

const count = 2_000
/** Where there is time for it what takes ten seconds takes ten seconds, and a lock is held for a minute. */
const isSlow = process.env.FIELDLOG_SOAK !== undefined

describe('history: a store heals', function () {
  this.timeout(isSlow ? 300_000 : 60_000)
  const events = madeEvents(count, 11)
  let expected: string
  let bench: StoreBench

  before(async () => {
    const well = new StoreBench()
    well.open(new ModelJournal(events, count))
    await well.ready()
    await well.close()
    expected = contentsOf(well.path).sha256
    await well.remove()
  })
  beforeEach(() => {
    bench = new StoreBench()
  })
  afterEach(() => bench.remove())

  const open = (journal = new ModelJournal(events, count)) => {
    bench.open(journal, quickClock)
    return journal
  }

  /** A store with all of it, closed. */
  async function whole(): Promise<void> {
    open()
    await bench.ready()
    await bench.close()
    assert.deepEqual(bench.warnings, [])
  }

  async function assertWhole(): Promise<void> {
    await bench.until(({ state, upTo }) => state === 'ready' && upTo === count)
    await bench.close()
    assert.equal(contentsOf(bench.path).sha256, expected)
  }

  const movedAside = () => readdirSync(dirname(bench.path)).filter((name) => name.includes('.bad-'))

  /** What was there is kept under another name, and one line says why. */
  async function assertMovedAside(reason: RegExp): Promise<void> {
    open()
    await assertWhole()
    assert.equal(bench.warnings.length, 1)
    assert.match(bench.warnings[0]!, reason)
    const [kept] = movedAside()
    assert.ok(kept?.startsWith(`${basename(bench.path)}.bad-`))
  }

  it('when its file was deleted while it was closed', async () => {
    await whole()
    rmSync(bench.path)
    open()
    await assertWhole()
    assert.deepEqual(bench.warnings, [])
  })

  it('when its folder is deleted while it runs, within ten seconds', async () => {
    const journal = open(new ModelJournal(events))
    await bench.ready()
    await journal.send(count / 2)
    const { generation } = bench.store!.state
    rmSync(dirname(bench.path), { recursive: true })
    await bench.until((state) => state.generation > generation)
    await journal.send(count)
    await assertWhole()
    assert.match(bench.warnings[0]!, /was deleted or replaced\. It is made again from the journal/)
  })

  it(
    'when it was cut off, at any byte',
    seeded(async (randomFor) => {
      await whole()
      const size = statSync(bench.path).size
      const copy = join(bench.folder, 'copy')
      copyFileSync(bench.path, copy)
      const random = randomFor(3)
      for (let cut = 1; cut <= 20; cut++) {
        copyFileSync(copy, bench.path)
        truncateSync(bench.path, Math.floor(random() * size))
        open()
        await assertWhole()
      }
      assert.ok(movedAside().length > 10)
    }),
  )

  it('when a text took its place', async () => {
    await whole()
    writeFileSync(bench.path, 'these are my notes\n'.repeat(1_000))
    await assertMovedAside(/file is not a database.* it is now /)
  })

  it('when the database of another program took its place', async () => {
    mkdirSync(dirname(bench.path))
    const db = new DatabaseSync(bench.path)
    db.exec('CREATE TABLE notes (text)')
    db.close()
    await assertMovedAside(/it is no store of Fieldlog; it is now /)
  })

  it('when it is of a newer version', async () => {
    await whole()
    const db = new DatabaseSync(bench.path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    await assertMovedAside(/it has version 99 of the tables, and this software writes 1; it is now /)
  })

  it('when it is of another journal, or of what an older copy of it has lost', async () => {
    await whole()
    open(new ModelJournal(events, count, { epochOf: () => 'another1' }))
    await assertWhole()
    assert.match(bench.warnings[0]!, /it is of another journal; it is now /)
    open(new ModelJournal(madeEvents(count - 500, 11), count - 500))
    await bench.until(({ state, upTo }) => state === 'ready' && upTo === count - 500)
    assert.equal(movedAside().length, 2)
  })

  it('when the disk was full: the flow goes on, and what is missing is filled', async () => {
    const disk = await mountedDisk()
    const small = new StoreBench(join(disk.root, 'gateway'))
    try {
      const few = madeEvents(600, 11)
      const journal = new ModelJournal(few)
      small.open(journal, quickClock)
      await small.ready()
      await journal.send(100)
      await ballast(disk, 2 << 20)
      await journal.send(600)
      assert.equal(journal.checkpoint, 600)
      await small.until(({ state }) => state === 'not stored')
      assert.match(small.warnings[0]!, /full.* Events are not stored for now/)
      await makeRoom(disk)
      await small.until(({ state, upTo }) => state === 'ready' && upTo === 600)
      await small.close()
      const rows = few.bySeq.flat().filter(({ data }) => data !== undefined).length
      assert.equal(contentsOf(small.path).rows, rows)
    } finally {
      await small.close()
      disk.remove()
    }
  })

  it('when another process had locked it for a minute: the flow goes on, and what is missing is filled', async () => {
    const journal = new ModelJournal(events)
    bench.open(journal, isSlow ? systemClock : quickClock)
    await bench.ready()
    await journal.send(count / 2)
    const lock = await holdLock(bench.path)
    const minute = isSlow ? pause(60_000) : undefined
    let tries = 0
    bench.changed = ({ state }) => {
      if (state === 'start') tries++
    }
    await journal.send(count)
    assert.equal(journal.checkpoint, count)
    assert.deepEqual(journal.errors, [])
    await bench.until(({ state }) => state === 'not stored')
    assert.match(
      bench.store!.state.says,
      /database is locked: .*; tried again every ten seconds, then filled/,
    )
    await bench.until(() => tries >= 2)
    await minute
    // one try in ten seconds, each of which waits for two
    if (isSlow) assert.ok(tries >= 3 && tries <= 6, String(tries))
    await lock.release()
    await assertWhole()
    assert.equal(bench.warnings.length, 1)
    assert.match(bench.warnings[0]!, /database is locked: end the program that writes to it\. Events are not/)
  })

  it('when it was closed while another process had locked it: no event is called stored that is not', async () => {
    const journal = open(new ModelJournal(events))
    await bench.ready()
    await journal.send(count / 2)
    const lock = await holdLock(bench.path)
    await journal.send(count)
    await lock.release()
    await bench.close()
    open()
    await assertWhole()
  })

  it('when its folder was read-only at the start: the flow goes on, and what is missing is filled', async () => {
    open(new ModelJournal(events))
    await bench.ready()
    await bench.close()
    const makeWritable = makeReadOnly(dirname(bench.path))
    const journal = new ModelJournal(events)
    try {
      open(journal)
      await bench.until(({ state }) => state === 'not stored')
      await journal.send(count)
      assert.equal(journal.checkpoint, count)
      assert.match(
        bench.warnings[0]!,
        /: make its folder writable for the gateway\. Events are not stored for now/,
      )
    } finally {
      makeWritable()
    }
    await assertWhole()
    assert.equal(bench.warnings.length, 1)
    assert.deepEqual(movedAside(), [])
  })

  it('leaves nothing of a new file behind', async () => {
    await whole()
    assert.deepEqual([existsSync(`${bench.path}.new`), existsSync(`${bench.path}-wal`)], [false, false])
  })
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Disk, systemDisk } from '../../../lib/journal/disk/disk.ts'
import type { NewEntry } from '../../../lib/journal/format/batch.ts'
import { JournalFiles } from '../../../lib/pages/journal-files.ts'
import { buildJournal, writeJournal } from '../../support/build-journal.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const line = (time: string): NewEntry => ({ kind: 'L', received: Date.parse(time), source: 'x', text: 'a' })

describe('the files of a journal, for the status', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-files-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('say its age and its size, looked up once a minute', async () => {
    const clock = new FakeClock()
    const files = new JournalFiles(systemDisk, clock)
    assert.deepEqual(await files.report(folder), { first: null, bytes: 0 })
    const first = '2026-11-20T10:00:00.000Z'
    const built = buildJournal([
      { date: '20261120', batches: [[line(first)]] },
      { date: '20261121', batches: [[line('2026-11-21T10:00:00.000Z')]] },
    ])
    writeJournal(folder, built)
    const bytes = built.reduce((sum, file) => sum + file.bytes.length, 0)
    // as long as there was no entry it is looked at each time
    assert.deepEqual(await files.report(folder), { first: Date.parse(first), bytes })
    rmSync(join(folder, built[0]!.path))
    assert.equal((await files.report(folder)).bytes, bytes)
    clock.tick(60_000)
    // retention took the oldest file
    assert.deepEqual(await files.report(folder), {
      first: Date.parse('2026-11-21T10:00:00.000Z'),
      bytes: built[1]!.bytes.length,
    })
  })

  it('say what was known last where the disk does not answer: the status is needed most then', async () => {
    let problem: Error | undefined
    const disk: Disk = {
      ...systemDisk,
      list: (path) => (problem ? Promise.reject(problem) : systemDisk.list(path)),
    }
    const clock = new FakeClock()
    const built = buildJournal([{ date: '20261120', batches: [[line('2026-11-20T10:00:00.000Z')]] }])
    writeJournal(folder, built)
    const files = new JournalFiles(disk, clock)
    problem = new Error('EIO: i/o error, scandir')
    assert.deepEqual(await files.report(folder), { first: null, bytes: 0 })
    problem = undefined
    const known = await files.report(folder)
    assert.equal(known.bytes, built[0]!.bytes.length)
    problem = new Error('EIO: i/o error, scandir')
    clock.tick(60_000)
    assert.deepEqual(await files.report(folder), known)
  })

  it('are not waited for where the disk hangs, and it is asked once', async () => {
    const answer = Promise.withResolvers<void>()
    let asked = 0
    const disk: Disk = {
      ...systemDisk,
      async list(path) {
        asked++
        await answer.promise
        return systemDisk.list(path)
      },
    }
    const clock = new FakeClock()
    const built = buildJournal([{ date: '20261120', batches: [[line('2026-11-20T10:00:00.000Z')]] }])
    writeJournal(folder, built)
    const files = new JournalFiles(disk, clock)
    for (let i = 0; i < 3; i++) {
      const report = files.report(folder)
      await clock.advance(2_000)
      assert.deepEqual(await report, { first: null, bytes: 0 })
    }
    assert.equal(asked, 1)
    const late = files.report(folder)
    answer.resolve()
    assert.equal((await late).bytes, built[0]!.bytes.length)
    assert.equal(clock.timers, 0)
  })
})

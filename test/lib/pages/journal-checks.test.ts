import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import type { CheckInterval } from '../../../lib/journal/inspect/check-interval.ts'
import { type CheckRequest, checkJournal } from '../../../lib/journal/inspect/check-thread.ts'
import { JournalChecks } from '../../../lib/pages/journal-checks.ts'
import { buildJournal, writeJournal } from '../../support/build-journal.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'

const minute = 60_000
const day = 1_440 * minute

describe('the check of a journal in the background', () => {
  let folder: string
  let clock: FakeClock
  /** each check that was begun */
  let begun: CheckRequest[]
  let failure: Error | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-checks-'))
    clock = new FakeClock()
    begun = []
    failure = undefined
    const batch = [{ kind: 'L' as const, received: clock.wall(), source: 'x', text: 'a' }]
    writeJournal(folder, buildJournal([{ date: '20261120', batches: [batch, batch] }]))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function started(every: CheckInterval = 'daily'): JournalChecks {
    return new JournalChecks({
      every,
      disk: systemDisk,
      clock,
      check(request) {
        begun.push(request)
        if (failure) return { result: Promise.reject(failure), stop: async () => {} }
        return checkJournal(request)
      },
    })
  }

  /** Looks, and again later; a check that begins is waited for. */
  async function later(checks: JournalChecks, ms: number): Promise<void> {
    const journals = [{ directory: folder, checkpoint: 2 }]
    await checks.look(journals)
    clock.tick(ms)
    await checks.look(journals)
  }

  it('begins ten minutes after the start, comes once a day, and says what was read', async () => {
    const checks = started()
    await later(checks, 9 * minute)
    assert.deepEqual(begun, [])
    assert.equal(checks.lastOf(folder), null)
    await later(checks, minute)
    assert.deepEqual(begun, [{ directory: folder, checkpoint: 2 }])
    const at = clock.wall()
    assert.deepEqual(checks.lastOf(folder), { at, ok: true, says: '2 entries in 1 file are whole' })
    await later(checks, day - 1)
    assert.equal(begun.length, 1)
    await later(checks, 1)
    assert.equal(begun.length, 2)
  })

  it('is remembered over a restart, and not made again before it is due', async () => {
    await later(started(), 10 * minute)
    const at = clock.wall()
    const next = started('weekly')
    await later(next, day)
    assert.equal(begun.length, 1)
    assert.equal(next.lastOf(folder)?.at, at)
    await later(next, 6 * day)
    assert.equal(begun.length, 2)
  })

  it('says what is broken, and where', async () => {
    const batch = [{ kind: 'L' as const, received: 0, source: 'x', text: 'abc' }]
    const { path, bytes } = buildJournal([{ date: '20261120', batches: [batch] }])[0]!
    bytes[bytes.indexOf('abc')] = 0x62
    writeFileSync(join(folder, path), bytes)
    const checks = started()
    await later(checks, 10 * minute)
    const { ok, says } = checks.lastOf(folder)!
    assert.equal(ok, false)
    assert.match(says, /^2026\/20261120\.txt: .*the checksum does not match/)
  })

  it('is not made where it is off', async () => {
    await later(started('off'), 10 * day)
    assert.deepEqual(begun, [])
  })

  it('ends with the flows, and goes on when they start again', async () => {
    const ended = Promise.withResolvers<never>()
    let isHanging = true
    const checks = new JournalChecks({
      every: 'daily',
      disk: systemDisk,
      clock,
      check(request) {
        begun.push(request)
        if (!isHanging) return checkJournal(request)
        return { result: ended.promise, stop: async () => ended.reject(new Error('it was stopped')) }
      },
    })
    const journals = [{ directory: folder, checkpoint: 2 }]
    await checks.look(journals)
    clock.tick(10 * minute)
    const looking = checks.look(journals)
    while (begun.length === 0) await settle()
    checks.close()
    await looking
    assert.equal(checks.lastOf(folder), null)
    isHanging = false
    await checks.look(journals)
    assert.equal(begun.length, 2)
    assert.equal(checks.lastOf(folder)?.ok, true)
  })

  it('begins nothing more where it is closed while it looks', async () => {
    const checks = started()
    await later(checks, 0)
    clock.tick(10 * minute)
    const looking = checks.look([{ directory: folder, checkpoint: 2 }])
    checks.close()
    await looking
    assert.deepEqual(begun, [])
  })

  it('says why it could not be made, and is tried again after an hour', async () => {
    failure = new Error('EIO: i/o error, read')
    const checks = started()
    await later(checks, 10 * minute)
    assert.equal(checks.lastOf(folder)?.says, 'it could not be checked: EIO: i/o error, read')
    failure = undefined
    await later(checks, 59 * minute)
    assert.equal(begun.length, 1)
    await later(checks, minute)
    assert.equal(begun.length, 2)
    assert.equal(checks.lastOf(folder)?.ok, true)
  })
})

// The journal is closed, or another one comes in its place, while lines are chosen: the request must not be lost.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReplayResult } from '../../../lib/delivery/send/replay.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { type Disk, systemDisk } from '../../../lib/journal/disk/disk.ts'
import { withCode } from '../../../lib/kit/errors.ts'
import type { FormatSet } from '../../../lib/redecoding/decoded-by.ts'
import { Redecoding, type RedecodingJournal } from '../../../lib/redecoding/redecoding.ts'
import { buildJournal, writeJournal } from '../../support/build-journal.ts'

const hall: FormatDefinition = {
  type: 'hall',
  decoder: { kind: 'key-values', valueSeparator: '=' },
  takes: { prefix: 'T', word: true },
  fields: [{ name: 'temp', from: 'T', type: 'number' }],
}
const before: FormatSet = { formats: [], match: 'first' }
const now: FormatSet = { formats: [hall], match: 'first' }
const received = Date.UTC(2026, 10, 21, 12)
const ended: ReplayResult = {
  ...{ complete: 2, failed: 0, incomplete: 0, missing: 0, waiting: 0 },
  ...{ stopped: false, cancelled: false, next: undefined },
}

describe('redecoding: when the journal is closed', () => {
  let directory: string
  let warnings: string[]
  let changed: () => void
  let redecoding: Redecoding

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-redecoding-'))
    const batch = ['T=20', 'T=21'].map((text) => ({ kind: 'L' as const, received, source: 's', text }))
    writeJournal(directory, buildJournal([{ date: '20261121', batches: [batch] }]))
    warnings = []
    changed = () => undefined
    redecoding = new Redecoding('c')
  })
  afterEach(async () => {
    await redecoding.detach()
    rmSync(directory, { recursive: true })
  })

  /** @param replay what comes of the lines */
  function journalWith(replay: () => Promise<ReplayResult>, disk: Disk = systemDisk) {
    const asked: Array<Array<readonly [number, number]>> = []
    const journal: RedecodingJournal = {
      directory,
      disk,
      checkpoint: () => 2,
      whenDelivering: async () => true,
      replay(ranges) {
        asked.push([...ranges])
        return replay()
      },
      cancel: () => undefined,
    }
    return { journal, asked }
  }

  const attach = (journal: RedecodingJournal, set: FormatSet) =>
    redecoding.attach(journal, set, { changed: () => changed(), warn: (text) => warnings.push(text) })

  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      changed = () => isSo() && resolve()
      changed()
    })

  const isClosed = () => Promise.reject(withCode('JOURNAL_NOT_OPEN', new Error('the journal is not open')))
  const isOver = () => redecoding.state.running === undefined

  it('waits for the next one where it was closed before the first line was sent', async () => {
    const closed = Promise.withResolvers<void>()
    const first = journalWith(() => {
      closed.resolve()
      return isClosed()
    })
    attach(first.journal, before)
    attach(first.journal, now)
    await redecoding.start(0)
    await closed.promise
    const second = journalWith(async () => ended)
    attach(second.journal, now)
    await until(isOver)
    assert.deepEqual([first.asked, second.asked], [[[[1, 2]]], [[[1, 2]]]])
    assert.deepEqual(redecoding.state.last, { done: 2, total: 2, isStopped: false, notTaken: 0 })
    assert.deepEqual(warnings, [])
  })

  it('goes on with the one that came meanwhile', async () => {
    const reading = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    let isSlow = false
    const slowDisk: Disk = {
      ...systemDisk,
      async list(path) {
        if (isSlow) {
          reading.resolve()
          await gate.promise
        }
        return systemDisk.list(path)
      },
    }
    const first = journalWith(isClosed, slowDisk)
    attach(first.journal, before)
    attach(first.journal, now)
    await redecoding.offer(0)
    isSlow = true
    await redecoding.start(0)
    await reading.promise
    // flows are stopped and started while the lines are chosen
    const second = journalWith(async () => ended)
    attach(second.journal, now)
    await redecoding.offer(0)
    gate.resolve()
    await until(isOver)
    assert.deepEqual([first.asked, second.asked], [[[[1, 2]]], [[[1, 2]]]])
    assert.deepEqual(warnings, [])
  })

  it('does not say of a run that failed what came of the one before', async () => {
    let result = Promise.resolve(ended)
    const { journal } = journalWith(() => result)
    attach(journal, before)
    attach(journal, now)
    await redecoding.start(0)
    await until(isOver)
    assert.equal(redecoding.state.last?.done, 2)
    attach(journal, { ...now, formats: [{ ...hall, type: 'corridor' }] })
    result = Promise.reject(new Error('EIO: i/o error, read'))
    result.catch(() => undefined)
    await redecoding.start(0)
    await until(isOver)
    assert.equal(redecoding.state.last, undefined)
    assert.match(warnings.join(), /could not be decoded again: EIO/)
  })
})

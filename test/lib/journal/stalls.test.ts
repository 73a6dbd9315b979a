// What is promised: no call on a journal holds the event loop for 20 ms, whatever its size. Here on a small one, with the
// largest batches that a writer makes of short lines; `npm run soak -- journal` does the same on 1 GB.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayOf } from '../../../lib/journal/format/time.ts'
import { makeLargeJournal } from './support/large-journal.ts'
import { callsHead, describeCall, type MeasuredCall, measureCalls } from './support/stalls.ts'

const lastDay = dayOf(Date.UTC(2026, 10, 21))
/** ms of processor time between two turns of the loop */
const longest = 20

describe('journal: the event loop beside long calls', function () {
  this.timeout(120_000)
  let directory: string
  let calls: MeasuredCall[]

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-stalls-'))
    makeLargeJournal(directory, { lastDay, days: 3, entriesPerDay: 60_000, batchSize: 20_000 })
    calls = await measureCalls(directory, lastDay)
  })
  after(() => rmSync(directory, { recursive: true }))

  it('is held by none of them', () => {
    const held = calls.filter(({ maxBusy }) => maxBusy >= longest)
    assert.equal(held.length, 0, [callsHead, ...calls.map(describeCall)].join('\n'))
    assert.ok(calls.length >= 17)
  })
})

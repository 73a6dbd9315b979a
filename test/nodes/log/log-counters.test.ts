import assert from 'node:assert/strict'
import type { JournalReport } from '../../../nodes/journal/endpoints.ts'
import { counterRows } from '../../../nodes/log/counters.ts'

const journal = {
  events: 5,
  dropped: 12,
  held: 3,
  records: 6,
  batches: 2,
  syncs: 4,
  bytes: 500,
  failures: 0,
  lastSeq: 1_234_567,
  failure: undefined,
}
const report: JournalReport = {
  id: 'j',
  name: '',
  directory: '/j',
  delivery: {
    entries: 1_234_567,
    checkpoint: 1_234_000,
    complete: 1_233_990,
    failed: 1,
    incomplete: 7,
    damaged: 3,
    underWay: 10,
    quiet: 5,
    waiting: 552,
    replay: undefined,
  },
  journal,
  withoutProperties: 0,
  wear: { bytes: 0, syncs: 0, seconds: 100 },
  problem: undefined,
  clockDoubt: undefined,
  perDay: { bytes: 52_345_678, syncs: 86_400 },
}
const text = (key: string, values?: object) => (values ? `${key} ${JSON.stringify(values)}` : key)

describe('nodes: counters of the log panel', () => {
  it('are what the journal reports', () => {
    assert.deepEqual(counterRows(report, text), [
      ['entries', '1,234,567'],
      ['checkpoint', '1,234,000'],
      ['complete', '1,233,990'],
      ['underWay', '15'],
      ['waiting', '552'],
      ['incomplete', '7'],
      ['damaged', '3'],
      ['dropped', '12'],
      ['held', '3'],
      ['perDay', 'perDayValue {"size":"52 MB","syncs":"86,400","once":"611 days"}'],
    ])
  })

  it('say how often a card of 32 GB is written over', () => {
    const once = (bytes: number) => {
      const [, value = ''] = counterRows({ ...report, perDay: { bytes, syncs: 1 } }, text).at(-1) ?? []
      return JSON.parse(value.slice(value.indexOf('{'))).once
    }
    assert.deepEqual([0, 9.4e6, 32e9, 64e9].map(once), ['100 years', '9 years', '24 h', '12 h'])
  })

  it('show what memory had no room for, and a replay while it runs', () => {
    const replay = { complete: 30, failed: 1, incomplete: 2, missing: 1, waiting: 1_467 }
    const rows = counterRows(
      { ...report, withoutProperties: 1_204, delivery: { ...report.delivery!, replay } },
      text,
    )
    assert.deepEqual(rows.slice(-3, -1), [
      ['withoutProperties', '1,204'],
      ['replay', 'replayValue {"done":"33","all":"1,500"}'],
    ])
  })

  it('leave out what is not known yet', () => {
    const early = { ...report, delivery: undefined, perDay: undefined }
    assert.deepEqual(counterRows(early, text), [
      ['entries', '1,234,567'],
      ['dropped', '12'],
      ['held', '3'],
      ['perDay', 'perDayLater'],
    ])
  })
})

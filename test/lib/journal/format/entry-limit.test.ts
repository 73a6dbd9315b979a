import assert from 'node:assert/strict'
import {
  checkDepth,
  checkEntryLimit,
  checkLength,
  deepestJson,
  defaultEntryLimit,
  EntryTooDeepError,
  EntryTooLongError,
  largestEntryLimit,
} from '../../../../lib/journal/format/entry-limit.ts'
import { longestBatch } from '../../../../lib/journal/format/scan.ts'
import { escapeText } from '../../../../lib/journal/format/text.ts'
import { running } from '../support/running.ts'

describe("journal: an entry's limit", () => {
  it('is 16 MiB of text where nothing else is said', () => {
    assert.equal(defaultEntryLimit, 16 * 1024 * 1024)
    checkLength('x'.repeat(defaultEntryLimit), defaultEntryLimit)
    assert.throws(() => checkLength('x'.repeat(defaultEntryLimit + 1), defaultEntryLimit), {
      code: 'ENTRY_TOO_LONG',
    })
  })

  it('counts bytes, not characters', () => {
    checkLength('é'.repeat(5), 10)
    assert.throws(() => checkLength('é'.repeat(6), 11), EntryTooLongError)
    assert.throws(() => checkLength('€'.repeat(4), 11), EntryTooLongError)
  })

  it('is also one of levels of arrays and objects in each other', () => {
    const nested = (levels: number, open: string, close: string, core = '') =>
      open.repeat(levels) + core + close.repeat(levels)
    assert.equal(deepestJson, 1_000)
    for (const [open, close, core] of [
      ['[', ']', ''],
      ['{"a":', '}', '1'],
    ] as const) {
      checkDepth(nested(1_000, open, close, core))
      assert.throws(() => checkDepth(nested(1_001, open, close, core)), EntryTooDeepError)
    }
    // neither many beside each other, nor those in a string, whatever is escaped there
    checkDepth(`[${Array(5_000).fill('[{}]').join()}]`)
    checkDepth(JSON.stringify(['[{'.repeat(5_000), `\\"${'[{'.repeat(5_000)}`, '\\']))
    assert.throws(() => checkDepth(`["\\\\",${nested(1_000, '[', ']')}]`), { code: 'ENTRY_TOO_DEEP' })
  })

  it('cannot be more than readers take', () => {
    for (const wrong of [0, -1, 1.5, Number.NaN, largestEntryLimit + 1])
      assert.throws(() => checkEntryLimit(wrong), RangeError)
    checkEntryLimit(largestEntryLimit)
  })

  it('leaves room for a structured event of another day, whose JSON is escaped in its R line', () => {
    const worst = escapeText('\\'.repeat(1_000))
    assert.equal(worst.length, 4_000)
    assert.ok(largestEntryLimit * 4 + 4_096 < longestBatch)
  })

  it('is kept by the writer: a longer one is refused, with its reason, and all others are kept', async () => {
    const { machine, process } = await running({ entryLimit: 100 })
    machine.log(process, 'before')
    const entry = { kind: 'L' as const, received: machine.time.wall(), source: 'tty', text: 'x'.repeat(101) }
    assert.throws(
      () => process.journal.append(entry),
      /an entry of 101 bytes or more is longer than the 100 that one may have/,
    )
    machine.log(process, 'x'.repeat(100))
    await machine.during(process, () => process.journal.flush())
    assert.equal(process.journal.lastSeq, 2)
    assert.equal(process.journal.statistics.dropped, 0)
    await machine.during(process, () => process.journal.stop())
  })
})

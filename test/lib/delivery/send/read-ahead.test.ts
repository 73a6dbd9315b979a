import assert from 'node:assert/strict'
import { type Missing, ReadAhead } from '../../../../lib/delivery/send/read-ahead.ts'
import { MemoryJournal } from '../support/memory-journal.ts'

const damaged = { reason: 'day.txt is damaged at byte 7: bad', place: { file: 'day.txt', offset: 7 } }

describe('delivery: ReadAhead', () => {
  let journal: MemoryJournal
  let ahead: ReadAhead

  beforeEach(() => {
    journal = new MemoryJournal()
    ahead = new ReadAhead((fromSeq) => journal.read(fromSeq))
  })

  /** What there is of a seq, however often it takes to ask. */
  async function find(seq: number): Promise<number | Missing> {
    for (let turn = 0; turn < 50; turn++) {
      const entry = ahead.take(seq)
      if (entry) return entry.seq
      const missing = await ahead.advance(seq, journal.lastSeq)
      if (missing) return missing
    }
    throw new Error('it never says')
  }

  it('gives entries in order with one reader, and those that came after it with the next', async () => {
    journal.lastSeq = 25
    for (let seq = 7; seq <= 25; seq++) assert.equal(await find(seq), seq)
    journal.lastSeq = 27
    for (let seq = 26; seq <= 27; seq++) assert.equal(await find(seq), seq)
    assert.deepEqual(journal.opened, [7, 26])
  })

  it('tells what is missing between entries, and why', async () => {
    journal.lastSeq = 30
    for (const seq of [5, 6, 7]) journal.damaged.add(seq)
    assert.equal(await find(4), 4)
    assert.deepEqual(await find(5), { from: 5, to: 7, ...damaged })
    assert.equal(await find(8), 8)
  })

  it('tells what is missing at the end, but never of entries that came after the reader was opened', async () => {
    journal.lastSeq = 30
    for (let seq = 28; seq <= 30; seq++) journal.damaged.add(seq)
    assert.equal(await find(1), 1)
    journal.lastSeq = 40
    assert.deepEqual(await find(28), { from: 28, to: 30, ...damaged })
    assert.equal(await find(31), 31)
  })

  it('ends where only older entries are left', async () => {
    journal.lastSeq = 30
    for (let seq = 25; seq <= 30; seq++) journal.damaged.add(seq)
    assert.deepEqual(await find(27), { from: 27, to: 30, ...damaged })
  })

  it('tells of what no file has', async () => {
    journal.lastSeq = 30
    journal.read = async function* () {}
    assert.deepEqual(await find(3), {
      from: 3,
      to: 30,
      reason: 'no file of the journal has them',
      place: undefined,
    })
  })

  it('begins anew after a failure, and after close', async () => {
    journal.lastSeq = 30
    journal.failures = [new Error('EIO')]
    await assert.rejects(ahead.advance(3, 30), /EIO/)
    assert.equal(await find(3), 3)
    await ahead.close()
    assert.equal(ahead.take(4), undefined)
    assert.equal(await find(4), 4)
    assert.deepEqual(journal.opened, [3, 3, 4])
  })

  it('gives nothing of a reader that was closed meanwhile', async () => {
    journal.lastSeq = 30
    const reading = ahead.advance(3, 30)
    await ahead.close()
    assert.equal(await reading, undefined)
    assert.equal(ahead.take(3), undefined)
  })
})

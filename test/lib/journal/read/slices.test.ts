// What is decoded between two turns of the event loop, whatever becomes of it. The clock that slices are measured by goes
// on by a millisecond each time that it is read: so pieces are counted, and how fast the machine is does not matter.
import assert from 'node:assert/strict'
import { encodeBatches } from '../../../../lib/journal/format/batch.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { nextTurn } from '../../../../lib/kit/turns.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { directory } from '../support/machine.ts'

const entries = 20_000
/** times that the batch stands in the file: after the first one its entries are there already */
const copies = 5

function journalOfCopies(): MemoryDisk {
  const received = Date.parse('2026-11-21T12:00:00.000Z')
  const head = 'H 12:00:00.000 fieldlog 1 epoch000 1 - 0 -\n'
  const records = Array.from({ length: entries }, (_, i) => ({
    kind: 'L' as const,
    received,
    source: 'tty',
    text: `OK ${i}`,
  }))
  const first = encodeBatches(records.slice(0, 1), 0, received, head).bytes
  const again = encodeBatches(records.slice(1), 1, received).bytes
  const disk = new MemoryDisk()
  disk.place(`${directory}/2026/20261121.txt`, Buffer.concat([first, ...Array(copies).fill(again)]))
  return disk
}

/** Pieces of a slice: each look at the clock takes a millisecond of the four that a slice has. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  const { now } = performance
  let time = now.call(performance)
  let turns = 0
  let ended = false
  const count = () => {
    if (ended) return
    turns++
    setImmediate(count)
  }
  performance.now = () => ++time
  try {
    await nextTurn()
    setImmediate(count)
    await work()
  } finally {
    ended = true
    performance.now = now
  }
  return turns
}

describe('journal: slices of a reader', () => {
  it('end within a batch too, and one whose entries stand before it already is not decoded', async () => {
    const disk = journalOfCopies()
    let found = 0
    let repeated = 0
    const turns = await turnsDuring(async () => {
      for await (const reading of readJournal(disk, directory, 1)) {
        if (reading.kind === 'batch') found += reading.items.length
        else repeated++
      }
    })
    assert.deepEqual([found, repeated], [entries, copies - 1])
    // a batch of 620 kB is decoded in some 38 pieces of 16 kB, of which a slice takes five at most
    assert.ok(turns >= 7 && turns < 2 * 7, `${turns} turns`)
  })
})

// The epoch behind a stretch without damage is what a walk over its batches says, in whatever pieces it is read.
import assert from 'node:assert/strict'
import { epochIn } from '../../../../lib/journal/format/opened.ts'
import { scanBytes } from '../../../../lib/journal/format/scan.ts'
import { epochOfUnbroken } from '../../../../lib/journal/read/unbroken.ts'
import { directory, Machine } from '../support/machine.ts'
import { batchesOf, flipped } from '../support/sample.ts'

const pieces = [129, 130, 131, 163, 200, 333, 1_000, 1 << 18]

const textOf = (bytes: Buffer) => ({
  read: async (position: number, length: number) => bytes.subarray(position, position + length),
})

const epochAt = (bytes: Buffer, to: number, piece?: number) =>
  epochOfUnbroken(textOf(bytes), [0, to], 'of the H', piece)

/** A file with several starts in it, and texts of a device that look like starts and commits. */
async function someStarts(): Promise<Buffer> {
  const machine = new Machine()
  const notice = 'N 12:00:00.000 open {"epoch":"zzzzzzzz","software":"1.0.0"}'
  for (let start = 0; start < 4; start++) {
    const process = await machine.open()
    for (const text of [
      'short',
      notice,
      `C 12:00:00.000 3 2 4528fddd`,
      `${'x'.repeat(100 + start)}${notice}`,
      '',
    ]) {
      machine.log(process, text)
      if (text !== notice) await machine.during(process, () => process.journal.flush())
    }
    await machine.during(process, () => process.journal.stop())
  }
  return machine.disk.peek(`${directory}/2026/20261121.txt`)!
}

describe('journal: the epoch behind what is not damaged', () => {
  it('is what the last start says, at the end of every batch and in pieces of any size', async () => {
    const bytes = await someStarts()
    let walked = 'of the H'
    const seen = new Set<string>()
    for (const span of scanBytes(bytes)) {
      if (span.kind !== 'batch') continue
      walked = epochIn(span) ?? walked
      seen.add(walked)
      for (const piece of pieces)
        assert.equal(await epochAt(bytes, span.end, piece), walked, `up to ${span.end} in pieces of ${piece}`)
    }
    assert.deepEqual([...seen], ['epoch000', 'epoch001', 'epoch002', 'epoch003'])
  })

  it('is what the H says where no start comes behind it, and in front of everything', async () => {
    const bytes = await someStarts()
    const [first, second] = batchesOf(bytes)
    assert.equal(await epochOfUnbroken(textOf(bytes), [first!.end, second!.end], 'of the H'), 'of the H')
    assert.equal(await epochAt(bytes, 0), 'of the H')
  })

  it('cannot be told behind any flipped bit, in the middle of a batch, or where bytes are missing', async () => {
    const bytes = await someStarts()
    const to = batchesOf(bytes)[4]!.end
    for (let at = 0; at < to; at++)
      for (const piece of [129, 1 << 18])
        assert.equal(await epochAt(flipped(bytes, at, at % 8), to, piece), undefined, `byte ${at}`)
    assert.equal(await epochAt(bytes, to - 1), undefined)
    assert.equal(await epochAt(bytes.subarray(0, to - 1), to), undefined)
    assert.equal(await epochAt(Buffer.alloc(0), to), undefined)
  })

  it('cannot be told where an H stands in the middle', async () => {
    const bytes = await someStarts()
    const twice = Buffer.concat([bytes, bytes.subarray(0, batchesOf(bytes)[0]!.end)])
    for (const piece of [...pieces, bytes.length])
      assert.equal(await epochAt(twice, twice.length, piece), undefined, `in pieces of ${piece}`)
  })
})

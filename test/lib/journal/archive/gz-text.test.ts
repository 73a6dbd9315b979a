import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { openGz } from '../../../../lib/journal/archive/gz-text.ts'
import { type Reading, readJournal } from '../../../../lib/journal/read/reader.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { archive, directory, diskWith, indexIn, readAll, threeDays } from '../support/archived.ts'

const large = threeDays[1]!
const stored = `${large.path}.gz`
const gz = `${directory}/${stored}`
const idx = `${directory}/${large.path.replace('.txt', '.idx')}`

describe('openGz', () => {
  let disk: MemoryDisk

  beforeEach(async () => {
    disk = diskWith(threeDays)
    await archive(disk, threeDays, 1)
  })

  it('reads any stretch of the text', async () => {
    const text = await openGz(disk, directory, stored)
    const { length } = large.bytes
    const block = text.index.blocks[1]!.offset
    assert.equal(await text.size(), length)
    for (const [position, count] of [
      [0, 10],
      [block - 5, 10],
      [block, 1],
      [block - 100, 1 << 20],
      [length - 3, 10],
      [length, 10],
      [0, length],
    ] as const) {
      assert.deepEqual(
        await text.read(position, count),
        large.bytes.subarray(position, position + count),
        `${count} bytes from ${position}`,
      )
    }
    await text.close()
    assert.equal(disk.openFiles, 0)
  })

  it('makes the same index again from the .gz where it is missing, torn, or of another file', async () => {
    const index = disk.peek(idx)!
    const torn = Buffer.from(index)
    torn.write('9', torn.indexOf('firstSeq') + 10)
    const other = Buffer.from('00000000 {}\n')
    for (const found of [undefined, torn, other, index.subarray(0, 100), Buffer.alloc(0)]) {
      disk.drop(idx)
      if (found) disk.place(idx, found)
      const text = await openGz(disk, directory, stored)
      assert.deepEqual(text.index, indexIn(index))
      await text.close()
      assert.deepEqual(disk.peek(idx), index)
    }
  })

  it('reads a .gz that another program made, of one member with a name', async () => {
    disk.drop(idx)
    const named = gzipSync(large.bytes)
    const withName = Buffer.concat([named.subarray(0, 10), Buffer.from('20261120.txt\0'), named.subarray(10)])
    withName.writeUInt8(8, 3)
    disk.place(gz, withName)
    const found = await readAll(disk, 20_000)
    assert.deepEqual(found.damages, [])
    assert.equal(found.entries.length, 40_035 - 20_000 + 1)
    assert.equal(found.entries[0]!.seq, 20_000)
  })

  it('gives everything up to a broken place and behind its block, with and without an index', async () => {
    const [, block] = indexIn(disk.peek(idx)!).blocks
    const broken = disk.peek(gz)!
    // in the middle of the second member
    const at = Math.floor((block!.at + broken.length) / 2)
    broken.writeUInt32BE(broken.readUInt32BE(at) ^ 0xffff, at)
    for (const withIndex of [true, false]) {
      disk.drop(gz)
      disk.place(gz, broken)
      if (!withIndex) disk.drop(idx)
      const { entries, damages } = await readAll(disk)
      const seqs = entries.map(({ seq }) => seq)
      assert.ok(seqs.includes(block!.firstSeq), 'what is before the place in the same member')
      assert.equal(seqs.at(-1), 40_035)
      const missing = 40_035 - seqs.length
      assert.ok(missing > 0 && missing < block!.lastSeq - block!.firstSeq, `${missing} are missing`)
      assert.equal(damages.length, 1)
      assert.match(damages[0]!, new RegExp(`^${large.path} \\d+-\\d+ seqs \\d+-\\d+$`))
      const [from, to] = /seqs (\d+)-(\d+)/.exec(damages[0]!)!.slice(1).map(Number)
      assert.equal(to! - from! + 1, missing)
    }
  })

  it('reads what is left of a .gz that was cut off', async () => {
    const whole = disk.peek(gz)!
    const [, block] = indexIn(disk.peek(idx)!).blocks
    for (const withIndex of [true, false]) {
      disk.drop(gz)
      disk.place(gz, whole.subarray(0, block!.at + 1000))
      if (!withIndex) disk.drop(idx)
      const { entries, damages } = await readAll(disk)
      assert.ok(entries.some(({ seq }) => seq === block!.firstSeq - 1))
      assert.equal(entries.at(-1)!.seq, 40_035)
      assert.equal(damages.length, 1)
      assert.match(damages[0]!, /seqs \d+-40030$/)
    }
  })

  it('finds a seq by the index, with one block decompressed', async () => {
    const text = await openGz(disk, directory, stored)
    const [first, second] = text.index.blocks
    assert.equal(text.blockOf(30), undefined)
    assert.equal(text.blockOf(31), first)
    assert.equal(text.blockOf(second!.firstSeq - 1), first)
    assert.equal(text.blockOf(second!.firstSeq), second)
    assert.equal(text.blockOf(1_000_000), text.index.blocks.at(-1))
    assert.equal(second!.epoch, 'testabcd')
    await text.close()
    const { entries } = await readAll(disk, second!.firstSeq + 7)
    assert.equal(entries[0]!.seq, second!.firstSeq + 7)
    assert.equal(entries[0]!.epoch, 'testabcd')
  })

  it('does not disturb readers of the plain file that it replaces', async () => {
    const reading = diskWith(threeDays)
    const seqs: number[] = []
    const readings = readJournal(reading, directory, 1)
    const take = ({ value }: { value: Reading | undefined }) => {
      assert.equal(value?.kind, 'batch')
      if (value?.kind === 'batch')
        seqs.push(...value.items.flatMap((item) => (item.kind === 'N' ? [] : item.seq)))
    }
    take(await readings.next())
    // the file that is open, and one that the reader has yet to open
    for (const index of [0, 1]) assert.equal(await archive(reading, threeDays, index), 'archived')
    for await (const value of readings) take({ value })
    assert.deepEqual(
      seqs,
      Array.from({ length: 40_035 }, (_, i) => i + 1),
    )
  })

  it('prefers the plain file where both are there', async () => {
    disk.place(`${directory}/${large.path}`, large.bytes)
    disk.drop(gz)
    disk.place(gz, 'half')
    const { entries, damages } = await readAll(disk)
    assert.equal(entries.length, 40_035)
    assert.deepEqual(damages, [])
  })
})

import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { seeded } from '../../../support/random.ts'
import { archive, directory, diskWith, indexIn, readAll, threeDays } from '../support/archived.ts'

const small = buildJournal([
  { date: '20261119', batches: inBatches(lines('20261119', 30), 7) },
  { date: '20261121', batches: inBatches(lines('20261121', 5), 2) },
])
const large = threeDays[1]!
const gz = `${directory}/${large.path}.gz`
const plain = `${directory}/${large.path}`
const idx = plain.replace('.txt', '.idx')

describe('archiveFile', () => {
  it('leaves a .gz of the very text in place of the file', async () => {
    const disk = diskWith(threeDays)
    assert.equal(await archive(disk, threeDays, 1), 'archived')
    assert.deepEqual(gunzipSync(disk.peek(gz)!), large.bytes)
    assert.equal(disk.peek(plain), undefined)
    assert.deepEqual(
      disk.paths(directory).filter((path) => path.includes('20261120')),
      [idx, gz],
    )
  })

  it('leaves an index of all of the text', async () => {
    const disk = diskWith(threeDays)
    await archive(disk, threeDays, 1)
    const index = indexIn(disk.peek(idx)!)
    assert.equal(index.size, large.bytes.length)
    assert.equal(index.stored, disk.peek(gz)!.length)
    assert.ok(index.blocks.length >= 2)
    assert.equal(index.blocks[0]!.firstSeq, 31)
    assert.equal(index.blocks.at(-1)!.lastSeq, 40_030)
    for (const [i, block] of index.blocks.slice(0, -1).entries()) {
      const next = index.blocks[i + 1]!
      assert.equal(next.offset, block.offset + block.size)
      assert.equal(next.firstSeq, block.lastSeq + 1)
    }
  })

  it('cuts the .gz into members of about 1 MB that end with a batch', async () => {
    const disk = diskWith(threeDays)
    await archive(disk, threeDays, 1)
    const { blocks } = indexIn(disk.peek(idx)!)
    for (const [i, block] of blocks.entries()) {
      const next = blocks[i + 1]
      if (next) assert.ok(block.size > 1_000_000 && block.size <= 1 << 20, String(block.size))
      const member = disk.peek(gz)!.subarray(block.at, next?.at)
      const text = gunzipSync(member).toString('utf8')
      assert.match(text, /\nC \S+ \d+ \d+ [0-9a-f]{8}\n$/)
    }
  })

  it('archives the valid bytes only', async () => {
    const files = threeDays.slice(0, 1)
    const disk = diskWith([
      ...threeDays.slice(1),
      { ...files[0]!, bytes: Buffer.concat([files[0]!.bytes, Buffer.from('void')]) },
    ])
    assert.equal(await archive(disk, threeDays, 0), 'archived')
    assert.deepEqual(gunzipSync(disk.peek(`${directory}/${files[0]!.path}.gz`)!), files[0]!.bytes)
  })

  it('leaves a file alone whose text is not what the chain says', async () => {
    const damaged = Buffer.from(large.bytes)
    damaged.writeUInt8(damaged.readUInt8(500_000) ^ 1, 500_000)
    const disk = diskWith([threeDays[0]!, { ...large, bytes: damaged }, threeDays[2]!])
    assert.equal(await archive(disk, threeDays, 1), 'damaged')
    assert.deepEqual(disk.peek(plain), damaged)
    assert.deepEqual(
      disk.paths(directory).filter((path) => path.includes('20261120')),
      [plain],
    )
  })

  it('stops between two blocks and leaves nothing behind', async () => {
    const disk = diskWith(threeDays)
    let blocks = 0
    const pace = { rest: async () => {}, stopped: () => blocks++ > 0 }
    assert.equal(await archive(disk, threeDays, 1, pace), 'stopped')
    assert.deepEqual(
      disk.paths(directory).filter((path) => path.includes('20261120')),
      [plain],
    )
  })

  it(
    'keeps the journal whole when the process or the power goes at any operation',
    seeded(async (randomFor) => {
      const expected = await readAll(diskWith(small))
      assert.equal(expected.entries.length, 35)
      const counting = new FaultDisk(diskWith(small))
      await archive(counting, small, 0)
      const operations = counting.operations.length
      const random = randomFor(7)
      for (let at = 1; at <= operations; at++) {
        for (const kind of ['kill', 'kill-after'] as const) {
          for (const power of [false, true]) {
            const memory = diskWith(small)
            const disk = new FaultDisk(memory, { fault: ({ number }) => (number === at ? kind : undefined) })
            const killed = new Promise<void>((resolve) => {
              disk.onKill = resolve
            })
            await Promise.race([archive(disk, small, 0), killed])
            assert.ok(disk.killed, `operation ${at} was not reached`)
            if (power) memory.powerCut(random)
            const where = `${kind} at operation ${at} ${JSON.stringify(disk.operations[at - 1])}, power cut ${power}`
            const found = await readAll(memory)
            assert.deepEqual(found.entries, expected.entries, where)
            assert.deepEqual(found.damages, [], where)
            // and the next try comes to an end
            if (memory.peek(`${directory}/${small[0]!.path}`)) {
              assert.equal(await archive(memory, small, 0), 'archived', where)
            }
            assert.deepEqual((await readAll(memory)).entries, expected.entries, where)
            assert.deepEqual(
              memory.paths(directory).filter((path) => path.includes('20261119.txt')),
              [`${directory}/${small[0]!.path}.gz`],
              where,
            )
          }
        }
      }
    }),
  )

  it('fails with the journal whole when an operation fails, and can be tried again', async () => {
    const counting = new FaultDisk(diskWith(small))
    await archive(counting, small, 0)
    for (let at = 1; at <= counting.operations.length; at++) {
      for (const kind of ['fail', 'late', 'tear'] as const) {
        const memory = diskWith(small)
        const disk = new FaultDisk(memory, { fault: ({ number }) => (number === at ? kind : undefined) })
        const outcome = await archive(disk, small, 0).catch((error: NodeJS.ErrnoException) => error.code)
        assert.ok(outcome === 'EIO' || outcome === 'archived', String(outcome))
        assert.equal((await readAll(memory)).entries.length, 35)
        if (memory.peek(`${directory}/${small[0]!.path}`)) await archive(memory, small, 0)
        assert.equal((await readAll(memory)).entries.length, 35)
        // a close that fails, and an open that takes effect and throws, leave nothing to close
        const isClose = disk.operations[at - 1]!.name === 'close'
        if (kind !== 'late' && !isClose)
          assert.equal(memory.openFiles, 0, `${kind} at ${at} leaves a file open`)
      }
    }
  })
})

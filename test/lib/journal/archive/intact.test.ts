// Intact entries are never reported as damage: not long ones, and not where an index lies beside another archive.
import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { openGz } from '../../../../lib/journal/archive/gz-text.ts'
import { type BuiltFile, buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { archive, directory, diskWith, readAll } from '../support/archived.ts'

const long = 'x'.repeat(17 << 20)
const text = (n: number) => (n === 3 ? long : `line ${n}`)

describe('journal: an archived entry of over 16 MiB', function () {
  this.timeout(60_000)
  const files = buildJournal([
    { date: '20261119', batches: inBatches(lines('20261119', 5, text), 1) },
    { date: '20261120', batches: [lines('20261120', 1)] },
  ])

  /** As an earlier version made them: members of 16 MiB at most, which end anywhere. */
  function cutAnywhere(): MemoryDisk {
    const disk = diskWith(files)
    const [{ path, bytes }] = files as [BuiltFile]
    const parts = inBatches([...Array(Math.ceil(bytes.length / (8 << 20))).keys()], 1).map(([i]) =>
      gzipSync(bytes.subarray(i! * (8 << 20), (i! + 1) * (8 << 20))),
    )
    disk.drop(`${directory}/${path}`)
    disk.place(`${directory}/${path}.gz`, Buffer.concat(parts))
    return disk
  }

  for (const [name, made] of [
    [
      'archived now',
      async () => {
        const disk = diskWith(files)
        assert.equal(await archive(disk, files, 0), 'archived')
        return disk
      },
    ],
    ['in members that end within it', async () => cutAnywhere()],
  ] as const) {
    it(`is read, from any seq on: ${name}`, async () => {
      const disk = await made()
      for (const from of [1, 3, 4, 6]) {
        const { entries, damages } = await readAll(disk, from)
        assert.deepEqual(damages, [], `from ${from}`)
        assert.deepEqual(
          entries.map(({ seq }) => seq),
          [1, 2, 3, 4, 5, 6].filter((seq) => seq >= from),
        )
        if (from <= 3) assert.ok(entries.find(({ seq }) => seq === 3)!.text === long, 'the very text')
      }
    })
  }
})

describe('journal: an index beside another archive of the same name', () => {
  const day = (texts: string) =>
    buildJournal([
      {
        date: '20261119',
        batches: inBatches(
          lines('20261119', 50_000, (n) => `${texts} ${(n * 7919) % 100_003}`),
          100,
        ),
      },
      { date: '20261120', batches: [lines('20261120', 1)] },
    ])

  it('is noticed, and made again', async () => {
    const [mine, other] = [day('a'), day('b')]
    const disk = diskWith(mine)
    await archive(disk, mine, 0)
    const theirs = diskWith(other)
    await archive(theirs, other, 0)
    const gz = `${directory}/${mine[0]!.path}.gz`
    const idx = gz.replace('.txt.gz', '.idx')
    const right = theirs.peek(idx)!
    disk.drop(gz)
    disk.place(gz, theirs.peek(gz)!)
    disk.drop(`${directory}/${mine[1]!.path}`)
    disk.place(`${directory}/${mine[1]!.path}`, other[1]!.bytes)
    assert.notDeepEqual(disk.peek(idx), right)
    const { entries, damages } = await readAll(disk, 30_000)
    assert.deepEqual(damages, [])
    assert.equal(entries.length, 20_002)
    assert.equal(entries[0]!.text, `b ${(30_000 * 7919) % 100_003}`)
    assert.deepEqual(disk.peek(idx), right)
  })

  it('is kept where it is right and the archive was damaged: it says where the next member begins', async () => {
    const files = day('a')
    const disk = diskWith(files)
    await archive(disk, files, 0)
    const gz = `${directory}/${files[0]!.path}.gz`
    const bytes = disk.peek(gz)!
    const { blocks } = (await openGz(disk, directory, `${files[0]!.path}.gz`)).index
    assert.ok(blocks.length >= 2)
    bytes.fill(0, 0, 20)
    disk.drop(gz)
    disk.place(gz, bytes)
    const again = await openGz(disk, directory, `${files[0]!.path}.gz`)
    assert.deepEqual(again.index.blocks, blocks)
    const { entries } = await readAll(disk, blocks[1]!.firstSeq)
    assert.equal(entries.length, 50_001 - blocks[1]!.firstSeq + 1)
  })
})

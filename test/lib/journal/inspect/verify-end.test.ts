// The end of a journal: no later file says what was there, but the checkpoint and the catalog do.
import assert from 'node:assert/strict'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { Upkeep } from '../../../../lib/journal/keep/upkeep.ts'
import { buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { directory, diskWith } from '../support/archived.ts'

const date = (index: number) => `202611${String(index + 1).padStart(2, '0')}`
const files = buildJournal(
  Array.from({ length: 20 }, (_, index) => ({
    date: date(index),
    batches: inBatches(lines(date(index), 10), 4),
  })),
)
const at = (index: number) => `${directory}/${files.at(index)!.path}`

describe("verifyJournal: a journal's end", () => {
  let disk: MemoryDisk
  beforeEach(() => {
    disk = diskWith(files)
  })
  const problems = async (checkpoint?: number) =>
    (await verifyJournal(disk, directory, { checkpoint })).problems.map(({ file, kind, from, to }) => [
      file,
      kind,
      from,
      to,
    ])

  it('is whole at the checkpoint, or with what came after it', async () => {
    for (const checkpoint of [undefined, 0, 150, 200]) assert.deepEqual(await problems(checkpoint), [])
  })

  it('is missing where the last file was removed, or cut, below the checkpoint', async () => {
    disk.drop(at(-1))
    assert.deepEqual(await problems(195), [[files.at(-2)!.path, 'missing', 191, 195]])
    assert.deepEqual(await problems(190), [])
    const { bytes } = files.at(-1)!
    disk.place(at(-1), bytes.subarray(0, bytes.indexOf('\nC ') + 40))
    assert.deepEqual((await problems(200)).at(-1), [files.at(-1)!.path, 'missing', 195, 200])
  })

  it('is missing where the catalog knows files behind it', async () => {
    const parts = { checkpoint: () => 0, note: async () => {}, warn: assert.fail }
    const clock = new FakeClock('2026-11-20T12:00:00.000Z')
    await new Upkeep({ directory, disk, clock, archiveAfter: 0 }, parts).look()
    assert.deepEqual(await problems(), [])
    disk.drop(at(-1))
    // nobody but the checkpoint knows of the very last one
    assert.deepEqual(await problems(), [])
    disk.drop(at(-2))
    assert.deepEqual(await problems(), [[files.at(-2)!.path, 'missing', undefined, undefined]])
    disk.drop(at(-3))
    assert.deepEqual(
      (await problems()).map(([file]) => file),
      [files.at(-3)!.path, files.at(-2)!.path],
    )
  })
})

// A look at the newest files only, as the doctor takes it.
import assert from 'node:assert/strict'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { directory, diskWith } from '../support/archived.ts'

const files = buildJournal(
  ['20261119', '20261120', '20261121'].map((date) => ({ date, batches: inBatches(lines(date, 10), 4) })),
)

describe("verifyJournal: a journal's newest files", () => {
  it('finds what is wrong in them and between them, and misses nothing in front', async () => {
    const bytes = files.map((file) => Buffer.from(file.bytes))
    for (const file of bytes) file.write('X', 300)
    const disk = diskWith(files.map((file, index) => ({ ...file, bytes: bytes[index]! })))
    const { problems, files: read, firstSeq, lastSeq } = await verifyJournal(disk, directory, { newest: 2 })
    assert.deepEqual([read, firstSeq, lastSeq], [2, 11, 30])
    assert.deepEqual(
      problems.map(({ file, kind }) => [file, kind]),
      [
        [files[1]!.path, 'damage'],
        [files[1]!.path, 'chain'],
        [files[2]!.path, 'damage'],
      ],
    )
  })

  it('reads all where there are no more', async () => {
    const { problems, files: read } = await verifyJournal(diskWith(files), directory, { newest: 5 })
    assert.deepEqual([read, problems], [3, []])
  })
})

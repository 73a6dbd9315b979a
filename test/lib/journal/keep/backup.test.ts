// A copy is compared byte for byte, and never made worse than it is.
import assert from 'node:assert/strict'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { type BackupResult, backupJournal } from '../../../../lib/journal/keep/backup.ts'
import { buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { archive, directory, diskWith } from '../support/archived.ts'

const files = buildJournal(
  ['20261119', '20261120', '20261121'].map((date) => ({ date, batches: inBatches(lines(date, 10), 4) })),
)
const [first, second] = files as [(typeof files)[0], (typeof files)[0]]
const target = '/copy'

describe('backupJournal', () => {
  let disk: MemoryDisk
  beforeEach(async () => {
    disk = diskWith(files)
    await archive(disk, files, 0)
    await run()
  })

  const run = (): Promise<BackupResult> => backupJournal(disk, directory, target)
  const copy = (path: string) => disk.peek(`${target}/${path}`)

  function spoil(path: string): void {
    const bytes = disk.peek(path)!
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    disk.drop(path)
    disk.place(path, bytes)
  }

  it('keeps what is the same, byte for byte', async () => {
    const { kept, repaired, spared, bytes } = await run()
    assert.deepEqual([kept, repaired, spared, bytes], [3, 0, [], 0])
  })

  it('repairs a damaged copy of the same size, plain and archived', async () => {
    spoil(`${target}/${first.path}.gz`)
    spoil(`${target}/${second.path}`)
    const { kept, repaired } = await run()
    assert.deepEqual([kept, repaired], [1, 2])
    assert.deepEqual(copy(second.path), second.bytes)
    assert.deepEqual((await verifyJournal(disk, target)).problems, [])
  })

  it('leaves a whole copy alone where the journal itself was damaged, and says so', async () => {
    spoil(`${directory}/${first.path}.gz`)
    spoil(`${directory}/${second.path}`)
    const { kept, repaired, spared } = await run()
    assert.deepEqual([kept, repaired, spared], [1, 0, [first.path, second.path]])
    assert.deepEqual(copy(second.path), second.bytes)
    assert.deepEqual((await verifyJournal(disk, target)).problems, [])
  })

  it('leaves a plain copy alone where the archive that was made since is damaged', async () => {
    await archive(disk, files, 1)
    spoil(`${directory}/${second.path}.gz`)
    assert.deepEqual((await run()).spared, [second.path])
    assert.deepEqual(copy(second.path), second.bytes)
    assert.equal(copy(`${second.path}.gz`), undefined)
  })

  it('copies what differs where the chain does not say which is right', async () => {
    spoil(`${target}/${files[2]!.path}`)
    await run()
    assert.deepEqual(copy(files[2]!.path), files[2]!.bytes)
  })
})

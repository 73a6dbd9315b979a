// What a directory holds beside the journal's files does not keep a journal from being read or opened, and of two forms of
// a file the one counts that the chain says.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openText } from '../../../../lib/journal/archive/open-text.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { readCatalog } from '../../../../lib/journal/read/catalog.ts'
import { buildJournal, inBatches, lines, writeJournal } from '../../../support/build-journal.ts'
import { archive, directory, diskWith, readAll } from '../support/archived.ts'

const dates = ['20261119', '20261120', '20261121']
const files = buildJournal(dates.map((date) => ({ date, batches: inBatches(lines(date, 10), 2) })))
const [, second, last] = files as [unknown, (typeof files)[0], (typeof files)[0]]

describe('journal: a file that is there plain and archived', () => {
  /** All three days, the second one archived, and a plain file beside it. */
  async function withPlain(bytes: Buffer) {
    const disk = diskWith(files)
    await archive(disk, files, 1)
    disk.place(`${directory}/${second.path}`, bytes)
    return disk
  }
  const stored = async (disk: ReturnType<typeof diskWith>) =>
    (await readCatalog(disk, directory, openText(disk, directory))).files[1]!.stored

  it('is read from its archive where the plain one is a part of it', async () => {
    const half = second.bytes.subarray(0, second.bytes.indexOf('\nC ', second.bytes.length >> 1) + 1)
    for (const bytes of [half, second.bytes.subarray(0, 100), Buffer.alloc(0), Buffer.alloc(1000)]) {
      const disk = await withPlain(bytes)
      const { entries, damages } = await readAll(disk)
      assert.deepEqual(damages, [], `${bytes.length} bytes`)
      assert.equal(entries.length, 30)
      assert.deepEqual((await verifyJournal(disk, directory)).problems, [])
    }
    const { notes } = await verifyJournal(await withPlain(half), directory)
    assert.deepEqual(
      notes.map(({ file, kind }) => [file, kind]),
      [[second.path, 'double']],
    )
  })

  it('is read from its archive where the plain one has its size and other bytes', async () => {
    const spoilt = Buffer.from(second.bytes)
    spoilt.write('X', spoilt.indexOf('line 5'))
    const disk = await withPlain(spoilt)
    assert.equal(await stored(disk), `${second.path}.gz`)
    assert.deepEqual((await readAll(disk)).damages, [])
  })

  it('is read plain where that is what the chain says: an archiver may have been interrupted', async () => {
    assert.equal(await stored(await withPlain(second.bytes)), second.path)
    const disk = diskWith(files)
    disk.place(`${directory}/${second.path}.gz`, gzipSync(second.bytes.subarray(0, 200)))
    assert.equal(await stored(disk), second.path)
    assert.deepEqual((await readAll(disk)).damages, [])
  })

  it('is read in the form that has more where nothing follows it', async () => {
    const disk = diskWith(files)
    disk.place(`${directory}/${last.path}.gz`, gzipSync(last.bytes))
    disk.drop(`${directory}/${last.path}`)
    disk.place(`${directory}/${last.path}`, last.bytes.subarray(0, 150))
    assert.equal((await readAll(disk)).entries.length, 30)
  })
})

describe('journal: names that look like its own', () => {
  let path: string

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'fieldlog-names-'))
    writeJournal(path, files)
  })
  afterEach(() => rmSync(path, { recursive: true }))

  it('keep it from nothing: files and directories named like a year, a day, an archive, an index', async () => {
    writeFileSync(join(path, '2025'), 'a file')
    writeFileSync(join(path, '2026x'), 'a file')
    mkdirSync(join(path, '2024'))
    mkdirSync(join(path, '2026-old'))
    writeFileSync(join(path, '2026-old/20261119.txt'), 'no journal')
    mkdirSync(join(path, '2026/20261118.txt'))
    mkdirSync(join(path, '2026/20261117.txt.gz'))
    mkdirSync(join(path, '2026/20261119.idx'))
    writeFileSync(join(path, '2026/20261119.txt~'), 'an editor')
    const { entries, damages } = await readAll(systemDisk, 1, path)
    assert.deepEqual([entries.length, damages], [30, []])
    const { problems, notes } = await verifyJournal(systemDisk, path)
    assert.deepEqual([problems, notes], [[], []])
    const journal = new Journal({ directory: path, reserve: 0 })
    assert.equal((await journal.start()).lastSeq, 30)
    journal.append({ kind: 'L', received: Date.UTC(2026, 10, 21, 23), source: 'tty', text: 'next' })
    await journal.stop()
    assert.equal((await readAll(systemDisk, 1, path)).entries.length, 31)
  })
})

// A copy is compared byte for byte, and never made worse than it is.
import assert from 'node:assert/strict'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { backupJournal } from '../../../../lib/journal/keep/backup.ts'
import type { BackupResult } from '../../../../lib/journal/keep/file-backup.ts'
import { buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { seeded } from '../../../support/random.ts'
import { archive, directory, diskWith, readAll } from '../support/archived.ts'

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

  const last = files[2]!
  /** The last file with so many of its bytes. */
  const grownTo = (size: number) => {
    disk.drop(`${directory}/${last.path}`)
    disk.place(`${directory}/${last.path}`, last.bytes.subarray(0, size))
  }
  const firstBatches = last.bytes.indexOf('\nL', last.bytes.indexOf('\nC ')) + 1

  it('writes only what has come since behind the open file, once it is closed, too', async () => {
    disk = diskWith(files.slice(0, 2))
    disk.place(`${directory}/${last.path}`, last.bytes.subarray(0, firstBatches))
    await run()
    grownTo(last.bytes.length)
    const watched = new FaultDisk(disk)
    const { bytes, kept } = await backupJournal(watched, directory, target)
    assert.deepEqual([bytes, kept], [last.bytes.length - firstBatches, 2])
    assert.deepEqual(
      watched.operations.filter(({ name }) => name === 'write').map(({ path }) => path),
      [`${target}/${last.path}`],
    )
    assert.deepEqual(copy(last.path), last.bytes)
  })

  it('keeps what retention has removed from the journal, and lets it go where that is asked for', async () => {
    const noted = {
      kind: 'N',
      time: 0,
      notice: 'retention',
      json: `{"upTo":"${first.path}","lastSeq":10}`,
    } as const
    const more = buildJournal([
      ...['20261119', '20261120', '20261121'].map((date) => ({
        date,
        batches: inBatches(lines(date, 10), 4),
      })),
      { date: '20261122', batches: [[noted], lines('20261122', 3)] },
    ])
    disk.place(`${directory}/${more[3]!.path}`, more[3]!.bytes)
    for (const name of [`${first.path}.gz`, first.path.replace('.txt', '.idx')])
      disk.drop(`${directory}/${name}`)
    const { older, files: now } = await run()
    assert.deepEqual([older, now], [1, 3])
    assert.ok(copy(`${first.path}.gz`))
    const { problems, firstSeq, lastSeq } = await verifyJournal(disk, target)
    assert.deepEqual([problems, firstSeq, lastSeq], [[], 1, 33])
    const pruned = await backupJournal(disk, directory, target, { prune: true })
    assert.equal(pruned.older, 0)
    assert.deepEqual(
      (await disk.list(`${target}/2026`)).sort(),
      more.slice(1).map(({ path }) => path.slice(5)),
    )
    assert.deepEqual((await verifyJournal(disk, target)).problems, [])
  })

  it('keeps the copy of a file that the journal has lost', async () => {
    disk.drop(`${directory}/${second.path}`)
    assert.deepEqual((await run()).spared, [second.path])
    assert.deepEqual(copy(second.path), second.bytes)
    assert.deepEqual((await verifyJournal(disk, target)).problems, [])
  })

  it('sets a copy aside that has something sound which the journal no longer has', async () => {
    const other = buildJournal([
      ...['20261119', '20261120'].map((date) => ({ date, batches: inBatches(lines(date, 10), 4) })),
      { date: '20261121', batches: [lines('20261121', 4), lines('20261121', 9, (n) => `another ${n}`)] },
    ])[2]!
    disk.drop(`${directory}/${last.path}`)
    disk.place(`${directory}/${last.path}`, other.bytes)
    assert.deepEqual((await run()).aside, [`${last.path}.torn`])
    assert.deepEqual(copy(last.path), other.bytes)
    assert.deepEqual(copy(`${last.path}.torn`), last.bytes)
  })

  it('leaves what was there as it was where the copy finds no room', async () => {
    disk = diskWith([first])
    disk.place(
      `${directory}/${second.path}`,
      second.bytes.subarray(0, second.bytes.indexOf('\nL', second.bytes.indexOf('\nC ')) + 1),
    )
    await run()
    const before = copy(second.path)!
    disk.drop(`${directory}/${second.path}`)
    disk.place(`${directory}/${second.path}`, second.bytes)
    disk.place(`${directory}/${last.path}`, last.bytes)
    for (const number of [1, 2]) {
      let writes = 0
      const full = new FaultDisk(disk, {
        code: 'ENOSPC',
        fault: ({ name }) => (name === 'write' && ++writes === number ? 'tear' : undefined),
      })
      await assert.rejects(backupJournal(full, directory, target), { code: 'ENOSPC' })
      assert.deepEqual(copy(second.path), number === 1 ? before : second.bytes)
      assert.deepEqual((await disk.list(`${target}/2026`)).length, 2)
      assert.deepEqual((await verifyJournal(disk, target)).problems, [])
    }
  })

  /** The journal grows, and one of its files is archived, between the backup of before and the one that fails. */
  async function grown(): Promise<MemoryDisk> {
    const made = diskWith(files.slice(0, 2))
    made.place(`${directory}/${last.path}`, last.bytes.subarray(0, firstBatches))
    await backupJournal(made, directory, target)
    await archive(made, files, 0)
    made.drop(`${directory}/${last.path}`)
    made.place(`${directory}/${last.path}`, last.bytes)
    return made
  }

  async function texts(of: MemoryDisk): Promise<string[]> {
    return (await readAll(of, 1, target)).entries.map(({ text }) => text)
  }

  for (const fault of ['kill', 'kill-after'] as const) {
    it(
      `keeps what an earlier backup had when the power goes, or the stick, at any operation: ${fault}`,
      seeded(async (randomFor) => {
        const counting = new FaultDisk(await grown())
        const before = await texts(await grown())
        await backupJournal(counting, directory, target)
        const complete = await grown()
        await backupJournal(complete, directory, target)
        const all = await texts(complete)
        assert.equal(all.length, 30)
        for (let number = 1; number <= counting.operations.length; number++) {
          const of = await grown()
          const cut = new FaultDisk(of, {
            fault: (operation) => (operation.number === number ? fault : undefined),
          })
          const killed = new Promise<void>((resolve) => (cut.onKill = resolve))
          await Promise.race([backupJournal(cut, directory, target), killed])
          of.powerCut(randomFor(number))
          const found = await texts(of)
          assert.deepEqual(found, all.slice(0, found.length), `at ${number}: in order`)
          assert.ok(found.length >= before.length, `at ${number}: ${found.length} of ${before.length}`)
          await backupJournal(of, directory, target)
          assert.deepEqual(await texts(of), all, `at ${number}: the next one brings the rest`)
          assert.deepEqual((await verifyJournal(of, target)).problems, [], `at ${number}`)
          assert.deepEqual(
            (await of.list(`${target}/2026`)).filter((name) => name.endsWith('.tmp')),
            [],
          )
        }
      }),
    )
  }

  it('copies what differs where the chain does not say which is right', async () => {
    spoil(`${target}/${files[2]!.path}`)
    await run()
    assert.deepEqual(copy(files[2]!.path), files[2]!.bytes)
  })
})

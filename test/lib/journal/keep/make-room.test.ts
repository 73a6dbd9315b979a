// A disk that is full, and a journal that may remove what is old.
import assert from 'node:assert/strict'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { Journal, type JournalListener } from '../../../../lib/journal/journal.ts'
import { Upkeep } from '../../../../lib/journal/keep/upkeep.ts'
import { buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { directory, diskWith, readAll } from '../support/archived.ts'

/** Two days of about 14 kB each; today is the day after. */
const files = buildJournal([
  { date: '20261119', batches: inBatches(lines('20261119', 400), 50) },
  { date: '20261120', batches: inBatches(lines('20261120', 400), 50) },
])
const reserve = 2_048

async function started(retentionBytes: number, checkpoint: number) {
  const disk = diskWith(files)
  const time = new FakeClock('2026-11-21T12:00:00.000Z')
  const warnings: string[] = []
  const upkeep = new Upkeep(
    { directory, disk, clock: time, retentionBytes },
    {
      checkpoint: () => checkpoint,
      note: async () => assert.fail('the writer notes it first'),
      warn: (message) => warnings.push(message),
    },
  )
  const failures: Array<string | undefined> = []
  const listener: JournalListener = { failure: (message) => failures.push(message) }
  const journal = new Journal(
    {
      directory,
      disk,
      clock: time,
      reserve,
      flushInterval: 0,
      lock: () => ({ release() {} }),
      drawEpoch: () => 'newepoch',
      makeRoom: (noteFirst) => upkeep.makeRoom(noteFirst),
    },
    listener,
  )
  await time.run(journal.start())
  const used = disk
    .paths(directory)
    .reduce((sum, path) => sum + Math.ceil(disk.peek(path)!.length / 512) * 512, 0)
  // the next entry would have to go into the reserve
  disk.quota = used + reserve
  // the writer asks for the free space once a second
  await time.advance(1_500)
  return { disk, time, journal, failures, warnings }
}

const entry = {
  kind: 'L' as const,
  received: Date.parse('2026-11-21T12:00:00.000Z'),
  source: 'tty',
  text: 'new',
}

describe('a journal on a full disk', () => {
  it('removes what retention lets go, notes that first within the reserve, and goes on', async () => {
    const { disk, time, journal, failures } = await started(20_000, 800)
    assert.equal(journal.append(entry), true)
    await time.run(journal.flush())
    assert.equal(journal.lastSeq, 801)
    assert.equal(disk.peek(`${directory}/${files[0]!.path}`), undefined)
    assert.ok(disk.peek(`${directory}/${files[1]!.path}`))
    const today = disk.peek(`${directory}/2026/20261121.txt`)!.toString()
    assert.match(
      today,
      /\nN \S+ retention \{"upTo":"2026\/20261119\.txt","lastSeq":400\}\nC [^\n]+\nL \S+ tty new\n/,
    )
    assert.equal(failures.at(-1), undefined, 'it works again')
    const { problems, entries } = await verifyJournal(disk, directory)
    assert.deepEqual([problems, entries], [[], 401])
    await time.run(journal.stop())
  })

  for (const [why, retentionBytes, checkpoint] of [
    ['retention is off', 0, 800],
    ['the flow is not done with them', 20_000, 399],
    ['the rules let nothing go', 1_000_000, 800],
  ] as const) {
    it(`keeps the old files and holds the new entries where ${why}`, async () => {
      const { disk, time, journal, failures } = await started(retentionBytes, checkpoint)
      assert.equal(journal.append(entry), true)
      await time.advance(1_000)
      assert.equal(journal.lastSeq, 800)
      assert.equal(journal.statistics.held, 1)
      assert.match(
        failures.at(-1)!,
        /disk is full \(.* free, .* of it kept for the system\): make room; holding 1 events/,
      )
      for (const { path } of files) assert.ok(disk.peek(`${directory}/${path}`))
      // somebody else makes room
      disk.quota = Number.POSITIVE_INFINITY
      await time.run(journal.flush())
      assert.equal(journal.lastSeq, 801)
      await time.run(journal.stop())
      assert.equal((await readAll(disk)).entries.length, 801)
    })
  }
})

// Beside a retention and an archiver that run: whatever they do at any moment, no reader fails, and none calls damaged what
// was removed by the rules.
import assert from 'node:assert/strict'
import { auditJournal } from '../../../../lib/delivery/progress/audit.ts'
import type { Disk } from '../../../../lib/journal/disk/disk.ts'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import { backupJournal } from '../../../../lib/journal/keep/backup.ts'
import { recentReadings } from '../../../../lib/preview/recent.ts'
import { buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { archive, directory, diskWith } from '../support/archived.ts'

const dates = ['20261117', '20261118', '20261119', '20261120', '20261121']
const retention = { upTo: '2026/20261119.txt', lastSeq: 30 }
const note = { kind: 'N' as const, notice: 'retention', json: JSON.stringify(retention) }
/** Five days; the last file has the notice that the first three may be gone. */
const files = buildJournal(
  dates.map((date) => {
    const batches = inBatches(lines(date, 10), 4)
    return { date, batches: date === dates.at(-1) ? [[note], ...batches] : batches }
  }),
)

/** Of the first three files, so many are archived. */
async function journal(archived: number): Promise<MemoryDisk> {
  const disk = diskWith(files)
  for (let index = 0; index < archived; index++) await archive(disk, files, index)
  return disk
}

function removeFront(disk: MemoryDisk): void {
  for (const { path } of files.slice(0, 3))
    for (const name of [`${path}.gz`, path, path.replace('.txt', '.idx')])
      if (disk.peek(`${directory}/${name}`)) disk.drop(`${directory}/${name}`)
}

/** The files as an archiver would have left them a moment later. */
function archiveFront(disk: MemoryDisk, archives: MemoryDisk): void {
  for (const { path } of files.slice(0, 3)) {
    const gz = `${directory}/${path}.gz`
    disk.place(gz, archives.peek(gz)!)
    disk.drop(`${directory}/${path}`)
  }
}

const readers: Array<[name: string, read: (disk: Disk) => Promise<unknown>]> = [
  [
    'verify',
    async (disk) => assert.deepEqual((await verifyJournal(disk, directory, { checkpoint: 50 })).problems, []),
  ],
  [
    'audit',
    async (disk) => {
      const { entries, damaged, balances } = await auditJournal(disk, directory)
      assert.deepEqual([entries, damaged, balances.every(({ balanced }) => balanced)], [50, 0, true])
    },
  ],
  [
    'backup',
    async (disk) => {
      const { lastSeq } = await backupJournal(disk, directory, '/copy')
      assert.ok(lastSeq >= 40)
      assert.deepEqual((await verifyJournal(disk, '/copy')).problems, [])
    },
  ],
  ['preview', async (disk) => assert.equal((await recentReadings(disk, directory, 20)).readings.length, 20)],
]

describe('journal: readers beside what keeps it', function () {
  this.timeout(60_000)
  for (const [name, read] of readers) {
    for (const archived of [0, 3]) {
      it(`${name} does not fail when files go at any moment, ${archived === 0 ? 'plain' : 'archived'}`, async () => {
        const counting = new FaultDisk(await journal(archived))
        await read(counting)
        for (let at = 1; at <= counting.operations.length; at++) {
          const disk = await journal(archived)
          const watching = new FaultDisk(disk, {
            fault: ({ number }) => {
              if (number === at) removeFront(disk)
              return undefined
            },
          })
          await read(watching)
        }
      })
    }

    it(`${name} does not fail when files are archived at any moment`, async () => {
      const archives = await journal(3)
      const counting = new FaultDisk(await journal(0))
      await read(counting)
      for (let at = 1; at <= counting.operations.length; at++) {
        const disk = await journal(0)
        const watching = new FaultDisk(disk, {
          fault: ({ number }) => {
            if (number === at) archiveFront(disk, archives)
            return undefined
          },
        })
        await read(watching)
      }
    })
  }
})

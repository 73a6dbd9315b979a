import assert from 'node:assert/strict'
import type { BlockIndex } from '../../../../lib/journal/archive/blocks.ts'
import { openText } from '../../../../lib/journal/archive/open-text.ts'
import type { Disk } from '../../../../lib/journal/disk/disk.ts'
import { isEntry } from '../../../../lib/journal/format/entry.ts'
import { archiveFile } from '../../../../lib/journal/keep/archiver.ts'
import { readCatalog } from '../../../../lib/journal/read/catalog.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { unseal } from '../../../../lib/kit/sealed.ts'
import { type BuiltFile, buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'

export const directory = '/journal'

/** Three days; the second one is large enough for several blocks. */
export const threeDays = buildJournal([
  { date: '20261119', batches: inBatches(lines('20261119', 30), 7) },
  {
    date: '20261120',
    batches: inBatches(
      lines(
        '20261120',
        40_000,
        (n) => `OK 12 ${n} ${(n * 7919) % 1009} some text to fill the block ${n % 13}`,
      ),
      100,
    ),
  },
  { date: '20261121', batches: inBatches(lines('20261121', 5), 2) },
])

/** What an index file on a memory disk holds. */
export function indexIn(bytes: Buffer): BlockIndex {
  const json = unseal(bytes.toString('utf8'))
  assert.ok(json !== undefined, 'the index is damaged')
  return JSON.parse(json) as BlockIndex
}

/** A disk in memory that holds files of a journal. */
export function diskWith(files: readonly BuiltFile[]): MemoryDisk {
  const disk = new MemoryDisk()
  for (const { path, bytes } of files) disk.place(`${directory}/${path}`, bytes)
  return disk
}

export const atOnce = { rest: async () => {}, stopped: () => false }

/** Archives the file at an index. */
export async function archive(disk: Disk, files: readonly BuiltFile[], index: number, pace = atOnce) {
  const catalog = await readCatalog(disk, directory, openText(disk, directory))
  const file = catalog.files.find(({ path }) => path === files[index]!.path)!
  return archiveFile(disk, directory, file, files[index]!.sha256, pace)
}

/** The seqs and texts of all entries from a seq on, and what is damaged. */
export async function readAll(disk: Disk, from = 1, path = directory) {
  const entries: Array<{ seq: number; text: string; received: number; epoch: string }> = []
  const damages: string[] = []
  for await (const reading of readJournal(disk, path, from)) {
    if (reading.kind === 'damage') {
      damages.push(`${reading.file} ${reading.offset}-${reading.end} seqs ${reading.from}-${reading.to}`)
      continue
    }
    for (const item of reading.items) {
      if (!isEntry(item) || item.seq < from) continue
      entries.push({ seq: item.seq, text: item.text, received: item.received, epoch: item.epoch })
    }
  }
  return { entries, damages }
}

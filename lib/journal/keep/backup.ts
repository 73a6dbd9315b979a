// A consistent copy of a journal while it is written: every file up to its durable end.
import { dirname, join } from 'node:path'
import { withCode } from '../../kit/errors.ts'
import { indexPath } from '../archive/gz-text.ts'
import { openText, otherForm } from '../archive/open-text.ts'
import type { Disk } from '../disk/disk.ts'
import { readCatalog, yearsIn } from '../read/catalog.ts'
import type { JournalFile } from '../read/journal-file.ts'
import { type BackupResult, FileBackup } from './file-backup.ts'

export interface BackupOptions {
  /** what retention has removed from the journal goes from the copy, too; default: it stays */
  prune?: boolean
}

/**
 * Copies the journal as it is now to another directory: a new one, or that of an earlier backup of the same
 * journal, of which finished files are kept where every byte is the same, and the last one gets what has come since. Files
 * that retention removes meanwhile are left out. Throws an Error where the target holds something else.
 */
export async function backupJournal(
  disk: Disk,
  directory: string,
  target: string,
  { prune = false }: BackupOptions = {},
): Promise<BackupResult> {
  const { files } = await readCatalog(disk, directory, openText(disk, directory))
  await disk.makeDirectory(target)
  const only = await onlyThere(disk, directory, target, files)
  const result: BackupResult = {
    ...{ files: 0, kept: 0, repaired: 0, spared: [], aside: [], older: 0, bytes: 0, lastSeq: 0 },
  }
  const stored: string[] = []
  for (const [index, file] of files.entries()) {
    const next = files[index + 1]?.header
    const sha256 =
      next?.previous === file.path && next.sha256 !== '?' ? (next.sha256 ?? undefined) : undefined
    const wanted = { file, isLast: index === files.length - 1, sha256 }
    const path = await new FileBackup({ disk, directory, target }, wanted, result).run()
    if (path !== undefined) stored.push(path)
  }
  result.files = stored.length
  result.spared.push(...only.lost.map(({ path }) => path))
  result.older = prune ? 0 : only.older.length
  await tidy(disk, target, stored, prune ? only.older : [])
  for (const path of [...yearsOf(stored).map((year) => join(target, year)), target, dirname(target)]) {
    await disk.syncDirectory(path)
  }
  return result
}

/** Files that the target has, and the journal does not. */
interface Only {
  /** retention has removed them from the journal since */
  older: JournalFile[]
  /** the journal's next file names them, and they are not there */
  lost: JournalFile[]
}

/** What is there must be an earlier backup: the same first lines in the files of the same names. */
async function onlyThere(
  disk: Disk,
  directory: string,
  target: string,
  files: readonly JournalFile[],
): Promise<Only> {
  if (join(directory, '.') === join(target, '.'))
    throw withCode('BACKUP_TARGET', new Error('the target is the journal itself'))
  const strangers = (await disk.list(target)).filter(
    (name) => !/^\d{4}$|^\.(catalog|checkpoint|lock|lock-owner)$/.test(name),
  )
  if (strangers.length > 0)
    throw withCode('BACKUP_TARGET', new Error(`${target} holds ${strangers[0]}: give an empty directory`))
  const there = await readCatalog(disk, target, openText(disk, target))
  const only: Only = { older: [], lost: [] }
  for (const file of there.files) {
    const same = files.find(({ path }) => path === file.path)
    if (same && JSON.stringify(same.header) === JSON.stringify(file.header)) continue
    if (!same && file.firstSeq < (files[0]?.firstSeq ?? 1)) only.older.push(file)
    else if (!same && files.some(({ header }) => header?.previous === file.path)) only.lost.push(file)
    else {
      throw withCode(
        'BACKUP_TARGET',
        new Error(`${target} holds another journal (${file.path}): give an empty directory`),
      )
    }
  }
  return only
}

/** Removes what a crash has left, forms of files that are there in their other form now, and what is not wanted any more. */
async function tidy(
  disk: Disk,
  target: string,
  stored: readonly string[],
  unwanted: readonly JournalFile[],
): Promise<void> {
  const removed = new Set([...stored.map(otherForm), ...unwanted.flatMap(({ path }) => [path, `${path}.gz`])])
  // the index goes with its archive
  for (const path of [...removed]) if (path.endsWith('.gz')) removed.add(indexPath(path))
  for (const year of await yearsIn(disk, target)) {
    for (const name of await disk.list(join(target, year))) {
      const path = `${year}/${name}`
      if (name.endsWith('.tmp') || removed.has(path)) await disk.remove(join(target, path))
    }
  }
}

function yearsOf(stored: readonly string[]): string[] {
  return [...new Set(stored.map((path) => path.slice(0, 4)))]
}

// A consistent copy of a journal while it is written: every file up to its durable end.
import { dirname, join } from 'node:path'
import { errorCode, withCode } from '../../kit/errors.ts'
import { indexPath } from '../archive/gz-text.ts'
import { openText } from '../archive/open-text.ts'
import { withText } from '../archive/text-file.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { readCatalog } from '../read/catalog.ts'
import type { JournalFile } from '../read/journal-file.ts'
import { findEnd } from '../recover/recovery.ts'

/** What a backup did. */
export interface BackupResult {
  files: number
  /** files that an earlier backup had left as they are now */
  kept: number
  /** bytes that were copied */
  bytes: number
  lastSeq: number
}

const chunkSize = 1 << 20
/** The retention may remove files while they are copied: then all is looked at again. */
const tries = 3

/**
 * Copies the journal as it is now to another directory: a new one, or that of an earlier backup of the same
 * journal, of which finished files are kept. Throws an Error where the target holds something else.
 */
export async function backupJournal(disk: Disk, directory: string, target: string): Promise<BackupResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await copyAll(disk, directory, target)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || attempt === tries) throw error
    }
  }
}

async function copyAll(disk: Disk, directory: string, target: string): Promise<BackupResult> {
  const { files } = await readCatalog(disk, directory, openText(disk, directory))
  await disk.makeDirectory(target)
  await checkTarget(disk, directory, target, files)
  const result: BackupResult = { files: files.length, kept: 0, bytes: 0, lastSeq: 0 }
  for (const [index, file] of files.entries()) {
    const isLast = index === files.length - 1
    const copied = await copyFile(disk, directory, target, file, isLast)
    if (copied === undefined) result.kept++
    else result.bytes += copied.bytes
    if (isLast) result.lastSeq = copied?.lastSeq ?? file.firstSeq - 1
  }
  await removeOthers(disk, target, files)
  for (const path of [...yearsOf(files).map((year) => join(target, year)), target, dirname(target)]) {
    await disk.syncDirectory(path)
  }
  return result
}

/** What is there must be an earlier backup: the same first lines in the files of the same names. */
async function checkTarget(
  disk: Disk,
  directory: string,
  target: string,
  files: JournalFile[],
): Promise<void> {
  const there = await readCatalog(disk, target, openText(disk, target))
  const strangers = (await disk.list(target)).filter((name) => !/^\d{4}$|^\.(catalog|checkpoint)$/.test(name))
  if (strangers.length > 0)
    throw withCode('BACKUP_TARGET', new Error(`${target} holds ${strangers[0]}: give an empty directory`))
  for (const file of there.files) {
    const same = files.find(({ path }) => path === file.path)
    // a file that retention has removed since the last backup
    if (!same && file.firstSeq < (files[0]?.firstSeq ?? 1)) continue
    if (!same || JSON.stringify(same.header) !== JSON.stringify(file.header)) {
      throw withCode(
        'BACKUP_TARGET',
        new Error(`${target} holds another journal (${file.path}): give an empty directory`),
      )
    }
  }
  if (join(directory, '.') === join(target, '.'))
    throw withCode('BACKUP_TARGET', new Error('the target is the journal itself'))
}

/** Undefined where the target has the file already. Written under another name, synced, renamed. */
async function copyFile(
  disk: Disk,
  directory: string,
  target: string,
  file: JournalFile,
  isLast: boolean,
): Promise<{ bytes: number; lastSeq: number } | undefined> {
  const source = await disk.open(join(directory, file.stored), 'read')
  try {
    const isArchive = file.stored !== file.path
    const whole = await source.size()
    const end =
      isLast && !isArchive
        ? await findEnd(source, whole, file.firstSeq)
        : { size: file.validSize ?? whole, lastSeq: 0 }
    const size = isArchive ? whole : end.size
    // a file that the writer has just begun
    if (size === 0 && isLast) return { bytes: 0, lastSeq: end.lastSeq }
    if (!isLast && (await sizeOf(disk, join(target, file.stored))) === size) return undefined
    await disk.makeDirectory(dirname(join(target, file.stored)))
    await copyBytes(disk, source, size, join(target, file.stored))
    if (isArchive) await copyIndex(disk, directory, target, file.stored)
    return { bytes: size, lastSeq: end.lastSeq }
  } finally {
    await source.close()
  }
}

async function copyBytes(disk: Disk, source: DiskFile, size: number, path: string): Promise<void> {
  const temporary = `${path}.tmp`
  await disk.remove(temporary)
  const copy = await disk.open(temporary, 'create')
  try {
    for (let at = 0; at < size; ) {
      const bytes = await source.read(at, Math.min(chunkSize, size - at))
      if (bytes.length === 0)
        throw withCode('BACKUP_SOURCE_CHANGED', new Error(`${path} became shorter while it was copied`))
      await copy.write(bytes, at)
      at += bytes.length
    }
    await copy.sync()
  } finally {
    await copy.close()
  }
  await disk.rename(temporary, path)
}

/** The index can be made again: where it is missing nothing is lost. */
async function copyIndex(disk: Disk, directory: string, target: string, stored: string): Promise<void> {
  try {
    await withText(
      { stored: indexPath(stored) },
      (path) => disk.open(join(directory, path), 'read'),
      async (index) => {
        await copyBytes(disk, index, await index.size(), join(target, indexPath(stored)))
      },
    )
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

/** What an earlier backup had and the journal no longer has: plain files of archives, removed files. */
async function removeOthers(disk: Disk, target: string, files: readonly JournalFile[]): Promise<void> {
  const wanted = new Set(
    files.flatMap(({ stored }) => [stored, ...(stored.endsWith('.gz') ? [indexPath(stored)] : [])]),
  )
  for (const year of await disk.list(target)) {
    if (!/^\d{4}$/.test(year)) continue
    for (const name of await disk.list(join(target, year))) {
      const path = `${year}/${name}`
      if (/\.(txt|txt\.gz|idx|tmp)$/.test(name) && !wanted.has(path)) await disk.remove(join(target, path))
    }
  }
}

function yearsOf(files: readonly JournalFile[]): string[] {
  return [...new Set(files.map(({ stored }) => stored.slice(0, 4)))]
}

async function sizeOf(disk: Disk, path: string): Promise<number | undefined> {
  try {
    const file = await disk.open(path, 'read')
    try {
      return await file.size()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

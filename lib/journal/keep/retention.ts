// Removes the oldest files by age or size. The removal is noted first, and no file with an entry above the checkpoint
// goes (docs/journal-format.md, promise 7).
import { join } from 'node:path'
import { errorCode } from '../../kit/errors.ts'
import { indexPath } from '../archive/gz-text.ts'
import { openText, otherForm } from '../archive/open-text.ts'
import type { Disk } from '../disk/disk.ts'
import type { RetentionNotice } from '../format/notices.ts'
import { readCatalog } from '../read/catalog.ts'
import type { JournalFile } from '../read/journal-file.ts'

/** What is kept; 0: without a limit. */
export interface RetentionRules {
  /** days: a file goes when it is older than that */
  days: number
  /** bytes on disk: the oldest files go until the journal fits */
  bytes: number
}

/** A file with what the rules look at. */
export interface StoredFile {
  file: JournalFile
  /** bytes on disk */
  bytes: number
  /** seq of its last entry */
  lastSeq: number
  /** days; undefined where it is not known: then it does not go for its age */
  age: number | undefined
}

/**
 * The files that go now, oldest first.
 *
 * @param files all of a journal; the last one is being written and stays
 */
export function dueFiles(
  files: readonly StoredFile[],
  rules: RetentionRules,
  checkpoint: number,
): StoredFile[] {
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const due: StoredFile[] = []
  for (const stored of files.slice(0, -1)) {
    const isOld = rules.days > 0 && stored.age !== undefined && stored.age > rules.days
    const isTooMuch = rules.bytes > 0 && total > rules.bytes
    if (stored.lastSeq > checkpoint || !(isOld || isTooMuch)) break
    due.push(stored)
    total -= stored.bytes
  }
  return due
}

/** What the retention of one journal needs. */
export interface RetentionParts {
  disk: Disk
  directory: string
  rules: RetentionRules
  /** the seq up to which every event has been dealt with */
  checkpoint: number
  /** the age of each file in days, undefined where it is not known */
  agesOf(files: readonly JournalFile[]): Promise<Array<number | undefined>>
  /** resolves when the notice is durable */
  note(notice: RetentionNotice): Promise<void>
}

/** Removes what is due; returns the paths. */
export async function applyRetention(parts: RetentionParts): Promise<string[]> {
  const { disk, directory, rules, checkpoint } = parts
  if (rules.days <= 0 && rules.bytes <= 0) return []
  const { files } = await readCatalog(disk, directory, openText(disk, directory))
  const ages = rules.days > 0 ? await parts.agesOf(files) : []
  const stored = await withSizes(disk, directory, files, rules.bytes > 0)
  const due = dueFiles(
    stored.map((file, index) => ({ ...file, age: ages[index] })),
    rules,
    checkpoint,
  )
  const last = due.at(-1)
  if (!last) return []
  await parts.note({ upTo: last.file.path, lastSeq: last.lastSeq })
  for (const { file } of due) await removeFile(disk, directory, file.path)
  return due.map(({ file }) => file.path)
}

async function withSizes(
  disk: Disk,
  directory: string,
  files: readonly JournalFile[],
  wanted: boolean,
): Promise<Array<Omit<StoredFile, 'age'>>> {
  const stored: Array<Omit<StoredFile, 'age'>> = []
  for (const [index, file] of files.entries()) {
    const bytes = wanted ? await sizeOf(disk, directory, file.stored) : 0
    const next = files[index + 1]
    stored.push({ file, bytes, lastSeq: next ? next.firstSeq - 1 : Number.POSITIVE_INFINITY })
  }
  return stored
}

/** Both forms and the index. Each is gone for good before the next file goes: what is left has no hole. */
async function removeFile(disk: Disk, directory: string, path: string): Promise<void> {
  const plain = join(directory, path)
  // the archive first: a plain file beside it is the one that counts
  for (const name of [`${plain}.gz`, plain, indexPath(plain)]) await disk.remove(name)
  await disk.syncDirectory(join(plain, '..'))
}

/** A file may be archived meanwhile. */
async function sizeOf(disk: Disk, directory: string, stored: string): Promise<number> {
  for (const form of [stored, otherForm(stored)]) {
    try {
      const file = await disk.open(join(directory, form), 'read')
      try {
        return await file.size()
      } finally {
        await file.close()
      }
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
  return 0
}

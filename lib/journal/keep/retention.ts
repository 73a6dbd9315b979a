// Removes the oldest files by age or size. The removal is noted first, and no file with an entry above the checkpoint
// goes (docs/journal-format.md, promise 7).
import { join } from 'node:path'
import { indexPath } from '../archive/gz-text.ts'
import { openText } from '../archive/open-text.ts'
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
}

/**
 * The files that go now, oldest first.
 *
 * @param files all of a journal; the last one is being written and stays
 * @param today days since 1970; undefined where the clock is not to be trusted: then none goes for its age
 */
export function dueFiles(
  files: readonly StoredFile[],
  rules: RetentionRules,
  checkpoint: number,
  today: number | undefined,
): StoredFile[] {
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const due: StoredFile[] = []
  for (const stored of files.slice(0, -1)) {
    const isOld = rules.days > 0 && today !== undefined && stored.file.day < today - rules.days
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
  today: number | undefined
  /** resolves when the notice is durable */
  note(notice: RetentionNotice): Promise<void>
}

/** Removes what is due; returns the paths. */
export async function applyRetention(parts: RetentionParts): Promise<string[]> {
  const { disk, directory, rules, checkpoint, today } = parts
  if (rules.days <= 0 && rules.bytes <= 0) return []
  const { files } = await readCatalog(disk, directory, openText(disk, directory))
  const due = dueFiles(await withSizes(disk, directory, files, rules.bytes > 0), rules, checkpoint, today)
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
): Promise<StoredFile[]> {
  const stored: StoredFile[] = []
  for (const [index, file] of files.entries()) {
    const bytes = wanted ? await sizeOf(disk, join(directory, file.stored)) : 0
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

async function sizeOf(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, 'read')
  try {
    return await file.size()
  } finally {
    await file.close()
  }
}

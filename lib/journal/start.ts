// What a writer finds when it starts: the journal's last file, repaired at its end, and the seq it goes on from.
import { join } from 'node:path'
import { openText } from './archive.ts'
import { type JournalFile, readCatalog } from './catalog.ts'
import type { Disk } from './disk.ts'
import { findEnd, type Salvage, salvageTail, setAside } from './recovery.ts'

/** Where the writer goes on. */
export interface FoundEnd {
  lastSeq: number
  /** the last file and its durable bytes; undefined in a new journal */
  last: { file: JournalFile; size: number } | undefined
  /** what had to be repaired, noted in the journal already or (setAside) still to be noted */
  salvages: Salvage[]
  setAside: Salvage[]
}

/** Examines the end of the journal's last file. */
export async function recover(disk: Disk, directory: string, now: number): Promise<FoundEnd> {
  const catalog = await readCatalog(disk, directory, openText(disk, directory))
  const aside: Salvage[] = []
  for (const stored of catalog.unreadable) {
    const last = catalog.files.at(-1)
    // a file in the middle stays where it is: readers and verify name it
    if (stored.endsWith('.gz') || (last && stored < last.stored)) continue
    const size = await sizeOf(disk, join(directory, stored))
    const torn = await setAside(disk, directory, stored)
    aside.push({ file: stored, offset: 0, entries: 0, tornBytes: size, torn })
  }
  const file = catalog.files.at(-1)
  if (!file) return { lastSeq: 0, last: undefined, salvages: aside, setAside: aside }
  if (file.stored !== file.path) {
    const end = await endOfArchived(disk, directory, file)
    return { lastSeq: end.lastSeq, last: { file, size: end.size }, salvages: aside, setAside: aside }
  }
  const { end, salvage } = await salvageTail(disk, directory, file, now)
  const salvages = salvage ? [salvage, ...aside] : aside
  return { lastSeq: end.lastSeq, last: { file, size: end.size }, salvages, setAside: aside }
}

async function endOfArchived(disk: Disk, directory: string, file: JournalFile) {
  const text = await openText(disk, directory)(file.stored)
  try {
    return await findEnd(text, await text.size(), file.firstSeq)
  } finally {
    await text.close()
  }
}

async function sizeOf(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, 'read')
  try {
    return await file.size()
  } finally {
    await file.close()
  }
}

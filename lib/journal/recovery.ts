// The end of the last file after a start: what follows the last valid C is kept as far as it is whole, closed,
// and noted; the rest is moved aside. (Promise 4.)
import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { closeBatch } from './batch.ts'
import type { JournalFile } from './catalog.ts'
import type { Disk, DiskFile } from './disk.ts'
import { noticeText, parseLine } from './line.ts'
import { scanFile } from './scan.ts'

/** The sound end of a file. */
export interface FileEnd {
  /** bytes up to and with the last valid C */
  size: number
  lastSeq: number
}

/** What a start found behind the last valid C. */
export interface Salvage {
  /** the file's path in the journal */
  file: string
  /** where the unclosed lines begin */
  offset: number
  /** entries that were kept */
  entries: number
  /** bytes that were moved aside */
  tornBytes: number
  /** where to, in the journal's directory */
  torn: string | null
}

/** The first look at the end of a large file; it is widened until a valid C is found. */
const firstLook = 8 << 20

/** Finds the last valid C of a file. Size 0 and the seq before H's where there is none. */
export async function findEnd(file: DiskFile, size: number, firstSeq: number): Promise<FileEnd> {
  for (let look = firstLook; ; look *= 4) {
    const from = size <= look ? 0 : await commitBefore(file, size - look)
    let end: FileEnd | undefined
    for await (const span of scanFile(file, from, size)) {
      if (span.kind === 'batch') end = { size: span.end, lastSeq: span.commit.lastSeq }
    }
    if (end) return end
    if (from === 0) return { size: 0, lastSeq: firstSeq - 1 }
  }
}

/** The end of a C line at or after a position, which is a batch's start; 0 where none is near. */
async function commitBefore(file: DiskFile, position: number): Promise<number> {
  const head = await file.read(position, 1 << 20)
  const mark = head.indexOf('\nC ')
  const end = mark === -1 ? -1 : head.indexOf(10, mark + 1)
  return end === -1 ? 0 : position + end + 1
}

/** The whole lines behind the last valid C. */
export interface UnclosedLines {
  /** with H, where it is the file's first batch */
  text: string
  bytes: number
  /** lines without H */
  count: number
  entries: number
}

/** Reads lines as long as each ends in LF and parses; an H only at the start of a file. */
export function unclosedLines(tail: Buffer, atFileStart: boolean): UnclosedLines {
  const kept: UnclosedLines = { text: '', bytes: 0, count: 0, entries: 0 }
  for (;;) {
    const end = tail.indexOf(10, kept.bytes)
    if (end === -1) return kept
    const bytes = tail.subarray(kept.bytes, end)
    const line = bytes.toString('utf8')
    const isHeader = atFileStart && kept.bytes === 0
    if (!isHeader) {
      const parsed = isUtf8(bytes) ? parseLine(line, true) : undefined
      if (!parsed) return kept
      kept.count++
      if (parsed.kind !== 'N') kept.entries++
    }
    kept.text += `${line}\n`
    kept.bytes = end + 1
  }
}

/**
 * Closes the whole lines behind the last valid C of the journal's last file and moves the rest to
 * `<file>.torn`. Returns the file's new end and what was found, undefined where it ended cleanly.
 */
export async function salvageTail(
  disk: Disk,
  directory: string,
  file: JournalFile,
  now: number,
): Promise<{ end: FileEnd; salvage: Salvage | undefined }> {
  const handle = await disk.open(join(directory, file.path), 'write')
  try {
    const size = await handle.size()
    const end = await findEnd(handle, size, file.firstSeq)
    if (end.size === size && size > 0) return { end, salvage: undefined }
    const tail = await handle.read(end.size, size - end.size)
    const kept = unclosedLines(tail, end.size === 0)
    const torn = await moveAside(disk, directory, file.path, tail.subarray(kept.bytes))
    const salvage: Salvage = {
      file: file.path,
      offset: end.size,
      entries: kept.entries,
      tornBytes: tail.length - kept.bytes,
      torn,
    }
    if (end.size + kept.bytes < size) {
      await handle.truncate(end.size + kept.bytes)
      // the cut is on the medium before the C is, or a power cut could leave the C with the old bytes behind it
      await handle.sync()
    }
    const lastSeq = end.lastSeq + kept.entries
    const body = kept.text + noticeText(now, 'salvage', JSON.stringify(salvage))
    const closed = closeBatch(body, kept.count + 1, lastSeq, now)
    await handle.write(closed.subarray(kept.bytes), end.size + kept.bytes)
    await handle.sync()
    return { end: { size: end.size + closed.length, lastSeq }, salvage }
  } finally {
    await handle.close()
  }
}

/** Writes bytes to `<file>.torn` (`.torn-1` …), synced; null where there are none. */
async function moveAside(disk: Disk, directory: string, path: string, bytes: Buffer): Promise<string | null> {
  if (bytes.length === 0) return null
  const torn = await freeTornName(disk, directory, path)
  const handle = await disk.open(join(directory, torn), 'create')
  try {
    await handle.write(bytes, 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await disk.syncDirectory(join(directory, torn, '..'))
  return torn
}

/** Moves a whole file that holds nothing readable aside; returns its new path in the journal. */
export async function setAside(disk: Disk, directory: string, stored: string): Promise<string> {
  const torn = await freeTornName(disk, directory, stored)
  await disk.rename(join(directory, stored), join(directory, torn))
  await disk.syncDirectory(join(directory, torn, '..'))
  return torn
}

async function freeTornName(disk: Disk, directory: string, path: string): Promise<string> {
  const names = await disk.list(join(directory, path, '..'))
  const base = `${path.slice(path.indexOf('/') + 1)}.torn`
  let name = base
  for (let n = 1; names.includes(name); n++) name = `${base}-${n}`
  return `${path.slice(0, path.indexOf('/'))}/${name}`
}

// Repairs the end of the last file at a start. Whole lines behind the last valid commit are kept, committed and
// noted; the rest is moved aside. (docs/journal-format.md, promise 4.)
import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { closeBatch } from '../format/batch.ts'
import { openedEpoch } from '../format/entry.ts'
import { type Commit, noticeText, parseCommit, parseLine } from '../format/line.ts'
import { scanFile, writtenEnd } from '../format/scan.ts'

/** The sound end of a file. */
export interface FileEnd {
  /** bytes up to and with the last valid C */
  size: number
  lastSeq: number
  /** where the last flush begins, which may not be on the medium */
  lastFlush: number
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
  /** a C stood behind the kept lines and did not match them: one of them may have a wrong byte */
  suspect?: true
}

/** The first look at the end of a large file; it is widened until a valid C is found. */
const firstLook = 8 << 20

/** Finds the last valid C of a file. Size 0 and the seq before H's where there is none. */
export async function findEnd(
  file: DiskFile,
  size: number,
  firstSeq: number,
  look = firstLook,
): Promise<FileEnd> {
  const from = size <= look ? 0 : await commitBefore(file, size - look)
  let end: FileEnd | undefined
  let time = -1
  for await (const span of scanFile(file, from, size)) {
    if (span.kind === 'damage') time = -1
    if (span.kind !== 'batch') continue
    const lastFlush = span.commit.time === time && end ? end.lastFlush : span.offset
    // a repeated tail must not take the seq back
    end = { size: span.end, lastSeq: Math.max(span.commit.lastSeq, end?.lastSeq ?? 0), lastFlush }
    time = span.commit.time
  }
  if (end) return end
  if (from > 0) return findEnd(file, size, firstSeq, look * 4)
  return { size: 0, lastSeq: firstSeq - 1, lastFlush: 0 }
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
  /** the lines, each with its LF; without H */
  text: string
  bytes: number
  count: number
  entries: number
  /** epoch of the `open` notice before the first entry */
  opened: string | undefined
  /** the C line that follows them, though its checksum fails */
  claimed: Commit | undefined
}

/** Reads lines as long as each ends in LF and parses. */
export function unclosedLines(tail: Buffer): UnclosedLines {
  const kept: UnclosedLines = {
    text: '',
    bytes: 0,
    count: 0,
    entries: 0,
    opened: undefined,
    claimed: undefined,
  }
  for (;;) {
    const end = tail.indexOf(10, kept.bytes)
    if (end === -1) break
    const bytes = tail.subarray(kept.bytes, end)
    const line = isUtf8(bytes) ? parseLine(bytes.toString('utf8'), true) : undefined
    if (!line) {
      kept.claimed = parseCommit(bytes.toString('latin1'))
      break
    }
    kept.count++
    if (line.kind !== 'N') kept.entries++
    else if (line.notice === 'open' && kept.entries === 0) kept.opened = openedEpoch(line.json)
    kept.bytes = end + 1
  }
  kept.text = tail.toString('utf8', 0, kept.bytes)
  return kept
}

/** What salvage makes of a file: its new end, and what was found unless it ended cleanly. */
export interface Salvaged {
  end: FileEnd
  salvage: Salvage | undefined
}

/**
 * Closes the whole lines behind the last valid C of a file and moves the rest to `<file>.torn`; zeros at the very end
 * are cut off. The whole end is on the medium when it returns.
 *
 * @param header bytes of the H line where nothing of the file is closed yet; else 0
 */
export async function salvageTail(
  disk: Disk,
  directory: string,
  path: string,
  end: FileEnd,
  header: number,
  now: number,
): Promise<Salvaged> {
  const handle = await disk.open(join(directory, path), 'write')
  try {
    const size = await handle.size()
    const written = await writtenEnd(handle, size, end.size)
    // room that was taken ahead; nothing is lost with it, and it is the writer's to take it again
    if (written < size) await handle.truncate(written)
    const tail = await handle.read(end.size, written - end.size)
    const closed = tail.length === 0 ? { end, salvage: undefined } : await close(handle, tail, end, header)
    await rewrite(handle, closed.end)
    await handle.sync()
    await disk.syncDirectory(join(directory, path, '..'))
    await disk.syncDirectory(directory)
    return closed
  } finally {
    await handle.close()
  }

  async function close(handle: DiskFile, tail: Buffer, end: FileEnd, header: number): Promise<Salvaged> {
    const kept = unclosedLines(tail.subarray(header))
    const rest = tail.subarray(header + kept.bytes)
    const salvage: Salvage = {
      file: path,
      offset: end.size,
      entries: kept.entries,
      tornBytes: rest.length,
      torn: await moveAside(disk, directory, path, rest),
      ...(kept.claimed && { suspect: true }),
    }
    const start = end.size + header + kept.bytes
    if (rest.length > 0) {
      await handle.truncate(start)
      // the cut is on the medium before the C is, or a power cut could leave the C with the old bytes behind it
      await handle.sync()
    }
    const lastSeq = end.lastSeq + kept.entries
    const body =
      tail.toString('utf8', 0, header) + kept.text + noticeText(now, 'salvage', JSON.stringify(salvage))
    const closed = closeBatch(body, kept.count + 1, lastSeq, now)
    await handle.write(closed.subarray(header + kept.bytes), start)
    return { end: { size: end.size + closed.length, lastSeq, lastFlush: end.lastFlush }, salvage }
  }
}

/**
 * Writes the last flush again, in place, the same bytes: a process that was killed may not have synced it, and
 * where its sync failed the system may hold it in memory only and take it for written. What is read from here
 * on is on the medium.
 */
async function rewrite(file: DiskFile, end: FileEnd): Promise<void> {
  const piece = 1 << 20
  for (let at = end.lastFlush; at < end.size; at += piece) {
    await file.write(await file.read(at, Math.min(piece, end.size - at)), at)
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

/** A name for what is moved aside from a file; nothing is ever written over. */
export async function freeTornName(disk: Disk, directory: string, path: string): Promise<string> {
  const names = await disk.list(join(directory, path, '..'))
  const base = `${path.slice(path.indexOf('/') + 1)}.torn`
  let name = base
  for (let n = 1; names.includes(name); n++) name = `${base}-${n}`
  return `${path.slice(0, path.indexOf('/'))}/${name}`
}

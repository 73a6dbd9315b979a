// A last file without any valid batch, whose header is torn, damaged or does not follow the chain. Its whole lines
// are written again to the next file of the day, and the file is moved aside.
import { join } from 'node:path'
import type { Disk } from '../disk/disk.ts'
import { closeBatch } from '../format/batch.ts'
import { filePath, headerLine, noticeText, parseFilePath, parseHeader, parseLine } from '../format/line.ts'
import { writtenEnd } from '../format/scan.ts'
import { nextNumber } from '../segment/open-file.ts'
import { freeTornName, type Salvage, type UnclosedLines, unclosedLines } from './recovery.ts'

/** A file that no H names and that holds nothing closed. */
export interface Headless {
  /** its path in the journal */
  path: string
  size: number
  /** bytes up to its second line */
  offset: number
  lines: UnclosedLines
}

/** Where the chain ends without it. */
export interface ChainEnd {
  path: string
  size: number
  sha256: string
}

/** Reads a file whose first line is not to be trusted. */
export async function readHeadless(disk: Disk, directory: string, path: string): Promise<Headless> {
  const file = await disk.open(join(directory, path), 'read')
  try {
    const size = await file.size()
    const bytes = await file.read(0, await writtenEnd(file, size))
    const offset = secondLine(bytes)
    return { path, size: size, offset, lines: unclosedLines(bytes.subarray(offset)) }
  } finally {
    await file.close()
  }
}

const headerPattern = /^H \S+ fieldlog \d+ \S+ \d+ \S+ \d+ (?:-|\?|[0-9a-f]{64})/

/** Behind the H line, the LF of which may be what is damaged; 0 where there is none. */
function secondLine(bytes: Buffer): number {
  const end = bytes.indexOf(10)
  if (end === -1) return bytes.length
  const line = bytes.toString('latin1', 0, end)
  if (parseLine(line, true)) return 0
  const header = headerPattern.exec(line)
  return header && parseHeader(header[0]) ? header[0].length + 1 : end + 1
}

/** What is to be logged again, and behind what. */
export interface Again {
  headless: Headless
  /** undefined where the headless file is the journal's only one */
  chain: ChainEnd | undefined
  /** seq of the entry before */
  lastSeq: number
  /** in force for the first line */
  epoch: string
  now: number
}

/**
 * Logs the lines of a headless file again. The new file appears whole or not at all (it is made under another
 * name), so that a power cut leaves either one or both, and never lines in both that count.
 */
export async function logAgain(
  disk: Disk,
  directory: string,
  again: Again,
): Promise<{ path: string; size: number; lastSeq: number; salvage: Salvage }> {
  const { headless, chain, now } = again
  const { lines } = headless
  const { day } = parseFilePath(headless.path)!
  const path = filePath(day, await nextNumber(disk, directory, day))
  const salvage: Salvage = {
    file: headless.path,
    offset: headless.offset,
    entries: lines.entries,
    tornBytes: headless.size - lines.bytes,
    torn: await freeTornName(disk, directory, headless.path),
    ...(lines.claimed && { suspect: true }),
  }
  const head = headerLine({
    time: now,
    epoch: again.epoch,
    firstSeq: again.lastSeq + 1,
    previous: chain?.path ?? null,
    previousSize: chain?.size ?? 0,
    sha256: chain?.sha256 ?? null,
  })
  const body = head + lines.text + noticeText(now, 'salvage', JSON.stringify(salvage))
  const lastSeq = again.lastSeq + lines.entries
  const bytes = closeBatch(body, lines.count + 1, lastSeq, now)
  await writeWhole(disk, directory, path, bytes)
  await setAside(disk, directory, headless.path)
  return { path, size: bytes.length, lastSeq, salvage }
}

async function writeWhole(disk: Disk, directory: string, path: string, bytes: Uint8Array): Promise<void> {
  const target = join(directory, path)
  const draft = join(target, '..', '.again')
  await disk.remove(draft)
  const file = await disk.open(draft, 'create')
  try {
    await file.write(bytes, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(draft, target)
  await disk.syncDirectory(join(target, '..'))
}

/** Moves a whole file aside; returns its new path in the journal. */
export async function setAside(disk: Disk, directory: string, path: string): Promise<string> {
  const torn = await freeTornName(disk, directory, path)
  await disk.rename(join(directory, path), join(directory, torn))
  await disk.syncDirectory(join(directory, torn, '..'))
  return torn
}

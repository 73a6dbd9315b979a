// Which files a journal has, in the order of their seqs, and how much of each is valid.
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Disk, DiskFile } from './disk.ts'
import { filePath, type Header, parseCommit, parseFilePath, parseHeader } from './line.ts'
import { scanFile } from './scan.ts'

/** One file of a journal. */
export interface JournalFile {
  /** as chain and notices name it: `YYYY/YYYYMMDD.txt` */
  path: string
  /** where its bytes are: the same, or with `.gz` */
  stored: string
  /** days since 1970 */
  day: number
  number: number
  /** seq of its first entry; of a file with a damaged H, that of its first readable batch */
  firstSeq: number
  /** undefined where the H line is damaged */
  header: Header | undefined
  /** valid bytes (uncompressed), as the next file's H says; undefined for the last one: all of it */
  validSize: number | undefined
}

/** A journal's files in order of seq, and those that hold nothing readable. */
export interface Catalog {
  files: JournalFile[]
  /** journal files (by name) without a readable H and without a readable batch */
  unreadable: string[]
}

/** How much of a file is read to find and check its H. */
const headSize = 1 << 16

/** Opens the text of a file for reading, plain or compressed. */
export type OpenText = (stored: string) => Promise<DiskFile>

/** Reads the catalog of a journal from its directory. */
export async function readCatalog(disk: Disk, directory: string, openText: OpenText): Promise<Catalog> {
  const catalog: Catalog = { files: [], unreadable: [] }
  for (const stored of await storedFiles(disk, directory)) {
    const file = await describe(stored, openText)
    if (file) catalog.files.push(file)
    else catalog.unreadable.push(stored)
  }
  catalog.files = inOrder(catalog.files)
  catalog.files.forEach((file, index) => {
    const next = catalog.files[index + 1]
    if (next?.header?.previous === file.path) file.validSize = next.header.previousSize
  })
  return catalog
}

/** The stored paths of all journal files. */
async function storedFiles(disk: Disk, directory: string): Promise<string[]> {
  const paths = new Set<string>()
  for (const year of await disk.list(directory)) {
    if (!/^\d{4}$/.test(year)) continue
    for (const name of await disk.list(join(directory, year))) {
      const path = `${year}/${name}`
      if (parseFilePath(path) && path.endsWith('.txt')) paths.add(path)
    }
  }
  return [...paths].sort()
}

async function describe(stored: string, openText: OpenText): Promise<JournalFile | undefined> {
  const { day, number } = parseFilePath(stored)!
  const path = filePath(day, number)
  const file = await openText(stored)
  try {
    const header = checkedHeader(await file.read(0, headSize))
    const firstSeq = header?.firstSeq ?? (await firstReadableSeq(file))
    if (firstSeq === undefined) return undefined
    return { path, stored, day, number, firstSeq, header, validSize: undefined }
  } finally {
    await file.close()
  }
}

/** The H line, unless the first C says that it is damaged. */
export function checkedHeader(head: Buffer): Header | undefined {
  const end = head.indexOf(10)
  if (end === -1) return undefined
  const header = parseHeader(head.toString('latin1', 0, end))
  const mark = head.indexOf('\nC ', end)
  const markEnd = mark === -1 ? -1 : head.indexOf(10, mark + 1)
  if (markEnd === -1) return header
  const commit = parseCommit(head.toString('latin1', mark + 1, markEnd))
  if (!header || !commit) return header
  const sound =
    crc32(head.subarray(0, markEnd - 9))
      .toString(16)
      .padStart(8, '0') === commit.crc
  // a damaged batch does not make a plausible H wrong; an impossible one does
  return sound || (header.firstSeq <= commit.lastSeq + 1 && header.firstSeq + commit.count > commit.lastSeq)
    ? header
    : undefined
}

async function firstReadableSeq(file: DiskFile): Promise<number | undefined> {
  for await (const span of scanFile(file, 0, await file.size())) {
    if (span.kind === 'batch') return span.commit.lastSeq - span.entries + 1
  }
  return undefined
}

/** By first seq. Files that begin with the same seq (all but the last one are void) follow their chain. */
function inOrder(files: JournalFile[]): JournalFile[] {
  const sorted = files.toSorted((a, b) => a.firstSeq - b.firstSeq || a.day - b.day || a.number - b.number)
  const ordered: JournalFile[] = []
  for (let at = 0; at < sorted.length; ) {
    const group = sorted.slice(at).filter((file) => file.firstSeq === sorted[at]!.firstSeq)
    ordered.push(...chained(group))
    at += group.length
  }
  return ordered
}

function chained(group: JournalFile[]): JournalFile[] {
  const rest = [...group]
  const ordered: JournalFile[] = []
  while (rest.length > 0) {
    // the first whose predecessor is not among those still to come
    const at = rest.findIndex((file) => !rest.some((other) => other.path === file.header?.previous))
    ordered.push(...rest.splice(Math.max(at, 0), 1))
  }
  return ordered
}

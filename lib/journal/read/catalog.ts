// The list of a journal's files in the order of their seqs, with the number of valid bytes of each.
import { join } from 'node:path'
import { errorCode } from '../../kit/errors.ts'
import { checksum } from '../../kit/sealed.ts'
import { otherForm } from '../archive/open-text.ts'
import { type OpenText, type ReadableText, type TextFile, withText } from '../archive/text-file.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { sha256Of } from '../disk/file-hash.ts'
import { filePath, otherVersion, parseFilePath, parseHeader } from '../format/line.ts'
import { scanFile, writtenEnd } from '../format/scan.ts'
import { type KnownFiles, readKnownFiles } from './catalog-cache.ts'
import type { Catalog, JournalFile } from './journal-file.ts'

/** Bytes that hold any H line. */
const longestHeader = 512

/** ` <crc>` and its LF: what the checksum in a C line does not cover, bytes */
const commitTail = 10

/** Each look that has to be given up has one file less to look at: the writer, its archiver or its retention took it. */
const looks = 1_000

/** Reads the catalog of a journal from its directory. With `fresh` every file is looked at. */
export async function readCatalog(
  disk: Disk,
  directory: string,
  openText: OpenText,
  fresh = false,
): Promise<Catalog> {
  for (let left = looks; ; left--) {
    try {
      return await lookAtAll(disk, directory, openText, fresh)
    } catch (error) {
      // the writer or its retention removed a file meanwhile
      if (errorCode(error) !== 'ENOENT' || left <= 1) throw error
    }
  }
}

async function lookAtAll(
  disk: Disk,
  directory: string,
  openText: OpenText,
  fresh: boolean,
): Promise<Catalog> {
  const catalog: Catalog = { files: [], unreadable: [], versions: new Map(), doubles: [] }
  const paths = await journalPaths(disk, directory)
  const sidecar: KnownFiles = fresh ? new Map() : await readKnownFiles(disk, directory)
  const known = await believable(sidecar, paths, openText)
  const twice: JournalFile[] = []
  for (const stored of paths) {
    const isTwice = paths.includes(otherForm(stored))
    const file = (isTwice ? undefined : known.get(stored)) ?? (await describe(stored, openText))
    if (file === 'gone') continue
    if (file && 'version' in file) catalog.versions.set(stored, file.version)
    if (!file || 'version' in file) catalog.unreadable.push(stored)
    else if (isTwice) twice.push(file)
    else catalog.files.push(file)
  }
  await chooseForms(catalog, twice, openText)
  catalog.files = await inOrder(catalog.files, openText)
  for (const [index, file] of catalog.files.entries()) {
    const next = catalog.files[index + 1]
    if (next && known.get(file.stored)?.next !== next.path) {
      file.validSize = await validSize(file, next, openText)
    }
  }
  return catalog
}

/** What is known of files, where a look at the newest of them says the same. */
async function believable(known: KnownFiles, paths: string[], openText: OpenText): Promise<KnownFiles> {
  const newest = paths.findLast((stored) => known.has(stored))
  if (newest === undefined) return known
  const { header } = known.get(newest)!
  const seen = await describe(newest, openText)
  const isSame =
    typeof seen === 'object' && 'header' in seen && JSON.stringify(seen.header) === JSON.stringify(header)
  return isSame ? known : new Map()
}

/** Whether a checksum vouches for the H line: the first batch is as it was written. */
export async function hasSoundHeader(text: ReadableText): Promise<boolean> {
  if (text.head) return true
  for await (const span of scanFile(text, 0, await text.size())) {
    return span.kind === 'batch' && span.header !== undefined
  }
  return false
}

/** The stored paths of all journal files, sorted. What is only named like a year, or like a day's file, is none. */
export async function journalPaths(disk: Disk, directory: string): Promise<string[]> {
  const paths: string[] = []
  for (const year of await yearsIn(disk, directory)) {
    for (const name of await disk.list(join(directory, year))) {
      if (parseFilePath(`${year}/${name}`)) paths.push(`${year}/${name}`)
    }
  }
  return paths.sort()
}

/** The directories of a journal that hold its files. */
export async function yearsIn(disk: Disk, directory: string): Promise<string[]> {
  const years: string[] = []
  for (const name of await disk.list(directory)) {
    if (!/^\d{4}$/.test(name)) continue
    try {
      await disk.list(join(directory, name))
      years.push(name)
    } catch (error) {
      // a file that somebody named so
      if (errorCode(error) !== 'ENOTDIR') throw error
    }
  }
  return years
}

/** What is said of a file of another version of the format. */
interface OtherVersion {
  version: string
}

/** Undefined where nothing in the file can be read; `gone` where it was removed since, or is no file. */
async function describe(
  stored: string,
  openText: OpenText,
): Promise<JournalFile | OtherVersion | 'gone' | undefined> {
  const { day, number } = parseFilePath(stored)!
  const path = filePath(day, number)
  try {
    return await withText({ stored }, openText, async (text) => {
      const first = text.head || (await firstLine(text))
      const version = otherVersion(first)
      if (version !== undefined && (await hasSoundStart(text))) return { version }
      const header = parseHeader(first)
      const firstSeq = header?.firstSeq ?? (await firstReadableSeq(text))
      if (firstSeq === undefined) return undefined
      return { path, stored, day, number, firstSeq, header, validSize: undefined }
    })
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EISDIR') return 'gone'
    throw error
  }
}

/**
 * Of files that are there both plain and archived, the one that the chain says counts: an archiver may have been
 * interrupted, or somebody has put an older copy back.
 */
async function chooseForms(catalog: Catalog, twice: readonly JournalFile[], openText: OpenText) {
  const all = [...catalog.files, ...twice]
  for (const plain of twice.filter(({ path, stored }) => path === stored)) {
    const archive = twice.find(({ path, stored }) => path === plain.path && stored !== path)
    const [chosen, other] = archive
      ? await chooseForm(plain, archive, all, openText)
      : ([plain, undefined] as const)
    catalog.files.push(chosen)
    if (other) catalog.doubles.push(other.stored)
  }
  // an archive beside a plain file in which nothing can be read
  const chosen = new Set(catalog.files.map(({ path }) => path))
  catalog.files.push(...twice.filter(({ path }) => !chosen.has(path)))
}

/** The one that counts, and the other. */
async function chooseForm(
  plain: JournalFile,
  archive: JournalFile,
  all: readonly JournalFile[],
  openText: OpenText,
): Promise<readonly [JournalFile, JournalFile]> {
  const size = await withText(plain, openText, async (text) => writtenEnd(text, await text.size()))
  const archived = await withText(archive, openText, (text) => text.size())
  const said = all.find(({ header }) => header?.previous === plain.path)?.header
  // nothing follows it: the one that has more
  if (!said) return size >= archived ? [plain, archive] : [archive, plain]
  if (size < said.previousSize) return [archive, plain]
  if (archived < said.previousSize || said.sha256 === '?') return [plain, archive]
  const sha256 = await withText(plain, openText, (text) => sha256Of(text, said.previousSize))
  return sha256 === said.sha256 ? [plain, archive] : [archive, plain]
}

async function firstLine(text: DiskFile): Promise<string> {
  const head = await text.read(0, longestHeader)
  return head.toString('latin1', 0, Math.max(0, head.indexOf(10)))
}

/** Whether the checksum of the first C line is right, whatever the lines are that it counts. */
async function hasSoundStart(text: ReadableText): Promise<boolean> {
  for await (const span of scanFile(text, 0, await text.size())) {
    if (span.kind !== 'damage' || !span.claimed) return false
    const covered = await text.read(0, span.end - commitTail)
    return checksum(covered) === span.claimed.crc
  }
  return false
}

/** Seq that the first readable batch begins with; undefined where there is none. */
export async function firstReadableSeq(text: ReadableText): Promise<number | undefined> {
  for await (const span of scanFile(text, 0, await text.size())) {
    if (span.kind === 'batch') return span.commit.lastSeq - span.entries + 1
  }
  return undefined
}

/**
 * What `next` says of the bytes of the file before it. Only an H under a checksum makes bytes void, and none behind a
 * broken gzip member of unknown length: nobody knows their offsets.
 */
async function validSize(
  file: JournalFile,
  next: JournalFile,
  openText: OpenText,
): Promise<number | undefined> {
  if (next.header?.previous !== file.path) return undefined
  const { previousSize } = next.header
  const known = await withText(file, openText, async (text) => ({
    size: await text.size(),
    exact: text.exactSize ?? Number.POSITIVE_INFINITY,
  }))
  if (previousSize >= known.size || previousSize > known.exact) return undefined
  return (await withText(next, openText, hasSoundHeader)) ? previousSize : undefined
}

/**
 * By first seq; files that begin with the same seq (all but the last one hold no entry, or void ones) follow
 * their chain. An H that does not name the file before it may be damaged. Without a checksum that vouches for it,
 * the first readable batch says the seq; where there is none, the file's place is behind the one that it names,
 * unless another names that one too.
 */
async function inOrder(files: JournalFile[], openText: OpenText): Promise<JournalFile[]> {
  const ordered = await bySeq(files, openText)
  let isSure = true
  const doubtful: JournalFile[] = []
  for (const [index, file] of ordered.entries()) {
    const named = file.header?.previous
    const before = ordered[index - 1]
    if (before ? named === before.path : named === null) continue
    if (await withText(file, openText, hasSoundHeader)) continue
    const readable = await withText(file, openText, firstReadableSeq)
    if (readable === undefined) doubtful.push(file)
    else file.firstSeq = readable
    isSure = false
  }
  const result = isSure ? ordered : await bySeq(files, openText)
  for (const file of doubtful) {
    const named = file.header?.previous
    const rivals = files.filter((other) => other !== file && other.header?.previous === named)
    const place = result.findIndex((other) => other.path === named)
    if (place === -1 || rivals.length > 0 || result[place + 1] === file) continue
    result.splice(result.indexOf(file), 1)
    result.splice(result.findIndex((other) => other.path === named) + 1, 0, file)
  }
  return result
}

async function bySeq(files: JournalFile[], openText: OpenText): Promise<JournalFile[]> {
  const sorted = files.toSorted((a, b) => a.firstSeq - b.firstSeq || a.day - b.day || a.number - b.number)
  const ordered: JournalFile[] = []
  for (let at = 0; at < sorted.length; ) {
    let end = at + 1
    while (sorted[end]?.firstSeq === sorted[at]!.firstSeq) end++
    ordered.push(...(end === at + 1 ? [sorted[at]!] : await chained(sorted.slice(at, end), openText)))
    at = end
  }
  return ordered
}

/** Files that begin with the same seq. Where the chain between them is broken, one with entries comes last. */
async function chained(group: JournalFile[], openText: OpenText): Promise<JournalFile[]> {
  const follows = (file: JournalFile, files: JournalFile[]) =>
    files.some((other) => other.path === file.header?.previous)
  let rest = [...group]
  if (rest.filter((file) => !follows(file, group)).length > 1) {
    const full = new Set<JournalFile>()
    for (const file of group) if (await withText(file, openText, holdsEntries)) full.add(file)
    rest = [...group.filter((file) => !full.has(file)), ...full]
  }
  const ordered: JournalFile[] = []
  while (rest.length > 0) {
    // the first whose predecessor is not among those still to come
    const at = rest.findIndex((file) => !follows(file, rest))
    ordered.push(...rest.splice(Math.max(at, 0), 1))
  }
  return ordered
}

async function holdsEntries(text: TextFile): Promise<boolean> {
  for await (const span of scanFile(text, 0, await text.size()))
    if (span.kind === 'batch' && span.entries > 0) return true
  return false
}

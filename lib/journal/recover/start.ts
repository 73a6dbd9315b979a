// What a writer does at its start: finds the journal's last file, repairs its end, and tells from which seq to go on.
// README.md has a table of what can be found and what happens then.
import { createHash } from 'node:crypto'
import { withCode } from '../../kit/errors.ts'
import { openText } from '../archive/open-text.ts'
import { type OpenText, withText } from '../archive/text-file.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { type Header, parseFilePath } from '../format/line.ts'
import { hasSoundHeader, readCatalog } from '../read/catalog.ts'
import { epochAt } from '../read/epoch.ts'
import { type Catalog, type JournalFile, versionProblem } from '../read/journal-file.ts'
import { type Headless, logAgain, readHeadless, setAside } from './headless.ts'
import { type FileEnd, findEnd, type Salvage, salvageTail, type UnclosedLines } from './recovery.ts'

/** The end of the chain that the writer goes on from. */
export interface LastFile {
  path: string
  /** where its bytes are: the same, or with `.gz` */
  stored: string
  day: number
  /** durable bytes */
  size: number
}

/** Where the writer goes on. */
export interface FoundEnd {
  lastSeq: number
  /** undefined in a new journal */
  last: LastFile | undefined
  /** what had to be repaired, noted in the journal already or (setAside) still to be noted */
  salvages: Salvage[]
  setAside: Salvage[]
}

/** To write behind another version's entries would give their seqs again. */
function versionError(stored: string, version: string): Error {
  const text = `journal: ${stored} cannot be gone on with: ${versionProblem(version)}, or another directory`
  return withCode('JOURNAL_VERSION', new Error(text))
}

/**
 * Examines and repairs the end of the journal. What readers find afterwards is on the medium.
 *
 * @param epoch the new writer's, for lines whose own cannot be told
 */
export function recover(disk: Disk, directory: string, now: number, epoch: string): Promise<FoundEnd> {
  return new Repair(disk, directory, now, epoch).run()
}

type End = Pick<FoundEnd, 'lastSeq' | 'last'>

class Repair {
  readonly #disk: Disk
  readonly #directory: string
  readonly #now: number
  readonly #epoch: string
  readonly #openText: OpenText
  /** the chain, as far as it is found sound */
  #files: JournalFile[] = []
  readonly #salvages: Salvage[] = []
  readonly #setAside: Salvage[] = []

  constructor(disk: Disk, directory: string, now: number, epoch: string) {
    this.#disk = disk
    this.#directory = directory
    this.#now = now
    this.#epoch = epoch
    this.#openText = openText(disk, directory)
  }

  async run(): Promise<FoundEnd> {
    const catalog = await readCatalog(this.#disk, this.#directory, this.#openText)
    for (const [stored, version] of catalog.versions) throw versionError(stored, version)
    this.#files = catalog.files
    const unnamed = await this.#unnamed(catalog)
    let found: End = { lastSeq: 0, last: undefined }
    for (let file = this.#files.at(-1); file; file = this.#files.at(-1)) {
      const end = await this.#repairEnd(file)
      if (end) {
        const { path, stored, day } = file
        found = { lastSeq: end.lastSeq, last: { path, stored, day, size: end.size } }
        break
      }
      // nothing in it is closed, and its H does not follow the chain
      this.#files.pop()
      if (!this.#isNamed(file.path)) unnamed.push(file.path)
    }
    const headless = await Promise.all(unnamed.map((path) => readHeadless(this.#disk, this.#directory, path)))
    const chosen = this.#worthLogging(headless, found.lastSeq)
    for (const file of headless) if (file !== chosen) await this.#moveAside(file)
    if (chosen) found = await this.#logAgain(chosen, found)
    return { ...found, salvages: this.#salvages, setAside: this.#setAside }
  }

  #isNamed(path: string): boolean {
    return this.#files.some((file) => file.header?.previous === path)
  }

  /**
   * Files with nothing readable that no H names: they were to be the chain's end. One in the middle is named by
   * the next one's H: readers and verify report it.
   */
  async #unnamed({ files, unreadable }: Catalog): Promise<string[]> {
    const named = new Set(files.map((file) => file.header?.previous))
    const paths = unreadable.filter((path) => !path.endsWith('.gz') && !named.has(path))
    for (const file of files.slice(0, -1)) {
      if (file.stored !== file.path || named.has(file.path)) continue
      if (await this.#isLeftOver(file, files)) paths.push(file.path)
    }
    this.#files = files.filter(({ path }) => !paths.includes(path))
    return paths
  }

  /** What is left of a file that was logged again, or of a first write that failed and could not be removed. */
  async #isLeftOver(file: JournalFile, files: readonly JournalFile[]): Promise<boolean> {
    const later = files.filter(({ day, number }) => day === file.day && number > file.number)
    if (later.length === 0) return false
    if ((await this.#endOf(file)).size === 0) return true
    const stands = later.find(
      ({ header }) =>
        header?.previous === file.header?.previous && header?.firstSeq === file.header?.firstSeq,
    )
    return stands !== undefined && withText(stands, this.#openText, hasSoundHeader)
  }

  #endOf(file: JournalFile): Promise<FileEnd> {
    return withText(file, this.#openText, async (text) => findEnd(text, await text.size(), file.firstSeq))
  }

  /** Undefined where nothing of the file is closed and its H must not be closed as it is. */
  async #repairEnd(file: JournalFile): Promise<FileEnd | undefined> {
    const end = await this.#endOf(file)
    if (file.stored !== file.path) return end
    let header = 0
    if (end.size === 0) {
      const { lines, offset } = await readHeadless(this.#disk, this.#directory, file.path)
      if (!file.header || !(await this.#followsChain(file.header, lines))) return undefined
      header = offset
    }
    const done = await salvageTail(this.#disk, this.#directory, file.path, end, header, this.#now)
    if (done.salvage) this.#salvages.push(done.salvage)
    return done.end
  }

  /** Whether the last file's H, which no checksum vouches for, says what it must. */
  async #followsChain(header: Header, lines: UnclosedLines): Promise<boolean> {
    const index = this.#files.length - 2
    const before = this.#files[index]
    const { firstSeq, previous, previousSize, sha256 } = header
    if (before) {
      if (previous !== before.path) return false
      const matches = await withText(before, this.#openText, async (text) => {
        if (previousSize > (await text.size())) return false
        const end = await findEnd(text, previousSize, before.firstSeq)
        if (end.size !== previousSize || end.lastSeq + 1 !== firstSeq) return false
        return sha256 === '?' || sha256 === (await hashOf(text, previousSize))
      })
      if (!matches) return false
    } else if (previous === null && firstSeq !== 1) return false
    const epoch = lines.opened ?? (await epochAt(this.#files, index, previousSize, this.#openText))
    return lines.entries === 0 || epoch === undefined || epoch === header.epoch
  }

  /** Of files with whole lines, all of them tries to write the same ones, the one with the most. */
  #worthLogging(headless: readonly Headless[], lastSeq: number): Headless | undefined {
    let most: Headless | undefined
    for (const file of headless) {
      const { entries, claimed } = file.lines
      const isThere = claimed !== undefined && claimed.lastSeq <= lastSeq
      if (isThere || isFollowed(parseFilePath(file.path)!, this.#files)) continue
      if (entries > (most?.lines.entries ?? 0)) most = file
    }
    return most
  }

  async #moveAside({ path, size }: Headless): Promise<void> {
    const torn = await setAside(this.#disk, this.#directory, path)
    const salvage: Salvage = { file: path, offset: 0, entries: 0, tornBytes: size, torn }
    this.#setAside.push(salvage)
    this.#salvages.push(salvage)
  }

  async #logAgain(headless: Headless, { last, lastSeq }: End): Promise<End> {
    const epoch =
      headless.lines.opened ??
      (await epochAt(this.#files, this.#files.length - 1, Number.POSITIVE_INFINITY, this.#openText)) ??
      this.#epoch
    const chain = last && {
      path: last.path,
      size: last.size,
      sha256: await withText(last, this.#openText, (text) => hashOf(text, last.size)),
    }
    const again = { headless, chain, lastSeq, epoch, now: this.#now }
    const { path, size, salvage, ...written } = await logAgain(this.#disk, this.#directory, again)
    this.#salvages.push(salvage)
    return { lastSeq: written.lastSeq, last: { path, stored: path, day: parseFilePath(path)!.day, size } }
  }
}

/** Whether there is a later file of the same day. */
function isFollowed(place: { day: number; number: number }, files: readonly JournalFile[]): boolean {
  return files.some((file) => file.day === place.day && file.number > place.number)
}

async function hashOf(text: DiskFile, size: number): Promise<string> {
  const hash = createHash('sha256')
  const piece = 1 << 20
  for (let at = 0; at < size; at += piece) hash.update(await text.read(at, Math.min(piece, size - at)))
  return hash.digest('hex')
}

// A consistent copy of a journal while it is written: every file up to its durable end.
import { dirname, join } from 'node:path'
import { errorCode, withCode } from '../../kit/errors.ts'
import { indexPath } from '../archive/gz-text.ts'
import { openText, otherForm } from '../archive/open-text.ts'
import { openIfThere, withText } from '../archive/text-file.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { sha256Of } from '../disk/file-hash.ts'
import { readCatalog, yearsIn } from '../read/catalog.ts'
import type { JournalFile } from '../read/journal-file.ts'
import { findEnd } from '../recover/recovery.ts'

/** What a backup did. */
export interface BackupResult {
  files: number
  /** files that an earlier backup had left as they are now, byte for byte */
  kept: number
  /** files of an earlier backup that were other than the journal's, though of the same size, and were copied again */
  repaired: number
  /** files that are damaged in the journal, and whole in an earlier backup, where they stay as they are */
  spared: string[]
  /** bytes that were copied */
  bytes: number
  lastSeq: number
}

const chunkSize = 1 << 20

/** A file with what the chain says of it. */
interface Wanted {
  file: JournalFile
  /** nothing follows it: it may be growing */
  isLast: boolean
  /** of its valid bytes; undefined where the chain does not say */
  sha256: string | undefined
}

/**
 * Copies the journal as it is now to another directory: a new one, or that of an earlier backup of the same
 * journal, of which finished files are kept where every byte is the same. Files that retention removes meanwhile are left
 * out. Throws an Error where the target holds something else.
 */
export async function backupJournal(disk: Disk, directory: string, target: string): Promise<BackupResult> {
  const { files } = await readCatalog(disk, directory, openText(disk, directory))
  await disk.makeDirectory(target)
  await checkTarget(disk, directory, target, files)
  const result: BackupResult = { files: 0, kept: 0, repaired: 0, spared: [], bytes: 0, lastSeq: 0 }
  const stored: string[] = []
  for (const [index, file] of files.entries()) {
    const next = files[index + 1]?.header
    const sha256 =
      next?.previous === file.path && next.sha256 !== '?' ? (next.sha256 ?? undefined) : undefined
    const wanted = { file, isLast: index === files.length - 1, sha256 }
    const path = await new FileBackup(disk, directory, target, wanted, result).run()
    if (path !== undefined) stored.push(path)
  }
  result.files = stored.length
  await removeOthers(disk, target, stored)
  for (const path of [...yearsOf(stored).map((year) => join(target, year)), target, dirname(target)]) {
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

/** One file on its way. */
class FileBackup {
  readonly #disk: Disk
  readonly #directory: string
  readonly #target: string
  readonly #wanted: Wanted
  readonly #result: BackupResult

  constructor(disk: Disk, directory: string, target: string, wanted: Wanted, result: BackupResult) {
    this.#disk = disk
    this.#directory = directory
    this.#target = target
    this.#wanted = wanted
    this.#result = result
  }

  /** The path under which the target has it then; undefined where retention removed it meanwhile. */
  async run(): Promise<string | undefined> {
    const { path, stored } = this.#wanted.file
    // it may be archived meanwhile
    for (const form of new Set([stored, `${path}.gz`])) {
      let source: DiskFile
      try {
        source = await this.#disk.open(join(this.#directory, form), 'read')
      } catch (error) {
        if (errorCode(error) === 'ENOENT') continue
        throw error
      }
      try {
        return await this.#copy(source, form)
      } finally {
        await source.close()
      }
    }
    return undefined
  }

  async #copy(source: DiskFile, stored: string): Promise<string> {
    const { file, isLast } = this.#wanted
    const isArchive = stored !== file.path
    const whole = await source.size()
    const end =
      isLast && !isArchive
        ? await findEnd(source, whole, file.firstSeq)
        : { size: file.validSize ?? whole, lastSeq: file.firstSeq - 1 }
    const size = isArchive ? whole : end.size
    if (isLast) this.#result.lastSeq = end.lastSeq
    // a file that the writer has just begun
    if (size === 0 && isLast) return stored
    const there = await sizeOf(this.#disk, join(this.#target, stored))
    if (there === size && (await this.#isSame(source, stored, size))) {
      this.#result.kept++
      return stored
    }
    const better = isLast ? undefined : await this.#betterCopy(stored)
    if (better !== undefined) {
      this.#result.spared.push(file.path)
      return better
    }
    await this.#disk.makeDirectory(dirname(join(this.#target, stored)))
    await copyBytes(this.#disk, source, size, join(this.#target, stored))
    if (isArchive) await copyIndex(this.#disk, this.#directory, this.#target, stored)
    if (there === size) this.#result.repaired++
    this.#result.bytes += size
    return stored
  }

  async #isSame(source: DiskFile, stored: string, size: number): Promise<boolean> {
    const copy = await this.#disk.open(join(this.#target, stored), 'read')
    try {
      for (let at = 0; at < size; at += chunkSize) {
        const length = Math.min(chunkSize, size - at)
        if (!(await source.read(at, length)).equals(await copy.read(at, length))) return false
      }
      return true
    } finally {
      await copy.close()
    }
  }

  /** What the target has of the file, in either form, where that is what the chain says, and the journal's is not. */
  async #betterCopy(stored: string): Promise<string | undefined> {
    const { sha256 } = this.#wanted
    if (sha256 === undefined) return undefined
    for (const form of [stored, otherForm(stored)]) {
      if ((await sizeOf(this.#disk, join(this.#target, form))) === undefined) continue
      if ((await this.#hash(this.#directory, stored)) === sha256) return undefined
      if ((await this.#hash(this.#target, form)) === sha256) return form
    }
    return undefined
  }

  /** Of the text. */
  async #hash(directory: string, stored: string): Promise<string | undefined> {
    const text = await openIfThere(openText(this.#disk, directory), stored)
    if (!text) return undefined
    try {
      return await sha256Of(text, this.#wanted.file.validSize ?? (await text.size()))
    } finally {
      await text.close()
    }
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
async function removeOthers(disk: Disk, target: string, stored: readonly string[]): Promise<void> {
  const wanted = new Set(stored.flatMap((path) => [path, ...(path.endsWith('.gz') ? [indexPath(path)] : [])]))
  for (const year of await yearsIn(disk, target)) {
    for (const name of await disk.list(join(target, year))) {
      const path = `${year}/${name}`
      if (/\.(txt|txt\.gz|idx|tmp)$/.test(name) && !wanted.has(path)) await disk.remove(join(target, path))
    }
  }
}

function yearsOf(stored: readonly string[]): string[] {
  return [...new Set(stored.map((path) => path.slice(0, 4)))]
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

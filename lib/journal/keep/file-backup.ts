// One file of a journal on its way to a copy: only what the copy lacks is written. What is in the copy, is sound, and is not
// in the journal is never written over.
import { dirname, join } from 'node:path'
import { errorCode, withCode } from '../../kit/errors.ts'
import { indexPath } from '../archive/gz-text.ts'
import { openText, otherForm } from '../archive/open-text.ts'
import { openIfThere, withText } from '../archive/text-file.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { sha256Of } from '../disk/file-hash.ts'
import { writeAside } from '../disk/replace-file.ts'
import { scanFile } from '../format/scan.ts'
import type { JournalFile } from '../read/journal-file.ts'
import { findEnd, freeTornName } from '../recover/recovery.ts'

const chunkSize = 1 << 20

/** What a backup did. */
export interface BackupResult {
  /** of the journal, now in the copy */
  files: number
  /** files that an earlier backup had left as they are now, byte for byte */
  kept: number
  /** files of an earlier backup that were other than the journal's, though of the same size, and were copied again */
  repaired: number
  /** files that are damaged, or missing, in the journal, and whole in an earlier backup, where they stay as they are */
  spared: string[]
  /** names that copies have now which hold something sound that the journal's files of these days do not */
  aside: string[]
  /** files that retention has removed from the journal, and that are still in the copy */
  older: number
  /** bytes that were copied */
  bytes: number
  lastSeq: number
}

/** A file with what the chain says of it. */
export interface Wanted {
  file: JournalFile
  /** nothing follows it: it may be growing */
  isLast: boolean
  /** of its valid bytes; undefined where the chain does not say */
  sha256: string | undefined
}

/** Where from, and where to. */
export interface Way {
  disk: Disk
  directory: string
  target: string
}

export class FileBackup {
  readonly #disk: Disk
  readonly #directory: string
  readonly #target: string
  readonly #wanted: Wanted
  readonly #result: BackupResult

  constructor({ disk, directory, target }: Way, wanted: Wanted, result: BackupResult) {
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
    if (there !== undefined && there <= size && (!isArchive || there === size)) {
      if (await this.#isStart(source, stored, there)) {
        if (there === size) this.#result.kept++
        else await this.#append(source, stored, there, size)
        return stored
      }
    }
    const better = isLast ? undefined : await this.#betterCopy(stored)
    if (better !== undefined) {
      this.#result.spared.push(file.path)
      return better
    }
    if (there !== undefined && !isArchive) await this.#setAside(source, stored)
    await this.#disk.makeDirectory(dirname(join(this.#target, stored)))
    await copyBytes(this.#disk, source, size, join(this.#target, stored))
    if (isArchive) await copyIndex(this.#disk, this.#directory, this.#target, stored)
    if (there === size) this.#result.repaired++
    this.#result.bytes += size
    return stored
  }

  /** Whether the first `size` bytes of both are the same. */
  async #isStart(source: DiskFile, stored: string, size: number): Promise<boolean> {
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

  /**
   * Writes what has come since behind what is there. A power cut leaves a torn end, as in the journal itself: what was there
   * stays readable, and the next backup finds the difference.
   */
  async #append(source: DiskFile, stored: string, from: number, size: number): Promise<void> {
    const copy = await this.#disk.open(join(this.#target, stored), 'write')
    try {
      await pour(source, copy, from, size, stored)
      await copy.sync()
    } catch (error) {
      // no room: a half of a batch is of no use
      await copy.truncate(from).catch(() => undefined)
      throw error
    } finally {
      await copy.close()
    }
    this.#result.bytes += size - from
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

  /**
   * Before a copy is replaced: gives it another name where a sound batch in it is other than the journal's at its place. The
   * journal was damaged there, or an older one was put back and has gone on in another way.
   */
  async #setAside(source: DiskFile, stored: string): Promise<void> {
    const path = join(this.#target, stored)
    if (!(await this.#holdsOther(source, path))) return
    const name = await freeTornName(this.#disk, this.#target, stored)
    await this.#disk.rename(path, join(this.#target, name))
    this.#result.aside.push(name)
  }

  async #holdsOther(source: DiskFile, path: string): Promise<boolean> {
    const copy = await this.#disk.open(path, 'read')
    try {
      for await (const span of scanFile(copy, 0, await copy.size())) {
        if (span.kind !== 'batch') continue
        const length = span.end - span.offset
        const [ours, theirs] = [await source.read(span.offset, length), await copy.read(span.offset, length)]
        if (!ours.equals(theirs)) return true
      }
      return false
    } finally {
      await copy.close()
    }
  }
}

/** Under another name until it is complete; one that cannot be completed is removed. */
async function copyBytes(disk: Disk, source: DiskFile, size: number, path: string): Promise<void> {
  const temporary = `${path}.tmp`
  await disk.remove(temporary)
  await writeAside(disk, temporary, path, (copy) => pour(source, copy, 0, size, path))
}

async function pour(
  source: DiskFile,
  copy: DiskFile,
  from: number,
  size: number,
  path: string,
): Promise<void> {
  for (let at = from; at < size; ) {
    const bytes = await source.read(at, Math.min(chunkSize, size - at))
    if (bytes.length === 0)
      throw withCode('BACKUP_SOURCE_CHANGED', new Error(`${path} became shorter while it was copied`))
    await copy.write(bytes, at)
    at += bytes.length
  }
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

async function sizeOf(disk: Disk, path: string): Promise<number | undefined> {
  return (await disk.stat(path))?.size
}

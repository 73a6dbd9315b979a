// What the files of a journal say of it: the time of its oldest entry, and how large it is. Both are looked up now and then
// and not for each status, for a journal of years has hundreds of files.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from '../journal/disk/disk.ts'
import { journalPaths } from '../journal/read/catalog.ts'
import { queryJournal } from '../journal/read/query.ts'
import type { Clock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'

export interface JournalFilesReport {
  /** ms since 1970; null: it has no entry yet */
  first: number | null
  bytes: number
}

interface Known {
  at: number
  /** the oldest file, of which `first` is */
  oldest: string | undefined
  report: JournalFilesReport
}

/** ms for which a look holds */
const lookInterval = 60_000
/** ms that a disk has for its answer: one that hangs must not hold up the status */
const patience = 2_000

export class JournalFiles {
  readonly #disk: Disk
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>
  /** by directory */
  readonly #known = new Map<string, Known>()
  /** by directory, one at a time: each call that hangs costs one of the few threads that all files of the process share */
  readonly #looks = new Map<string, Promise<void>>()

  constructor(disk: Disk, clock: Pick<Clock, 'monotonic' | 'after'>) {
    this.#disk = disk
    this.#clock = clock
  }

  /** Never rejects: where the disk does not answer it says what was known last. Why it does not is said by the journal itself. */
  async report(directory: string): Promise<JournalFilesReport> {
    const known = this.#known.get(directory)
    const at = this.#clock.monotonic()
    if (known && known.report.first !== null && at - known.at < lookInterval) return known.report
    await doneWithin(this.#looks.get(directory) ?? this.#begin(directory, at), patience, this.#clock)
    return this.#known.get(directory)?.report ?? { first: null, bytes: 0 }
  }

  #begin(directory: string, at: number): Promise<void> {
    const look = this.#look(directory, this.#known.get(directory), at)
      .catch(() => undefined)
      .finally(() => this.#looks.delete(directory))
    this.#looks.set(directory, look)
    return look
  }

  async #look(directory: string, known: Known | undefined, at: number): Promise<void> {
    const paths = await journalPaths(this.#disk, directory)
    const oldest = paths[0]
    const isSame = known?.oldest === oldest && known?.report.first !== null
    const first = isSame && known ? known.report.first : await this.#firstTime(directory)
    const sizes = await Promise.all(paths.map((path) => sizeOf(join(directory, path))))
    const report = { first, bytes: sizes.reduce((sum, size) => sum + size, 0) }
    this.#known.set(directory, { at, oldest, report })
  }

  async #firstTime(directory: string): Promise<number | null> {
    for await (const found of queryJournal(this.#disk, directory, {})) {
      if (found.kind === 'entries') return found.entries[0]!.time
    }
    return null
  }
}

/** 0 for a file that has just been archived or removed. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}

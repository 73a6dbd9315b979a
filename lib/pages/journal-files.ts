// What the files of a journal say of it: the time of its oldest entry, and how large it is. Both are looked up now and then
// and not for each status, for a journal of years has hundreds of files.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from '../journal/disk/disk.ts'
import { journalPaths } from '../journal/read/catalog.ts'
import { queryJournal } from '../journal/read/query.ts'
import type { Clock } from '../kit/clock.ts'

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

export class JournalFiles {
  readonly #disk: Disk
  readonly #clock: Pick<Clock, 'monotonic'>
  /** by directory */
  readonly #known = new Map<string, Known>()

  constructor(disk: Disk, clock: Pick<Clock, 'monotonic'>) {
    this.#disk = disk
    this.#clock = clock
  }

  /** Never rejects: where the disk does not answer it says what was known last. Why it does not is said by the journal itself. */
  async report(directory: string): Promise<JournalFilesReport> {
    const known = this.#known.get(directory)
    const at = this.#clock.monotonic()
    if (known && known.report.first !== null && at - known.at < lookInterval) return known.report
    try {
      return await this.#look(directory, known, at)
    } catch {
      return known?.report ?? { first: null, bytes: 0 }
    }
  }

  async #look(directory: string, known: Known | undefined, at: number): Promise<JournalFilesReport> {
    const paths = await journalPaths(this.#disk, directory)
    const oldest = paths[0]
    const isSame = known?.oldest === oldest && known?.report.first !== null
    const first = isSame && known ? known.report.first : await this.#firstTime(directory)
    const sizes = await Promise.all(paths.map((path) => sizeOf(join(directory, path))))
    const report = { first, bytes: sizes.reduce((sum, size) => sum + size, 0) }
    this.#known.set(directory, { at, oldest, report })
    return report
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

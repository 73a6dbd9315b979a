// What a journal needs now and then, beside its writer and never in its way: hashes that an early end left open,
// retention, archives.
import { inBackground } from '../../kit/background.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { asError } from '../../kit/errors.ts'
import { openText } from '../archive/open-text.ts'
import { type OpenText, withText } from '../archive/text-file.ts'
import { type Disk, systemDisk } from '../disk/disk.ts'
import { sha256Of } from '../disk/file-hash.ts'
import { hashNotice } from '../format/notices.ts'
import { dayOf } from '../format/time.ts'
import { readCatalog } from '../read/catalog.ts'
import { writeKnownFiles } from '../read/catalog-cache.ts'
import type { JournalFile } from '../read/journal-file.ts'
import type { NoteFirst } from '../write/options.ts'
import { archiveFile } from './archiver.ts'
import { FileAges } from './file-ages.ts'
import { noticesIn } from './notices-in.ts'
import { applyRetention, type RetentionRules } from './retention.ts'

/** What becomes of finished files. */
export interface KeepOptions {
  /** days after which a finished file is gzipped; 0: never; default 2 */
  archiveAfter?: number
  /** days that are kept; 0: without a limit; default 0 */
  retentionDays?: number
  /** bytes on disk that are kept; 0: without a limit; default 0 */
  retentionBytes?: number
}

/** Options of a journal's upkeep. */
export interface UpkeepOptions extends KeepOptions {
  directory: string
  disk?: Disk
  clock?: Clock
}

/** What it needs of the writer and of delivery. */
export interface UpkeepParts {
  /** the seq up to which every event has been dealt with: files above it stay */
  checkpoint(): number
  /** resolves when the notice is durable */
  note(kind: string, value: unknown): Promise<void>
  warn(message: string): void
}

/** The first look after a start, ms: not while everything else starts. */
const firstLook = 60_000
const interval = 3_600_000
const longestRest = 500
const stopLimit = 2_000

/** One for each journal that is being written. */
export class Upkeep {
  readonly #options: Required<UpkeepOptions>
  readonly #parts: UpkeepParts
  readonly #openText: OpenText
  readonly #ages: FileAges
  readonly #warned = new Set<string>()
  #running: Promise<void> | undefined
  #makingRoom = false
  /** how often room was made: what was read of the files before is not true any more */
  #roomsMade = 0
  /** the file that is being archived */
  #archiving: Promise<unknown> = Promise.resolve()
  #stopTimer: (() => void) | undefined
  #endRest: (() => void) | undefined
  /** end of the last rest, monotonic ms */
  #rested = 0
  #stopped = false
  readonly #ended: Promise<void>
  #endWait = () => {}

  constructor(options: UpkeepOptions, parts: UpkeepParts) {
    this.#options = {
      archiveAfter: 2,
      retentionDays: 0,
      retentionBytes: 0,
      disk: systemDisk,
      clock: systemClock,
      ...options,
    }
    this.#parts = parts
    this.#openText = openText(this.#options.disk, this.#options.directory)
    this.#ages = new FileAges(this.#options, this.#openText)
    this.#ended = new Promise((resolve) => {
      this.#endWait = resolve
    })
  }

  /** Other rules from now on: they count at the next look. */
  configure({ archiveAfter, retentionDays, retentionBytes }: Required<KeepOptions>): void {
    Object.assign(this.#options, { archiveAfter, retentionDays, retentionBytes })
  }

  /** Looks in a minute, and then every hour. */
  start(): void {
    this.#after(firstLook)
  }

  /** Ends the work in progress at its next step; does not wait long for a disk that hangs. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopTimer?.()
    this.#endRest?.()
    this.#endWait()
    if (!this.#running) return
    await doneWithin(this.#running, stopLimit, this.#options.clock)
  }

  /** Does all that is due now; it never rejects: what fails is warned of and tried again at the next look. */
  look(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** The disk is full: removes what the rules say may go. Resolves to whether there was any. */
  async makeRoom(noteFirst: NoteFirst): Promise<boolean> {
    if (this.#makingRoom || this.#stopped) return false
    this.#makingRoom = true
    this.#roomsMade++
    try {
      // an archive that is finished after its file was removed would bring it back
      this.#endRest?.()
      await this.#archiving
      return (await this.#retain(noteFirst)).length > 0
    } catch (error) {
      this.#warn(`cannot make room: ${asError(error).message}`)
      return false
    } finally {
      this.#makingRoom = false
    }
  }

  async #look(): Promise<void> {
    await this.#try('look after the hashes', () => this.#completeHashes())
    await this.#try('remove old files', () => this.#retain((kind, value) => this.#note(kind, value)))
    await this.#try('archive', () => this.#archive())
    await this.#try('write the catalog', () => this.#writeCatalog())
  }

  async #try(what: string, work: () => Promise<unknown>): Promise<void> {
    if (this.#stopped) return
    try {
      await work()
    } catch (error) {
      if (!this.#stopped) this.#warn(`cannot ${what}: ${asError(error).message}`)
    }
  }

  /** Each thing once: it is tried every hour. */
  #warn(message: string): void {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.#parts.warn(`journal: ${this.#options.directory}: ${message}`)
  }

  /** Rejects where the upkeep ends before the notice is durable: a disk that fails may keep it waiting. */
  async #note(kind: string, value: unknown): Promise<void> {
    if (!this.#stopped) await Promise.race([this.#parts.note(kind, value), this.#ended])
    if (this.#stopped) throw new Error('the upkeep was stopped')
  }

  async #files(): Promise<JournalFile[]> {
    const { disk, directory } = this.#options
    return (await readCatalog(disk, directory, this.#openText)).files
  }

  #retain(note: NoteFirst): Promise<string[]> {
    const { disk, directory, retentionDays, retentionBytes } = this.#options
    const rules: RetentionRules = { days: retentionDays, bytes: retentionBytes }
    return applyRetention({
      disk,
      directory,
      rules,
      checkpoint: this.#parts.checkpoint(),
      agesOf: (files) => this.#agesOf(files),
      note: (notice) => note('retention', notice),
    })
  }

  /**
   * Why files that are old by the clock stay: it does not agree with the journal. Undefined where it does, or nothing
   * is removed for its age.
   */
  get clockDoubt(): string | undefined {
    return this.#ages.doubt
  }

  /** The user says that the clock is right, and was so up to now: files are as old as their names say. */
  async confirmClock(): Promise<void> {
    const last = (await this.#files()).at(-1)
    if (last) await this.#ages.confirm(last, (kind, value) => this.#note(kind, value))
  }

  /** Says so once where files stay that would go by the clock. */
  async #agesOf(files: readonly JournalFile[]): Promise<Array<number | undefined>> {
    const ages = await this.#ages.of(files, this.#options.retentionDays)
    if (this.#ages.doubt !== undefined) this.#warn(this.#ages.doubt)
    return ages
  }

  /** Hashes that no H and no notice gives: the writer ended before it had read the file. */
  async #completeHashes(): Promise<void> {
    const files = await this.#files()
    for (const [index, file] of files.entries()) {
      if (this.#stopped) return
      if (file.stored !== file.path || files[index + 1]?.header?.sha256 !== '?') continue
      if ((await this.#notedHash(files, index)) !== undefined) continue
      const sha256 = await withText(file, this.#openText, async (text) => {
        return sha256Of(text, file.validSize ?? (await text.size()), () => this.#rest())
      })
      if (sha256 !== undefined) await this.#note('hash', { file: file.path, sha256 })
    }
  }

  async #archive(): Promise<void> {
    const { disk, directory, archiveAfter, clock } = this.#options
    if (archiveAfter <= 0) return
    const roomsMade = this.#roomsMade
    const stopped = () => this.#stopped || this.#roomsMade !== roomsMade
    const files = await this.#files()
    const lastDay = dayOf(clock.wall()) - archiveAfter
    const pace = { rest: () => (stopped() ? Promise.resolve() : this.#rest()), stopped }
    for (const [index, file] of files.entries()) {
      if (file.stored !== file.path || file.day > lastDay || index === files.length - 1) continue
      const sha256 = await this.#hashOf(files, index)
      if (stopped()) return
      if (sha256 === undefined) continue
      const archived = archiveFile(disk, directory, file, sha256, pace)
      this.#archiving = archived.catch(() => undefined)
      const result = await archived
      if (result === 'damaged') {
        this.#warn(`${file.path} is damaged and is not archived (run \`fieldlog verify\`)`)
      }
    }
  }

  /** The hash that the chain gives for a file. */
  async #hashOf(files: readonly JournalFile[], index: number): Promise<string | undefined> {
    const next = files[index + 1]?.header
    if (!next || next.previous !== files[index]!.path) return undefined
    return next.sha256 === '?' ? this.#notedHash(files, index) : (next.sha256 ?? undefined)
  }

  /** The hash that a notice in a later file gives. */
  async #notedHash(files: readonly JournalFile[], index: number): Promise<string | undefined> {
    const { path } = files[index]!
    for (const later of files.slice(index + 1)) {
      for await (const notice of noticesIn(later, this.#openText)) {
        const hash = hashNotice(notice)
        if (hash?.file === path) return hash.sha256
      }
    }
    return undefined
  }

  async #writeCatalog(): Promise<void> {
    const { disk, directory } = this.#options
    await writeKnownFiles(disk, directory, await this.#files(), this.#openText)
  }

  /** As long as the work before took, so that half of one processor is the most that it ever takes. */
  #rest(): Promise<void> {
    const { clock } = this.#options
    if (this.#stopped) return Promise.resolve()
    const worked = clock.monotonic() - this.#rested
    return new Promise((resolve) => {
      const done = () => {
        this.#endRest = undefined
        this.#rested = clock.monotonic()
        resolve()
      }
      const stopTimer = clock.after(Math.min(Math.max(worked, 1), longestRest), done)
      this.#endRest = () => {
        stopTimer()
        done()
      }
    })
  }

  #after(ms: number): void {
    if (this.#stopped) return
    this.#stopTimer = this.#options.clock.after(ms, () => {
      inBackground(this.look().then(() => this.#after(interval)))
    })
  }
}

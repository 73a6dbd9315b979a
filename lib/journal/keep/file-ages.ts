// The ages of a journal's files as its upkeep sees them, with what the files and the user say of the clock.
import type { Clock } from '../../kit/clock.ts'
import { type OpenText, openIfThere } from '../archive/text-file.ts'
import type { Disk } from '../disk/disk.ts'
import { type FoundNotice, noticesOf, noticeValue } from '../format/notices.ts'
import { scanFile } from '../format/scan.ts'
import { dateTime, dayOf, msPerDay } from '../format/time.ts'
import type { JournalFile } from '../read/journal-file.ts'
import { agesOf, type ClockDoubt } from './age.ts'
import { readConfirmedClock, writeConfirmedClock } from './confirmed-clock.ts'

/** A clock that was set by more than this makes a jump within one run of the writer one that counts for nothing; ms. */
const largestStep = 3_600_000

interface Parts {
  disk: Disk
  directory: string
  clock: Clock
}

export class FileAges {
  /**
   * Why files that are old by the clock count as younger: it does not agree with the journal. Undefined where it does, or
   * no file would go for that.
   */
  doubt: string | undefined
  readonly #parts: Parts
  readonly #openText: OpenText
  /** monotonic ms */
  readonly #begin: number
  /** where two files' days do not follow each other: whether the writer ran all through it; by the paths of both */
  readonly #steady = new Map<string, boolean>()

  constructor(parts: Parts, openText: OpenText) {
    this.#parts = parts
    this.#openText = openText
    this.#begin = parts.clock.monotonic()
  }

  /** Of each file in days; undefined while the clock and the newest entries disagree. `days` are kept. */
  async of(files: readonly JournalFile[], days: number): Promise<Array<number | undefined>> {
    const { disk, directory, clock } = this.#parts
    const today = dayOf(clock.wall())
    for (const index of files.keys()) await this.#lookAtJump(files, index)
    const { ages, doubts } = agesOf(files, {
      today,
      uptime: (clock.monotonic() - this.#begin) / msPerDay,
      confirmed: await readConfirmedClock(disk, directory),
      isSteady: (index) => this.#steady.get(jumpOf(files, index)) ?? false,
    })
    const stays = files
      .slice(0, -1)
      .some(({ day }, index) => today - day > days && (ages[index] ?? 0) <= days)
    const [newest] = doubts
    this.doubt = stays && newest ? doubtText(newest, today) : undefined
    return ages
  }

  /** The user says that the clock is right, and was so up to the last file. */
  async confirm(last: JournalFile, note: (kind: string, value: unknown) => Promise<void>): Promise<void> {
    const { disk, directory, clock } = this.#parts
    const day = dayOf(clock.wall())
    await note('clock', { confirmed: dayText(day), file: last.path })
    await writeConfirmedClock(disk, directory, { seq: last.firstSeq, day })
    this.doubt = undefined
  }

  /** Whether the writer ran through a jump between two files' days: a source may be quiet for a week. */
  async #lookAtJump(files: readonly JournalFile[], index: number): Promise<void> {
    const [file, next] = [files[index]!, files[index + 1]]
    const jump = jumpOf(files, index)
    if (!next || Math.abs(next.day - file.day) <= 1 || this.#steady.has(jump)) return
    // no file is missing between them
    const isOneRun = file.path === next.header?.previous && file.header?.epoch === next.header.epoch
    const isSteady =
      isOneRun &&
      !(await this.#mayHoldStep(file, false)) &&
      !(await this.#mayHoldStep(next, next === files.at(-1)))
    this.#steady.set(jump, isSteady)
  }

  /** Whether the clock was set in a file, or nobody can tell: damage, or a full memory, may have cost the notice. */
  async #mayHoldStep(file: JournalFile, isLast: boolean): Promise<boolean> {
    const text = await openIfThere(this.#openText, file.stored)
    if (!text) return true
    try {
      for await (const span of scanFile(text, 0, file.validSize ?? (await text.size()))) {
        if (span.kind === 'batch') {
          for (const notice of noticesOf(span)) if (saysStep(notice)) return true
        } else if (span.kind === 'damage' || (span.end > span.offset && !isLast)) return true
      }
      return false
    } finally {
      await text.close()
    }
  }
}

/** A file can come to stand in front of another one, where one between them cannot be read any more. */
function jumpOf(files: readonly JournalFile[], index: number): string {
  return `${files[index]!.path} ${files[index + 1]?.path}`
}

function saysStep({ notice, json }: FoundNotice): boolean {
  if (notice === 'gap') return noticeValue(json).notices !== undefined
  if (notice !== 'step') return false
  const { expected, now } = noticeValue(json)
  return !(Math.abs(Number(now) - Number(expected)) <= largestStep)
}

function dayText(day: number): string {
  return dateTime(day * msPerDay).slice(0, 10)
}

function doubtText({ from, to }: ClockDoubt, today: number): string {
  return (
    `the clock says ${dayText(today)}, but entries of ${dayText(from)} are followed by ${dayText(to)}: such a jump ` +
    'makes no file old enough to be removed. Where the clock is right, `fieldlog clock --confirm` says so'
  )
}

// Checks each journal in the background: ten minutes after the start, and then once a day or a week. What came of it is kept beside the
// journal, so that a restart neither forgets it nor checks again.
import { join } from 'node:path'
import type { Disk } from '../journal/disk/disk.ts'
import { readSealed, writeSealed } from '../journal/disk/sealed-file.ts'
import type { CheckInterval } from '../journal/inspect/check-interval.ts'
import {
  type Checked,
  type CheckRequest,
  checkJournal,
  type RunningCheck,
} from '../journal/inspect/check-thread.ts'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { JournalStatus } from './status.ts'
import { countText, plural } from './words.ts'

export type Verified = NonNullable<JournalStatus['verified']>

export interface JournalChecksParts {
  every: CheckInterval
  disk: Disk
  clock: Pick<Clock, 'wall' | 'monotonic'>
  check?(request: CheckRequest): RunningCheck
}

/** ms after which the first check may begin: not while everything else starts */
const firstCheck = 600_000
const day = 86_400_000
/** ms after which a check that could not be made is made again */
const pauseAfterFailure = 3_600_000

interface Known {
  last: Verified | null
  /** what was written down of the last one */
  kept: Promise<Verified | null>
  /** monotonic ms */
  notBefore: number
  /** the last one could not be made */
  hasFailed: boolean
}

export class JournalChecks {
  readonly #parts: Required<JournalChecksParts>
  /** by directory */
  readonly #known = new Map<string, Known>()
  #running: RunningCheck | undefined
  /** how often it was closed: what was begun before is over */
  #closings = 0

  constructor(parts: JournalChecksParts) {
    this.#parts = { check: checkJournal, ...parts }
  }

  /** Begins what is due, one journal at a time; to be called every few seconds. Resolves when what it began has ended; never rejects. */
  async look(journals: readonly CheckRequest[]): Promise<void> {
    const { every, clock } = this.#parts
    const closings = this.#closings
    for (const request of journals) {
      const known = this.#knownOf(request.directory)
      known.last ??= await known.kept
      if (every === 'off' || this.#closings !== closings || this.#running) continue
      if (clock.monotonic() < known.notBefore) continue
      if (known.hasFailed || isDue(known.last, every, clock.wall())) await this.#check(request, known)
    }
  }

  /** Null where it was never checked. */
  lastOf(directory: string): Verified | null {
    return this.#known.get(directory)?.last ?? null
  }

  /** The flows have stopped: ends what is under way. Whoever looks again, as the flows have started, goes on. */
  close(): void {
    this.#closings++
    if (this.#running) inBackground(this.#running.stop())
  }

  #knownOf(directory: string): Known {
    const before = this.#known.get(directory)
    if (before) return before
    const { clock, disk } = this.#parts
    const known: Known = {
      last: null,
      kept: readLast(disk, directory),
      notBefore: clock.monotonic() + firstCheck,
      hasFailed: false,
    }
    this.#known.set(directory, known)
    return known
  }

  async #check(request: CheckRequest, known: Known): Promise<void> {
    const { check, clock, disk } = this.#parts
    const closings = this.#closings
    const running = check(request)
    this.#running = running
    try {
      const found = await running.result
      known.hasFailed = false
      known.last = { at: clock.wall(), ok: found.problems === 0, says: saysOf(found) }
      // where it cannot be kept it is made again after a restart
      await writeSealed(disk, fileOf(request.directory), JSON.stringify(known.last)).catch(() => {})
    } catch (error) {
      if (this.#closings !== closings) return
      known.hasFailed = true
      known.notBefore = clock.monotonic() + pauseAfterFailure
      known.last = { at: clock.wall(), ok: false, says: `it could not be checked: ${asError(error).message}` }
    } finally {
      this.#running = undefined
    }
  }
}

function fileOf(directory: string): string {
  return join(directory, '.verified')
}

/** A file that is damaged, or of no use, is as none: the journal is checked again. */
async function readLast(disk: Disk, directory: string): Promise<Verified | null> {
  try {
    const text = await readSealed(disk, fileOf(directory))
    return text === undefined ? null : (JSON.parse(text) as Verified)
  } catch {
    return null
  }
}

/** A time to come is of a clock that was wrong. */
function isDue(last: Verified | null, every: CheckInterval, now: number): boolean {
  const interval = every === 'weekly' ? 7 * day : day
  return last === null || now - last.at >= interval || last.at > now
}

function saysOf({ problems, first, files, entries }: Checked): string {
  if (problems === 0) return `${countText(entries)} entries in ${plural(files, 'file')} are whole`
  const others = problems > 1 ? `; and ${plural(problems - 1, 'more place')}` : ''
  return `${first}${others}`
}

// The store of one journal: takes the events of the flow, keeps its file in order, and says how it is. README.md has the promises.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FieldlogEvent } from '../../event.ts'
import { inBackground } from '../../kit/background.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { asError } from '../../kit/errors.ts'
import type { RebuildRequest, StoreState } from '../model/store-state.ts'
import type { FieldWords } from './batch.ts'
import { Filling, type Job, type Outcome } from './filling.ts'
import { LiveQueue } from './live-queue.ts'
import type { Report, Request } from './requests.ts'
import type { KeepDays } from './retention.ts'
import { isOfJournal, type StoreJournal } from './store-journal.ts'
import { StoreProblem, ThreadClient } from './thread-client.ts'

export interface StoreOptions {
  /** of the file */
  path: string
  keep: KeepDays
  /** id of the node: a replay for it carries it */
  id: string
  /** what formats say of a field */
  words?(type: string, field: string): FieldWords
}

export interface StoreListener {
  warn(message: string): void
  /** something that the state tells has changed */
  changed(): void
  /** These were committed; what was asked for to fill the store is not told. */
  committed(events: readonly FieldlogEvent[]): void
}

type Done = (error?: Error) => void

/** A job that was asked for; what the store lacks is found out anew each time. */
type WantedJob = Exclude<Job, { kind: 'fill' }>

/** After so many ms what could not be opened or written is tried again. */
const retryTime = 10_000
const lookTime = 1_000
const upkeepTime = 10_000
/** After a step of upkeep that left something, ms. */
const stepTime = 100
/** Closing must end within Node-RED's 15 s. */
const closeLimit = 5_000

export class HistoryStore {
  readonly #options: StoreOptions
  readonly #journal: StoreJournal
  readonly #listener: StoreListener
  readonly #clock: Clock
  readonly #client: ThreadClient
  readonly #live: LiveQueue
  readonly #filling: Filling
  #mode: 'start' | 'open' | 'broken' | 'closed' = 'start'
  #report: Report | undefined
  /** what is to be made again: each stays here until it is made, whatever fails before */
  #wanted: WantedJob[] = []
  /** why a job failed that is tried again: it is told once */
  #toldOfJob: string | undefined
  #problem: string | undefined
  /** the reason of the trouble that was told: it is told once */
  #warned: string | undefined
  #generation = 0
  /** lowest seq that was done and is not known to be stored; undefined: none */
  #lowestMissing: number | undefined
  /** What is lacking is not filled before, monotonic ms. */
  #fillAfter = 0
  readonly #stopTimers = new Map<string, () => void>()

  constructor(
    options: StoreOptions,
    journal: StoreJournal,
    listener: StoreListener,
    clock: Clock = systemClock,
    client?: (lost: () => void) => ThreadClient,
  ) {
    this.#options = options
    this.#journal = journal
    this.#listener = listener
    this.#clock = clock
    const lost = () => this.#lost()
    this.#client = client?.(lost) ?? new ThreadClient(lost)
    const words = options.words ?? (() => ({}))
    this.#live = new LiveQueue({
      clock,
      words,
      write: (batch) =>
        this.#write({ kind: 'write', batch, to: 'live', ...this.#upTo(), keep: options.keep }),
      isOpen: () => this.#mode === 'open',
      committed: (events) => listener.committed(events),
      notStored: (seq) => {
        this.#lowestMissing = Math.min(this.#lowestMissing ?? seq, seq)
      },
    })
    this.#filling = new Filling(
      {
        clock,
        words,
        journal,
        target: options.id,
        ask: (request) => this.#ask(request),
        write: (batch, to, upTo) => this.#write({ kind: 'write', batch, to, upTo, keep: options.keep }),
        report: () => this.#report,
        complete: () => this.#complete ?? 0,
      },
      {
        changed: () => listener.changed(),
        warn: (message) => listener.warn(`store: ${message}`),
        ended: (job, outcome, error) => this.#jobEnded(job, outcome, error),
      },
    )
  }

  /** Opens the file as soon as the journal is open; where that fails it is tried again. */
  start(): void {
    this.#every('look', lookTime, () => this.#look())
    this.#after('upkeep', upkeepTime, () => this.#upkeep())
    this.#open()
  }

  /** An event of the flow. `done` is called when it is committed, or not stored for now; never after `close`. */
  take(event: FieldlogEvent, done: Done): void {
    if (this.#mode === 'closed') return
    if (event.for !== undefined) {
      if (event.for === this.#options.id) this.#filling.take(event, done)
      else done()
    } else if (this.#mode === 'broken') {
      this.#lowestMissing = Math.min(this.#lowestMissing ?? event.seq, event.seq)
      done()
    } else this.#live.take(event, done)
  }

  /**
   * Makes everything, or a part, again. False, with the reason in `state.says`, where something is being made again already, or the
   * store is not open. What was accepted is made, however often it has to be tried.
   */
  rebuild({ from, to, type }: RebuildRequest): boolean {
    if (this.#mode !== 'open' || this.#filling.isMaking) return false
    const file = this.#report?.file
    const isWhole = from === undefined && to === undefined && type === undefined
    if (isWhole || !file) {
      this.#want({ kind: 'rebuild' })
      this.#note({ kind: 'begin', journal: file?.journal ?? '' })
    } else {
      const part = { from: from ?? 0, to: to ?? this.#clock.wall(), type, ranges: [] }
      this.#want({ kind: 'part', part })
      this.#note({ kind: 'note', part })
    }
    this.#addWanted()
    this.#listener.changed()
    return true
  }

  /** The words of the options say something else of fields than before. */
  wordsChanged(): void {
    this.#live.wordsChanged()
    this.#filling.wordsChanged()
  }

  get state(): StoreState {
    const file = this.#report?.file
    const { done = 1, rate = null, left = null } = this.#filling.progress ?? {}
    const state = this.#condition
    return {
      state,
      says: this.#says(state),
      isReadable: file !== undefined,
      generation: this.#generation,
      upTo: file?.upTo ?? this.#report?.new?.upTo ?? 0,
      last: this.#journal.position()?.lastSeq ?? 0,
      done,
      rate,
      left,
      oldVerdicts: file?.oldVerdicts ?? 0,
      bytes: (file?.bytes ?? 0) + (this.#report?.new?.bytes ?? 0),
    }
  }

  /** What is under way is committed, as far as that takes no longer than five seconds; the rest is sent again. */
  async close(): Promise<void> {
    if (this.#mode === 'open') this.#live.flush()
    this.#mode = 'closed'
    for (const stop of this.#stopTimers.values()) stop()
    this.#live.stop()
    this.#filling.stop()
    const closed = this.#client.ask({ kind: 'close' }).then(
      () => undefined,
      () => undefined,
    )
    await doneWithin(closed, closeLimit, this.#clock)
    await this.#client.close()
  }

  get #condition(): StoreState['state'] {
    if (this.#mode === 'broken') return 'not stored'
    if (this.#mode !== 'open') return 'start'
    return this.#filling.isBusy || !this.#report?.file ? 'rebuilding' : 'ready'
  }

  #says(state: StoreState['state']): string {
    if (state === 'not stored')
      return `events are not stored now: ${this.#problem ?? 'unknown'}; tried again every ten seconds, then filled from the journal`
    if (state === 'start') return 'waiting for the journal'
    const old = this.#report?.file?.oldVerdicts ?? 0
    if (state === 'rebuilding') {
      const what = this.#filling.isMaking || !this.#filling.isFilling ? 'made' : 'filled'
      return `being ${what} from the journal`
    }
    if (old > 0)
      return `rules changed: ${old.toLocaleString('en-US')} events have old verdicts until a rebuild`
    return 'all events are stored'
  }

  /** What the flow is done with, and was stored: it is committed, or asked for before whatever is asked for now. */
  get #complete(): number | undefined {
    const checkpoint = this.#journal.position()?.checkpoint
    if (checkpoint === undefined || this.#lowestMissing === undefined) return checkpoint
    return Math.min(checkpoint, this.#lowestMissing - 1)
  }

  /** Up to where nothing is lacking; none while that is not known. */
  #upTo(): { upTo?: { file: number } } {
    const complete = this.#complete
    if (complete === undefined || this.#lowestMissing !== undefined || this.#filling.isFilling) return {}
    return { upTo: { file: complete } }
  }

  #open(): void {
    if (this.#mode === 'closed') return
    this.#mode = 'start'
    this.#listener.changed()
    inBackground(
      this.#tryOpen().catch((error: unknown) => {
        if (this.#mode !== 'closed') this.#broken(asError(error))
      }),
    )
  }

  async #tryOpen(): Promise<void> {
    const position = this.#journal.position()
    if (!position) {
      this.#after('open', pollTime, () => this.#open())
      return
    }
    const oldest = await this.#journal.view.oldest()
    const journal = oldest?.seq === 1 ? oldest.epoch : undefined
    const { path } = this.#options
    let report = await this.#ask({ kind: 'open', path, journal })
    const { file, new: next } = report
    if (file && !(await isOfJournal(file, this.#journal.view, position.lastSeq)))
      report = await this.#ask({ kind: 'refuse' })
    if (next && !(await isOfJournal(next, this.#journal.view, position.lastSeq)))
      report = await this.#ask({ kind: 'abandon' })
    // live events need a file, the first ones too
    if (!report.file) report = await this.#ask({ kind: 'begin', journal: journal ?? '' })
    if (this.#mode === 'closed') return
    this.#problem = undefined
    this.#warned = undefined
    this.#lowestMissing = undefined
    this.#mode = 'open'
    this.#generation++
    this.#plan(report)
    this.#live.flush()
    this.#listener.changed()
  }

  /** What the store lacks, and what was asked for before it was opened anew. */
  #plan({ file, new: next }: Report): void {
    const lastSeq = this.#journal.position()?.lastSeq ?? 0
    if (file && file.upTo < lastSeq) this.#filling.add({ kind: 'fill' })
    if (file?.part) this.#want({ kind: 'part', part: file.part })
    if (!file || next) this.#want({ kind: 'rebuild' })
    this.#addWanted()
  }

  /** It takes the place of an equal one that waits for another attempt; a rebuild makes the parts, too. */
  #want(job: WantedJob): void {
    const others = this.#wanted.filter((other) => job.kind === 'part' && !isSamePart(job, other))
    this.#wanted = [...others, job]
  }

  /** So that a deploy or a crash before its turn does not forget it. */
  #note(request: Request & { kind: 'begin' | 'note' }): void {
    this.#ask(request).catch((error: unknown) => {
      // where the new file cannot be begun the job itself says why, and tries again
      if (request.kind === 'note' && this.#mode !== 'closed') this.#broken(asError(error))
    })
  }

  #addWanted(): void {
    this.#stopTimers.get('again')?.()
    if (this.#mode === 'open') for (const job of this.#wanted) this.#filling.addOnce(job)
  }

  #jobEnded(job: Job, outcome: Outcome, error: Error | undefined): void {
    if (job.kind === 'fill') {
      if (outcome !== 'done' && this.#mode === 'open') this.#fillLater()
    } else if (outcome === 'done') {
      if (job.kind === 'rebuild') this.#generation++
      this.#forget(job)
    } else if (this.#mode === 'open') {
      if (job.kind === 'rebuild' && outcome === 'cancelled' && this.#report?.file) {
        this.#forget(job)
        this.#listener.warn('store: the rebuild was ended by a request; the old file is as good as it was')
        inBackground(this.#ask({ kind: 'abandon' }))
      } else this.#tryAgain(error)
    }
    this.#listener.changed()
  }

  #fillLater(): void {
    const first = (this.#report?.file?.upTo ?? 0) + 1
    this.#lowestMissing = Math.min(this.#lowestMissing ?? first, first)
    this.#fillAfter = this.#clock.monotonic() + retryTime
  }

  #forget(job: WantedJob): void {
    this.#wanted = this.#wanted.filter((other) => other !== job)
    this.#toldOfJob = undefined
  }

  #tryAgain(error: Error | undefined): void {
    const message = error?.message
    if (message !== this.#toldOfJob)
      this.#listener.warn(`store: it cannot be made again now: ${message}. Tried again every ten seconds`)
    this.#toldOfJob = message
    this.#after('again', retryTime, () => this.#addWanted())
  }

  async #ask(request: Request): Promise<Report> {
    const report = await this.#client.ask(request)
    if (report.movedAside !== undefined)
      this.#listener.warn(`store: ${report.movedAside}. It is made again from the journal`)
    this.#report = report
    return report
  }

  /** Whatever could not be written: the flow goes on. */
  async #write(request: Request & { kind: 'write' }): Promise<Report> {
    try {
      const report = await this.#ask(request)
      if (report.newProblem) {
        this.#listener.warn(`store: ${report.newProblem.message}; the rebuild goes on when it can be written`)
        this.#toldOfJob = report.newProblem.message
        this.#filling.failNew(new StoreProblem(report.newProblem))
      }
      this.#listener.changed()
      return report
    } catch (error) {
      // a rebuild beside a file that is well is tried again by itself
      const isAside = request.to === 'new' && this.#report?.file !== undefined
      if (!isAside && this.#mode !== 'closed') this.#broken(asError(error))
      throw error
    }
  }

  #broken(error: Error): void {
    // what was sent before fails, too, as all is closed after the first failure
    if (this.#mode === 'broken') return
    const { isDamage, reason } =
      error instanceof StoreProblem ? error : { isDamage: false, reason: 'UNKNOWN' }
    this.#mode = 'broken'
    this.#report = undefined
    this.#filling.fail(error)
    this.#live.fail()
    if (this.#warned !== reason) {
      const next = isDamage
        ? 'It is made again from the journal'
        : 'Events are not stored for now; they are filled from the journal when it can be written'
      this.#listener.warn(`store: ${error.message}. ${next}`)
    }
    this.#warned = reason
    this.#problem = error.message
    this.#after('open', isDamage ? 0 : retryTime, () => this.#open())
    this.#listener.changed()
  }

  #lost(): void {
    if (this.#mode !== 'closed')
      this.#broken(new StoreProblem({ message: 'its thread ended', cause: 'THREAD', isDamage: false }))
  }

  #look(): void {
    this.#live.look()
    // events that were not taken for a while, as there were too many: the file itself is well
    if (this.#mode !== 'open' || this.#lowestMissing === undefined || !this.#live.isEmpty) return
    if (this.#filling.isBusy || this.#clock.monotonic() < this.#fillAfter) return
    this.#lowestMissing = undefined
    this.#filling.add({ kind: 'fill' })
  }

  #upkeep(): void {
    if (this.#mode !== 'open') {
      this.#after('upkeep', upkeepTime, () => this.#upkeep())
      return
    }
    this.#ask({ kind: 'upkeep', keep: this.#options.keep, ...this.#upTo() }).then(
      ({ isGone = false, more = false }) => {
        this.#after('upkeep', more ? stepTime : upkeepTime, () => this.#upkeep())
        if (!isGone || this.#mode !== 'open') return
        this.#listener.warn(
          `store: ${this.#options.path} was deleted or replaced. It is made again from the journal`,
        )
        this.#filling.fail(new StoreProblem({ message: 'the file is gone', cause: 'GONE', isDamage: false }))
        // what waits is kept: it goes into the new file
        inBackground(nextTurn().then(() => this.#open()))
      },
      (error: unknown) => {
        this.#after('upkeep', upkeepTime, () => this.#upkeep())
        if (this.#mode !== 'closed') this.#broken(asError(error))
      },
    )
  }

  #after(name: string, ms: number, work: () => void): void {
    this.#stopTimers.get(name)?.()
    if (this.#mode === 'closed') return
    this.#stopTimers.set(name, this.#clock.after(ms, work))
  }

  #every(name: string, ms: number, work: () => void): void {
    this.#after(name, ms, () => {
      work()
      this.#every(name, ms, work)
    })
  }
}

function isSamePart({ part }: WantedJob & { kind: 'part' }, other: WantedJob): boolean {
  if (other.kind !== 'part') return false
  return part.from === other.part.from && part.to === other.part.to && part.type === other.part.type
}

/** How often it is asked whether the journal is open, ms. */
const pollTime = 200

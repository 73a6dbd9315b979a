// Fills a store from the journal, one job after the other: what it lacks, a part that is made again, or a new file.
import { randomUUID } from 'node:crypto'
import type { FieldlogEvent } from '../../event.ts'
import type { Clock } from '../../kit/clock.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { type Batch, BatchMaker, type FieldWords } from './batch.ts'
import type { Part } from './part.ts'
import type { Destination, Report, Request, UpTo } from './requests.ts'
import type { StoreJournal } from './store-journal.ts'

export type Job =
  /** What the file lacks, from its `upTo` on. */
  { kind: 'fill' } | { kind: 'part'; part: Part } | { kind: 'rebuild' }

export interface FillingParts {
  clock: Clock
  /** the sink that the journal's events are sent to */
  target: string
  journal: StoreJournal
  words(type: string, field: string): FieldWords
  ask(request: Request): Promise<Report>
  write(batch: Batch, to: Destination, upTo: Partial<UpTo>): Promise<Report>
  report(): Report | undefined
  /** up to which seq the flow is done with everything, and all of it was stored */
  complete(): number
}

export interface FillingListener {
  changed(): void
  warn(message: string): void
  /** @param error of an outcome that is not `done` */
  ended(job: Job, outcome: Outcome, error?: Error): void
}

/** `cancelled`: somebody ended the replays of the journal. */
export type Outcome = 'done' | 'failed' | 'cancelled'

/** How far the job has come. */
export interface Progress {
  /** 0 to 1 */
  done: number
  /** events a second; null where it is not known yet */
  rate: number | null
  /** seconds */
  left: number | null
}

/** events */
const batchSize = 4_000
/** Batches that the thread is given ahead; the replay waits beyond. */
const mostSent = 2
const pollTime = 200

class JobFailed extends Error {
  readonly code: 'STORE_JOB' | 'STORE_CANCELLED'

  constructor(message: string, code: JobFailed['code'] = 'STORE_JOB') {
    super(message)
    this.code = code
  }
}

export class Filling {
  readonly #parts: FillingParts
  readonly #listener: FillingListener
  readonly #name = `store-${randomUUID()}`
  readonly #queue: Job[] = []
  #maker: BatchMaker
  #sent = 0
  /** dones that wait until the thread has caught up */
  #held: Array<() => void> = []
  #idle: (() => void) | undefined
  #stopTimer: (() => void) | undefined
  #job: Job | undefined
  #destination: Destination = 'file'
  #span = { from: 1, to: 0, next: 1, at: 0 }
  #rate: number | null = null
  #failure: Error | undefined
  #upTo: Partial<UpTo> = {}
  #isStopped = false

  constructor(parts: FillingParts, listener: FillingListener) {
    this.#parts = parts
    this.#listener = listener
    this.#maker = new BatchMaker(parts.words)
  }

  /** The one that runs. */
  get job(): Job | undefined {
    return this.#job
  }

  get isBusy(): boolean {
    return this.#job !== undefined || this.#queue.length > 0
  }

  /** Whether everything, or a part, is made again, or waits for its turn. */
  get isMaking(): boolean {
    return [this.#job, ...this.#queue].some((job) => job !== undefined && job.kind !== 'fill')
  }

  /** Whether the file lacks something that a job is to bring. */
  get isFilling(): boolean {
    return [this.#job, ...this.#queue].some((job) => job?.kind === 'fill')
  }

  get progress(): Progress | undefined {
    if (!this.#job) return undefined
    const { from, to, next } = this.#span
    const begin = this.#job.kind === 'rebuild' ? 1 : from
    const done = to < begin ? 1 : Math.min(1, Math.max(0, (next - begin) / (to - begin + 1)))
    const left = this.#rate ? Math.ceil(Math.max(0, to - next + 1) / this.#rate) : null
    return { done, rate: this.#rate === null ? null : Math.round(this.#rate), left }
  }

  add(job: Job): void {
    this.#queue.push(job)
    if (!this.#job) this.#next()
  }

  /** Adds what does not run or wait already. */
  addOnce(job: Job): void {
    if (this.#job !== job && !this.#queue.includes(job)) this.add(job)
  }

  /** See `BatchMaker`. */
  wordsChanged(): void {
    this.#maker.wordsChanged()
  }

  /** An event that was asked for. */
  take(event: FieldlogEvent, done: (error?: Error) => void): void {
    const job = this.#job
    if (this.#isStopped || !job || (job.kind === 'part' && !isOf(event, job.part))) {
      if (!this.#isStopped) done()
      return
    }
    try {
      this.#maker.add(event)
    } catch (error) {
      done(asError(error))
      return
    }
    if (this.#maker.size >= batchSize) this.#flush()
    else this.#stopTimer ??= this.#parts.clock.after(pollTime, () => this.#flush())
    if (this.#sent < mostSent) done()
    else this.#held.push(done)
  }

  /** What is under way fails, and what waits is forgotten: the file cannot be written. */
  fail(error: Error): void {
    this.#queue.length = 0
    this.#abort(error)
  }

  /** Another rebuild may be tried later. */
  failNew(error: Error): void {
    if (this.#job?.kind === 'rebuild') this.#abort(error)
  }

  stop(): void {
    this.#isStopped = true
    this.#queue.length = 0
    this.#held = []
    this.#abort(new JobFailed('the store is closed'))
  }

  #abort(error: Error): void {
    if (!this.#job) return
    this.#failure ??= error
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#maker.reset()
    this.#releaseHeld()
    this.#parts.journal.cancelReplays(this.#name)
    this.#idle?.()
  }

  #next(): void {
    const job = this.#queue.shift()
    this.#job = job
    this.#failure = undefined
    this.#rate = null
    this.#upTo = {}
    this.#span = { from: 1, to: 0, next: 1, at: 0 }
    if (!job) return
    const ended = (outcome: Outcome, error?: Error) => {
      this.#job = undefined
      if (this.#isStopped) return
      this.#listener.ended(job, outcome, error)
      if (!this.#job) this.#next()
    }
    this.#run(job).then(
      () => ended('done'),
      (error: unknown) =>
        ended(errorCode(error) === 'STORE_CANCELLED' ? 'cancelled' : 'failed', asError(error)),
    )
  }

  async #run(job: Job): Promise<void> {
    switch (job.kind) {
      case 'fill':
        return this.#fill()
      case 'part':
        return this.#makePart(job)
      case 'rebuild':
        return this.#rebuild()
    }
  }

  async #fill(): Promise<void> {
    const to = this.#lastSeq()
    const from = (this.#parts.report()?.file?.upTo ?? 0) + 1
    this.#destination = 'file'
    await this.#replay([{ from: await this.#oldestFrom(from), to }], (next) => {
      this.#upTo = { file: next - 1 }
    })
    this.#upTo = { file: Math.max(to, this.#parts.complete()) }
    await this.#drain()
  }

  async #rebuild(): Promise<void> {
    const oldest = await this.#parts.journal.view.oldest()
    const journal = oldest?.seq === 1 ? (oldest.epoch ?? '') : ''
    const report = await this.#parts.ask({ kind: 'begin', journal })
    const to = this.#lastSeq()
    const from = await this.#oldestFrom((report.new?.upTo ?? 0) + 1)
    this.#destination = 'new'
    await this.#replay([{ from, to }], (next) => {
      this.#upTo = { new: next - 1 }
    })
    await this.#drain()
    let more = true
    while (more) {
      this.#throwIfFailed()
      more = (await this.#parts.ask({ kind: 'aggregate' })).more === true
    }
    const { fewer } = await this.#parts.ask({ kind: 'finish', upTo: Math.max(to, this.#parts.complete()) })
    if (fewer !== undefined) {
      const rows = fewer.toLocaleString('en-US')
      this.#listener.warn(
        `the new file has ${rows} events fewer than the old one: they are no longer in the journal, or no format takes them now`,
      )
    }
  }

  async #makePart(job: Job & { kind: 'part' }): Promise<void> {
    const { from, to, type } = job.part
    this.#destination = 'file'
    if (job.part.ranges.length === 0) {
      const { seqs } = await this.#parts.ask({ kind: 'seqs', part: { from, to, type } })
      const received = await this.#parts.journal.seqsIn(from, to)
      const last = this.#lastSeq()
      const ranges = merged(seqs ? [...received, seqs] : received).map((range) => ({
        ...range,
        to: Math.min(range.to, last),
      }))
      job.part = { from, to, type, ranges }
    }
    let more = true
    while (more) {
      this.#throwIfFailed()
      more = (await this.#parts.ask({ kind: 'clear', part: job.part })).more === true
    }
    await this.#replay(job.part.ranges, () => {})
    await this.#drain()
    await this.#parts.ask({ kind: 'filled' })
  }

  async #replay(
    ranges: ReadonlyArray<{ from: number; to: number }>,
    progressed: (next: number) => void,
  ): Promise<void> {
    const last = this.#lastSeq()
    const wanted = ranges
      .map(({ from, to }) => ({ from, to: Math.min(to, last) }))
      .filter(({ from, to }) => from <= to)
    this.#span = { ...bounds(wanted), at: this.#parts.clock.monotonic() }
    for (const range of wanted) {
      this.#throwIfFailed()
      const result = await this.#parts.journal.replay({
        ...range,
        for: this.#parts.target,
        name: this.#name,
        progressed: (next) => {
          this.#noteProgress(next)
          progressed(next)
        },
      })
      this.#throwIfFailed()
      if (result.cancelled) throw new JobFailed('it was cancelled', 'STORE_CANCELLED')
      if (result.stopped) throw new JobFailed('the journal was closed')
      const lost = result.missing + result.incomplete
      if (lost > 0) {
        this.#listener.warn(
          `${lost.toLocaleString('en-US')} events from ${range.from} to ${range.to} are damaged in the journal, or a node held them too long: they are not in it`,
        )
      }
      progressed(range.to + 1)
    }
  }

  #noteProgress(next: number): void {
    const now = this.#parts.clock.monotonic()
    const { next: before, at } = this.#span
    const seconds = (now - at) / 1000
    if (seconds < 0.5) return
    const rate = Math.max(0, next - before) / seconds
    this.#rate = this.#rate === null ? rate : this.#rate * 0.7 + rate * 0.3
    this.#span = { ...this.#span, next, at: now }
    this.#listener.changed()
  }

  /** All that was taken is committed. */
  async #drain(): Promise<void> {
    this.#flush()
    while (this.#sent > 0) {
      this.#throwIfFailed()
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    this.#idle = undefined
    this.#throwIfFailed()
  }

  #flush(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    if (this.#maker.size === 0 && this.#upTo.file === undefined && this.#upTo.new === undefined) return
    this.#sent++
    this.#parts.write(this.#maker.take(), this.#destination, this.#upTo).then(
      () => this.#written(),
      (error: unknown) => {
        this.#written()
        this.#abort(asError(error))
      },
    )
    this.#upTo = {}
  }

  #written(): void {
    this.#sent--
    if (this.#sent < mostSent) this.#releaseHeld()
    if (this.#sent === 0) this.#idle?.()
  }

  #releaseHeld(): void {
    const held = this.#held
    this.#held = []
    for (const done of held) done()
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  #lastSeq(): number {
    const position = this.#parts.journal.position()
    if (!position) throw new JobFailed('the journal is not open')
    return position.lastSeq
  }

  /** Where retention has taken the front, from where it begins. */
  async #oldestFrom(seq: number): Promise<number> {
    return Math.max(seq, (await this.#parts.journal.view.oldest())?.seq ?? 1)
  }
}

function isOf({ time, type }: FieldlogEvent, part: Part): boolean {
  return time >= part.from && time <= part.to && (part.type === undefined || part.type === type)
}

function bounds(ranges: ReadonlyArray<{ from: number; to: number }>): {
  from: number
  to: number
  next: number
} {
  const from = ranges[0]?.from ?? 1
  return { from, to: ranges.at(-1)?.to ?? 0, next: from }
}

/** In order, without what is in two of them. */
function merged(ranges: ReadonlyArray<{ from: number; to: number }>): Array<{ from: number; to: number }> {
  const result: Array<{ from: number; to: number }> = []
  for (const range of ranges.toSorted((one, other) => one.from - other.from)) {
    const last = result.at(-1)
    if (last && range.from <= last.to + 1) last.to = Math.max(last.to, range.to)
    else result.push({ ...range })
  }
  return result
}

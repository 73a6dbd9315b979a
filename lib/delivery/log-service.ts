// A journal with its delivery: the engine behind the `fieldlog-journal` and `fieldlog-log` nodes. It opens the
// journal (and keeps trying), resumes at the checkpoint, holds and releases with the flows, and closes everything
// within a limit.
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openText } from '../journal/archive/open-text.ts'
import { CountingDisk } from '../journal/disk/counting-disk.ts'
import { systemDisk } from '../journal/disk/disk.ts'
import { type Entry, entriesOf, type PoisonEntry } from '../journal/format/entry.ts'
import { type DurableEntry, Journal, type JournalStatistics } from '../journal/journal.ts'
import { type KeepOptions, Upkeep } from '../journal/keep/upkeep.ts'
import { readCatalog } from '../journal/read/catalog.ts'
import { type DamageReport, type Reading, readJournal } from '../journal/read/reader.ts'
import type { Salvage } from '../journal/recover/recovery.ts'
import type { JournalOptions, NoteFirst } from '../journal/write/options.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'
import { asError, errorCode, withCode } from '../kit/errors.ts'
import { entryOf, type LoggableMessage } from './intake.ts'
import { CheckpointFile } from './progress/checkpoint.ts'
import { findIncomplete } from './progress/incomplete.ts'
import { type Resumption, resume } from './progress/resume.ts'
import { Delivery, type DeliveryState, type Overdue } from './send/delivery.ts'
import type { FlightParts } from './send/flight.ts'
import type { DeliveryOptions } from './send/options.ts'
import type { ReplayRequest, ReplayResult } from './send/replay.ts'
import type { FlowTracker } from './track/tracker.ts'

/** What the service tells its nodes. */
export interface LogServiceListener {
  warn(message: string): void
  /** something that status shows has changed */
  changed(): void
  recovered(salvages: Salvage[]): void
}

/** Puts a message on the wires and sees to it that its event is followed: see FlightParts. */
export type SendEvent = FlightParts['send']

/** Called once for each logged message: when it is durable, or with why it never will be. */
type Done = (error?: Error) => void

interface Tag {
  message: LoggableMessage
  done: Done
}

/** Where the service stands. */
export interface LogState {
  /** undefined before the journal could be opened */
  delivery: DeliveryState | undefined
  journal: JournalStatistics
  /** what was written since the start: journal, checkpoint, archives */
  wear: { bytes: number; syncs: number; seconds: number }
  /** why the journal is not open or not written, with what to do */
  problem: string | undefined
  /** why files that are old by the clock are kept: it disagrees with the journal; undefined where all is well */
  clockDoubt: string | undefined
}

const startPause = 2_000
/** Journal and checkpoint must be closed within Node-RED's 15 s. */
const closeLimit = 8_000
/** of these, for the checkpoint at most */
const saveLimit = 3_000

/** One for each journal directory. */
export class LogService {
  readonly #journal: Journal
  readonly #tracker: FlowTracker
  readonly #listener: LogServiceListener
  #deliveryOptions: DeliveryOptions = {}
  readonly #checkpointFile: CheckpointFile
  readonly #disk: CountingDisk
  readonly #upkeep: Upkeep
  readonly #begin: number
  readonly #clock: Clock
  #delivery: Delivery | undefined
  #send: SendEvent | undefined
  #released = false
  #stopped = false
  #problem: string | undefined
  #stopRetry: (() => void) | undefined
  #starting: Promise<void> = Promise.resolve()
  #resumption: Resumption | undefined
  #opened: { lastSeq: number; salvages: Salvage[] } | undefined
  /** durable before delivery began */
  #early: DurableEntry[] = []

  constructor(options: JournalOptions & KeepOptions, tracker: FlowTracker, listener: LogServiceListener) {
    this.#clock = options.clock ?? systemClock
    this.#disk = new CountingDisk(options.disk ?? systemDisk, () => this.#clock.monotonic())
    const journal = { ...options, disk: this.#disk }
    this.#tracker = tracker
    this.#listener = listener
    this.#checkpointFile = new CheckpointFile(this.#disk, join(journal.directory, '.checkpoint'))
    this.#begin = this.#clock.monotonic()
    this.#upkeep = new Upkeep(journal, {
      checkpoint: () => this.#delivery?.state.checkpoint ?? 0,
      note: (kind, value) => {
        this.#journal.notice(kind, value)
        return this.#journal.flush()
      },
      warn: (message) => this.#listener.warn(message),
    })
    const makeRoom = (noteFirst: NoteFirst) => this.#upkeep.makeRoom(noteFirst)
    this.#journal = new Journal(
      { ...journal, makeRoom },
      {
        durable: (entries) => this.#durable(entries),
        failure: (message) => this.#setProblem(message),
      },
    )
  }

  /** Opens the journal; where that fails it says so, tries again, and holds what is logged meanwhile. */
  start(): void {
    this.#starting = this.#tryStart()
  }

  /** The log node has come: its `send` puts messages on the wires, its options say how many and how long. */
  attach(send: SendEvent, options: DeliveryOptions = {}): void {
    this.#send = send
    this.#deliveryOptions = options
    this.#delivery?.configure(options)
  }

  /** The log node goes: nothing is sent until the next one comes. */
  async detach(): Promise<void> {
    this.hold()
    this.#send = undefined
    await onItsWay()
    // what this node was given is durable before it is gone
    await doneWithin(this.#journal.flush(), closeLimit, this.#clock)
  }

  /** The flows run. */
  release(): void {
    this.#released = true
    if (this.#send) this.#delivery?.release()
  }

  /** The flows are about to stop. */
  hold(): void {
    this.#released = false
    this.#delivery?.hold()
  }

  /**
   * Logs a message. `done` is called when it is durable, or with an error where JSON cannot hold it or memory
   * has no room. `msg.flush` and a waiting HTTP request make the next flush start at once.
   */
  log(message: LoggableMessage, fallbackSource: string, done: Done): void {
    const isFlushOnly = message.flush === true && message.payload === undefined
    if (!isFlushOnly) this.#append(message, fallbackSource, done)
    if (message.flush !== true && message.res === undefined) return
    const flushed = this.#journal.flush()
    if (isFlushOnly) void flushed.then(() => done())
  }

  /**
   * Sends a range of events again, to all or to one sink, beside what is sent live. It resolves when the flow is
   * done with them, or with `stopped` when the journal is closed before. Rejects with a RangeError where the
   * range is none, and with an Error while the journal is not open.
   */
  async replay(request: ReplayRequest): Promise<ReplayResult> {
    return this.#running().replay(request)
  }

  /** Sends what is noted as incomplete again; what the flow completes now counts as complete. */
  async replayIncomplete(): Promise<ReplayResult> {
    const delivery = this.#running()
    const { incompleteFrom } = delivery
    if (incompleteFrom === undefined) return delivery.redeliver([])
    return delivery.redeliver(await findIncomplete(this.#readings(incompleteFrom)))
  }

  /** Flushes and closes all within 8 s; rejects where the disk did not take everything. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopRetry?.()
    const begin = this.#clock.monotonic()
    await onItsWay()
    const saved = await doneWithin(this.#saveAndClose(), saveLimit, this.#clock)
    if (!saved)
      this.#listener.warn('log: the checkpoint could not be saved in time: events may be sent again')
    await this.#journal.stop(closeLimit - (this.#clock.monotonic() - begin))
  }

  async #saveAndClose(): Promise<void> {
    await this.#starting
    await Promise.all([this.#upkeep.stop(), this.#delivery?.stop()])
    await this.#checkpointFile.close()
  }

  #running(): Delivery {
    if (this.#delivery && !this.#stopped) return this.#delivery
    throw withCode(
      'JOURNAL_NOT_OPEN',
      new Error(`log: nothing can be sent again: ${this.#problem ?? 'the journal is not open'}`),
    )
  }

  get state(): LogState {
    const { bytes, syncs } = this.#disk
    return {
      delivery: this.#delivery?.state,
      journal: this.#journal.statistics,
      wear: { bytes, syncs, seconds: (this.#clock.monotonic() - this.#begin) / 1000 },
      problem: this.#problem,
      clockDoubt: this.#upkeep.clockDoubt,
    }
  }

  /**
   * The user says that the clock is right, however far it is from the journal: files go for their age again. Rejects
   * with an Error while the journal is not open.
   */
  async confirmClock(): Promise<void> {
    if (!this.#delivery || this.#stopped)
      throw new Error(`log: the clock cannot be noted: ${this.#problem ?? 'the journal is not open'}`)
    await this.#upkeep.confirmClock()
  }

  #append(message: LoggableMessage, fallbackSource: string, done: Done): void {
    let entry: ReturnType<typeof entryOf>
    try {
      entry = entryOf(message, this.#clock.wall(), fallbackSource)
    } catch (error) {
      done(asError(error))
      return
    }
    const { notice } = message as { notice?: { kind?: unknown } }
    if (notice?.kind === 'long-line') this.#journal.notice('long-line', { ...notice, kind: undefined })
    const tag: Tag = { message, done }
    let isTaken: boolean
    try {
      isTaken = this.#journal.append(entry, tag)
    } catch (error) {
      // an entry that the format cannot hold, or that is too long
      done(asError(error))
      return
    }
    if (!isTaken) done(new Error(`log: the event was dropped: ${this.#problem ?? 'the journal is closed'}`))
  }

  async #tryStart(): Promise<void> {
    if (this.#stopped) return
    try {
      if (!this.#opened) {
        this.#opened = await this.#journal.start((lastSeq) => this.#resumeEarly(lastSeq))
        if (this.#opened.salvages.length > 0) this.#listener.recovered(this.#opened.salvages)
      }
      const { lastSeq } = this.#opened
      this.#beginDelivery(this.#resumption ?? (await this.#resume(lastSeq)), lastSeq)
      this.#upkeep.start()
      if (this.#problem && !this.#journal.statistics.failure) this.#setProblem(undefined)
    } catch (error) {
      const reason =
        errorCode(error) === 'JOURNAL_LOCKED'
          ? asError(error).message
          : `journal: cannot open: ${asError(error).message}`
      this.#setProblem(`${reason}; trying again`)
      if (!this.#stopped) this.#stopRetry = this.#clock.after(startPause, () => this.start())
    }
  }

  /**
   * Before the first new entry, so that a crash soon after never finds a checkpoint above entries that were not sent.
   * Where the checkpoint cannot be read, logging continues nevertheless.
   */
  async #resumeEarly(lastSeq: number): Promise<void> {
    this.#resumption = await this.#resume(lastSeq).catch(() => undefined)
  }

  /** Where delivery resumes. A corrected checkpoint is written before anything is sent. */
  async #resume(lastSeq: number): Promise<Resumption> {
    const stored = await this.#checkpointFile.read()
    const { files } = stored ? { files: [] } : await this.#catalog()
    const resumption = resume(stored, lastSeq, files[0]?.firstSeq ?? 1)
    if (resumption.warning !== undefined) {
      this.#listener.warn(resumption.warning)
      await this.#checkpointFile.write(resumption.checkpoint)
    }
    return resumption
  }

  #catalog() {
    const { directory } = this.#journal
    return readCatalog(this.#disk, directory, openText(this.#disk, directory))
  }

  #beginDelivery({ checkpoint }: Resumption, lastSeq: number): void {
    // what was noted as incomplete above it is sent again: those notes no longer hold
    if (checkpoint.seq < lastSeq) this.#journal.notice('resume', { after: checkpoint.seq })
    this.#delivery = new Delivery(
      {
        tracker: this.#tracker,
        send: (message, event) => this.#send?.(message, event),
        read: (fromSeq) => this.#read(fromSeq),
        noteIncomplete: (events) => this.#noteIncomplete(events),
        noteCompleted: (seq) => this.#journal.notice('completed', { seq }),
        saveCheckpoint: (state) => this.#checkpointFile.write(state),
        warn: (message) => this.#listener.warn(message),
        clock: this.#clock,
      },
      this.#deliveryOptions,
      checkpoint,
      lastSeq,
    )
    // what became durable while the checkpoint was read
    if (this.#early.length > 0) this.#delivery.durable(this.#early)
    this.#early = []
    if (this.#released && this.#send) this.#delivery.release()
  }

  #noteIncomplete(events: Overdue[]): Promise<void> {
    for (const { seq, nodes } of events) this.#journal.notice('incomplete', { seq, node: nodes.join(',') })
    return this.#journal.flush()
  }

  #durable(entries: DurableEntry[]): void {
    for (const { tag } of entries) (tag as Tag | undefined)?.done()
    if (this.#delivery) this.#delivery.durable(entries)
    else this.#early.push(...entries)
    this.#listener.changed()
  }

  #readings(fromSeq: number): AsyncGenerator<Reading> {
    const limits = { durableSize: (path: string) => this.#journal.durableSize(path) }
    return readJournal(this.#disk, this.#journal.directory, fromSeq, limits)
  }

  async *#read(fromSeq: number): AsyncGenerator<Entry[] | DamageReport> {
    for await (const reading of this.#readings(fromSeq)) {
      if (reading.kind === 'damage') yield reading
      else
        for (const part of entriesOf(reading.items))
          yield Array.isArray(part) ? part : passed(reading.file, part)
    }
  }

  #setProblem(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.#problem) this.#listener.warn(problem)
    this.#problem = problem
    this.#listener.changed()
  }
}

/** An entry that cannot be decoded is counted and passed like a damaged one. */
function passed(file: string, { seq, reason }: PoisonEntry): DamageReport {
  return { kind: 'damage', file, offset: 0, end: 0, from: seq, to: seq, reason }
}

/**
 * Messages that were on their way to the log node when the flows began to stop arrive in the next turns of the
 * event loop.
 */
async function onItsWay(): Promise<void> {
  await nextTurn()
  await nextTurn()
}

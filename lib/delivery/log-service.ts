// A journal with its delivery: the engine behind the `fieldlog-journal` and `fieldlog-log` nodes. It opens the
// journal (and keeps trying), resumes at the checkpoint, holds and releases with the flows, and closes everything
// within a limit.
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CountingDisk } from '../journal/disk/counting-disk.ts'
import { systemDisk } from '../journal/disk/disk.ts'
import { type Entry, entriesOf, type PoisonEntry } from '../journal/format/entry.ts'
import { type DurableEntry, Journal, type JournalStatistics } from '../journal/journal.ts'
import { type KeepOptions, Upkeep } from '../journal/keep/upkeep.ts'
import { type DamageReport, type Reading, readJournal } from '../journal/read/reader.ts'
import type { Salvage } from '../journal/recover/recovery.ts'
import type { Held } from '../journal/write/buffer.ts'
import { UnwrittenError } from '../journal/write/failure.ts'
import type { JournalOptions, LiveOptions, NoteFirst } from '../journal/write/options.ts'
import { inBackground } from '../kit/background.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'
import { asError, errorCode, withCode } from '../kit/errors.ts'
import { RateLimit } from '../kit/rate-limit.ts'
import type { LoggableMessage } from './intake.ts'
import { KeyHistory } from './once/key-history.ts'
import type { KnownKeys } from './once/known-keys.ts'
import type { Receipts } from './once/receipts.ts'
import { agreement, type JournalView, viewOf } from './progress/agreement.ts'
import { type Checkpoint, CheckpointFile, type Lost, topOf } from './progress/checkpoint.ts'
import { findNoted } from './progress/noted.ts'
import type { Noted } from './progress/progress.ts'
import { type Resumption, resume } from './progress/resume.ts'
import { type Done, Reception } from './reception.ts'
import { Delivery, type DeliveryState, type Overdue } from './send/delivery.ts'
import type { FlightParts } from './send/flight.ts'
import { LiveTail } from './send/live-tail.ts'
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

/** Where the service stands. */
export interface LogState {
  /** undefined before the journal could be opened */
  delivery: DeliveryState | undefined
  journal: JournalStatistics
  /** events that were sent without the other properties of their messages, for want of memory */
  withoutProperties: number
  /** what was written since the start: journal, checkpoint, archives */
  wear: { bytes: number; syncs: number; seconds: number }
  /** why the journal is not open or not written, with what to do */
  problem: string | undefined
  /** why files that are old by the clock are kept: it disagrees with the journal; undefined where all is well */
  clockDoubt: string | undefined
}

const startPause = 2_000
/** each kind of trouble is warned of once in this time, ms */
const warnInterval = 60_000
/** Journal and checkpoint must be closed within Node-RED's 15 s. */
const closeLimit = 8_000
/** of these, for the checkpoint at most */
const saveLimit = 3_000
/** … and for what is left to do with its file */
const fileLimit = 500

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
  readonly #reception: Reception
  readonly #keys: KeyHistory
  readonly #warnings: RateLimit
  #delivery: Delivery | undefined
  #send: SendEvent | undefined
  #released = false
  #stopped = false
  #problem: string | undefined
  #stopRetry: (() => void) | undefined
  #starting: Promise<void> = Promise.resolve()
  #resumption: Resumption | undefined
  /** whether it has opened, or stopped before that */
  readonly #isOpen = Promise.withResolvers<boolean>()
  /** whether it sends events, as far as the flows run; or stopped before that */
  readonly #isDelivering = Promise.withResolvers<boolean>()
  #opened: { lastSeq: number; salvages: Salvage[] } | undefined
  /** what is durable and was not sent, as far as there is room; it may begin before delivery does */
  readonly #tail = new LiveTail()
  /** one search for what is noted, with its replay, after the other */
  #redelivering: Promise<unknown> = Promise.resolve()

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
    this.#warnings = new RateLimit(warnInterval, this.#clock)
    this.#reception = new Reception(this.#journal, {
      clock: this.#clock,
      problem: () => this.#problem,
      leftOut: () => this.#warnOfProperties(),
    })
    this.#keys = new KeyHistory({
      disk: this.#disk,
      directory: journal.directory,
      read: (fromSeq) => this.#readings(fromSeq),
      lastSeq: () => this.#journal.lastSeq,
      epochOf: (seq) => viewOf(this.#disk, journal.directory, this.#limits).epochFrom(seq),
      warn: (message) => {
        if (this.#warnings.allows('keys')) this.#listener.warn(message)
      },
    })
  }

  /** Other settings of the same directory from now on. */
  configure(options: LiveOptions & Required<KeepOptions>): void {
    const { bufferSize, flushInterval, maxHeldEvents, maxHeldBytes, entryLimit, reserve } = options
    const live = { bufferSize, flushInterval, maxHeldEvents, maxHeldBytes, entryLimit, reserve }
    const given = Object.entries(live).filter(([, value]) => value !== undefined)
    this.#journal.configure(Object.fromEntries(given))
    this.#upkeep.configure(options)
    this.#reception.look()
  }

  /** Opens the journal; where that fails it says so, tries again, and holds what is logged meanwhile. */
  start(): void {
    this.#starting = this.#tryStart()
    inBackground(this.#starting)
  }

  /** The log node has come: its `send` puts messages on the wires, its options say how many and how long. */
  attach(send: SendEvent, options: DeliveryOptions = {}): void {
    this.#send = send
    this.#deliveryOptions = options
    this.#delivery?.configure(options)
    // it may have waited for another log node to go
    if (this.#released) this.#delivery?.release()
  }

  /** The log node goes: nothing is sent until the next one comes. What it was given stays here, on its way to disk. */
  async detach(): Promise<void> {
    this.hold()
    this.#send = undefined
    await onItsWay()
    inBackground(this.#journal.flush(), () => {})
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
    this.#reception.log(message, fallbackSource, done)
  }

  /** What waited for this journal: see WaitingLine.handOver. */
  takeOver(record: Held): void {
    this.#reception.takeOver(record)
  }

  /** Resolves when everything logged before is durable. */
  flush(): Promise<void> {
    return this.#journal.flush()
  }

  /**
   * Resolves when the journal is open and everything logged before is durable: the seq of its last entry. Undefined where
   * the service stops before.
   */
  async whenDurable(): Promise<number | undefined> {
    if (!(await this.#isOpen.promise)) return undefined
    await this.#journal.flush()
    return this.#journal.statistics.lastSeq
  }

  /** Who waits for messages to be durable. */
  get receipts(): Receipts {
    return this.#reception.receipts
  }

  /**
   * The keys under which senders gave the events that are in the journal. It waits for a start that is under way, and rejects
   * while the journal is not open, or cannot be read.
   */
  async keys(): Promise<KnownKeys> {
    await this.#starting
    if (!this.#opened || this.#stopped)
      throw withCode('JOURNAL_NOT_OPEN', new Error(`log: ${this.#problem ?? 'the journal is not open'}`))
    await this.#keys.load()
    return this.#keys.known
  }

  /** False while memory for events is half full or more: a source that can make its sender wait should. */
  get canTake(): boolean {
    return this.#reception.canTake
  }

  /** Resolves when `canTake` is true again, or the service stops. */
  whenReady(): Promise<void> {
    return this.#reception.whenReady()
  }

  /**
   * Sends a range of events again, to all or to one sink, beside what is sent live. It resolves when the flow is
   * done with them, or with `stopped` when the journal is closed before. Rejects with a RangeError where the
   * range is none, and with an Error while the journal is not open.
   */
  async replay(request: ReplayRequest): Promise<ReplayResult> {
    return this.#running().replay(request)
  }

  /**
   * Sends these seqs again, in order, as far as the checkpoint has passed them; beside what is sent live. It resolves as
   * `replay`, and rejects with an Error while the journal is not open.
   */
  async replayRanges(
    ranges: Iterable<readonly [number, number]>,
    more: Pick<ReplayRequest, 'name' | 'progressed'>,
  ): Promise<ReplayResult> {
    return this.#running().replayRanges(ranges, more)
  }

  /** Resolves when the journal is open and the checkpoint is known; with false where the service stops before. */
  whenDelivering(): Promise<boolean> {
    return this.#isDelivering.promise
  }

  /** Sends what is noted as incomplete, or as damaged, again; what the flow completes now counts as complete. */
  replayNoted(kind: Noted, name?: string): Promise<ReplayResult> {
    // the notes of one that runs must be there before the next one looks for what is left
    const result = this.#redelivering.then(() => this.#replayNoted(kind, name))
    this.#redelivering = result.catch(() => undefined)
    return result
  }

  /** Ends the replay with this name, or all of them; their results say from where to ask again. Returns how many. */
  cancelReplays(name?: string): number {
    return this.#delivery?.cancelReplays(name) ?? 0
  }

  /** Flushes and closes all within 8 s; rejects where the disk did not take everything. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#isOpen.resolve(false)
    this.#isDelivering.resolve(false)
    this.#stopRetry?.()
    const begin = this.#clock.monotonic()
    await onItsWay()
    const isSaved = await this.#within(this.#endDelivery(), saveLimit)
    if (!isSaved)
      this.#listener.warn('log: the checkpoint could not be saved in time: events may be sent again')
    try {
      await this.#journal.stop(closeLimit - 3 * fileLimit - (this.#clock.monotonic() - begin))
      // what became durable only now: notes of damaged events, or of what an earlier stop lost
      if (this.#delivery && isSaved) await this.#within(this.#delivery.save(), fileLimit)
      await this.#within(this.#keys.save(), fileLimit)
    } catch (error) {
      if (error instanceof UnwrittenError) await this.#within(this.#keepLoss(error), fileLimit)
      throw error
    } finally {
      this.#reception.open()
      await this.#within(this.#checkpointFile.close(), fileLimit)
    }
  }

  async #endDelivery(): Promise<void> {
    await this.#starting
    await Promise.all([this.#upkeep.stop(), this.#delivery?.stop()])
  }

  /** A `gap` notes it at the next start. The checkpoint file's blocks are there already, so a full disk takes it. */
  async #keepLoss(error: UnwrittenError): Promise<void> {
    this.#reception.lost(error.tags, error)
    if (!this.#delivery || error.gap.dropped === 0) return
    const { stored } = this.#delivery
    const { dropped, from, to } = error.gap
    const lost: Lost = {
      dropped: dropped + (stored.lost?.dropped ?? 0),
      from: stored.lost?.from ?? from,
      to: to ?? stored.lost?.to ?? null,
    }
    await this.#checkpointFile.write({ ...stored, lost })
  }

  async #replayNoted(kind: Noted, name: string | undefined): Promise<ReplayResult> {
    const delivery = this.#running()
    const from = delivery.notedFrom(kind)
    if (from === undefined) return delivery.redeliver([], kind)
    await this.#journal.flush()
    const noted = await findNoted(this.#readings(from))
    return delivery.redeliver(noted[kind], kind, name)
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
      withoutProperties: this.#reception.withoutProperties,
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

  async #tryStart(): Promise<void> {
    if (this.#stopped) return
    try {
      if (!this.#opened) {
        this.#opened = await this.#journal.start((lastSeq) => this.#resumeEarly(lastSeq))
        this.#isOpen.resolve(true)
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
    const view = viewOf(this.#disk, this.#journal.directory, this.#limits)
    const oldest = await view.oldest()
    const agreed = stored ? await agreement(stored, view, topOf(stored), lastSeq) : 0
    const { checkpoint, warning } = resume(stored, lastSeq, oldest?.seq ?? 1, agreed)
    const identified = await withIdentity(checkpoint, oldest?.epoch, view)
    if (warning !== undefined) {
      this.#listener.warn(warning)
      await this.#checkpointFile.write(identified)
    } else if (stored?.journal === undefined) {
      // its blocks are there from now on; a disk that is full now makes the first save try again
      await this.#checkpointFile.write(identified).catch(() => undefined)
    }
    return { checkpoint: identified }
  }

  get #limits() {
    return { durableSize: (path: string) => this.#journal.durableSize(path) }
  }

  #beginDelivery({ checkpoint }: Resumption, lastSeq: number): void {
    // what was noted above it is sent again: those notes no longer hold
    if (checkpoint.seq < lastSeq) this.#journal.notice('resume', { after: checkpoint.seq })
    const delivery = new Delivery(
      {
        tracker: this.#tracker,
        send: (message, event) => this.#send?.(message, event),
        read: (fromSeq) => this.#read(fromSeq),
        noteIncomplete: (events) => this.#noteIncomplete(events),
        noteDamaged: (ranges) => this.#note(ranges.map((range) => ['damaged', range])),
        noteCompleted: (seq) => this.#note([['completed', { seq }]]),
        saveCheckpoint: (state) => this.#checkpointFile.write(state),
        warn: (message) => this.#listener.warn(message),
        leftOut: (count) => this.#reception.leaveOut(count),
        clock: this.#clock,
      },
      this.#deliveryOptions,
      // the first entry of an empty journal will have this start's epoch
      lastSeq === 0 ? { ...checkpoint, journal: this.#journal.epoch } : checkpoint,
      lastSeq,
      this.#tail,
    )
    this.#delivery = delivery
    // what became durable while the checkpoint was read
    delivery.durableUpTo(this.#journal.lastSeq)
    if (checkpoint.lost) this.#noteLost(checkpoint.lost, delivery)
    this.#isDelivering.resolve(true)
    if (this.#released && this.#send) delivery.release()
  }

  #noteLost(lost: Lost, delivery: Delivery): void {
    this.#listener.warn(
      `log: ${lost.dropped.toLocaleString('en-US')} events were lost when the journal was closed with a disk that did ` +
        'not take them: noted as a gap',
    )
    // where the journal closes first, the next start notes it
    inBackground(
      this.#note([['gap', lost]]).then(() => delivery.lostIsNoted()),
      () => {},
    )
  }

  #note(notices: ReadonlyArray<readonly [kind: string, value: unknown]>): Promise<void> {
    for (const [kind, value] of notices) this.#journal.notice(kind, value)
    return this.#journal.flush()
  }

  #noteIncomplete(events: Overdue[]): Promise<void> {
    return this.#note(events.map(({ seq, nodes }) => ['incomplete', { seq, node: nodes.join(',') }]))
  }

  #durable(entries: DurableEntry[]): void {
    // first: whoever hears that an event is durable finds its key
    this.#keys.durable(entries)
    this.#reception.durable(entries)
    if (this.#delivery) this.#delivery.durable(entries)
    else this.#reception.leaveOut(this.#tail.add(entries))
    this.#listener.changed()
  }

  #readings(fromSeq: number): AsyncGenerator<Reading> {
    return readJournal(this.#disk, this.#journal.directory, fromSeq, this.#limits)
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

  #warnOfProperties(): void {
    if (!this.#warnings.allows('properties')) return
    const count = this.#reception.withoutProperties.toLocaleString('en-US')
    this.#listener.warn(
      `log: memory for the other properties of messages is full: ${count} events so far go on with payload, topic and ` +
        'event alone. Send less with them, or put large parts into the payload',
    )
  }

  /** True where the work was done within the limit (ms); what fails is told, and must not keep the rest from its end. */
  #within(work: Promise<void>, limit: number): Promise<boolean> {
    const ended = work.catch((error: unknown) =>
      this.#listener.warn(`log: while it was closed: ${asError(error).message}`),
    )
    return doneWithin(ended, limit, this.#clock)
  }
}

/** An entry that cannot be decoded is counted and passed like a damaged one. */
function passed(file: string, { seq, reason }: PoisonEntry): DamageReport {
  return { kind: 'damage', file, offset: 0, end: 0, from: seq, to: seq, reason }
}

/** A checkpoint of an earlier version, or of an empty journal, does not say which journal it is of. */
async function withIdentity(
  checkpoint: Checkpoint,
  oldestEpoch: string | undefined,
  view: JournalView,
): Promise<Checkpoint> {
  const { seq } = checkpoint
  const isKnown = checkpoint.journal !== undefined && topOf(checkpoint) > 0
  const journal = isKnown ? checkpoint.journal : oldestEpoch
  if (journal === undefined) return checkpoint
  if (isKnown || seq === 0) return { ...checkpoint, journal }
  const epoch = await view.epochFrom(seq)
  return { ...checkpoint, journal, ...(epoch !== undefined && { epochs: [[seq, epoch] as const] }) }
}

/**
 * Messages that were on their way to the log node when the flows began to stop arrive in the next turns of the
 * event loop.
 */
async function onItsWay(): Promise<void> {
  await nextTurn()
  await nextTurn()
}

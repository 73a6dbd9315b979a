// Sends durable events into a flow in order of seq, learns when the whole flow is done with each, and keeps the
// checkpoint: the seq up to which every event has been dealt with. docs/delivery.md numbers what it promises.
import type { Entry } from '../../journal/format/entry.ts'
import type { DurableEntry } from '../../journal/journal.ts'
import { inBackground } from '../../kit/background.ts'
import { asError } from '../../kit/errors.ts'
import { RateLimit } from '../../kit/rate-limit.ts'
import { perSecond, TokenBucket } from '../../kit/token-bucket.ts'
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import type { Checkpoint, Counters } from '../progress/checkpoint.ts'
import { CheckpointKeeper } from '../progress/checkpoint-keeper.ts'
import type { DamagedRange } from '../progress/noted.ts'
import { type Noted, Progress } from '../progress/progress.ts'
import { SeqRanges } from '../progress/ranges.ts'
import type { Tracked } from '../track/tracker.ts'
import { Flight, type FlightParts } from './flight.ts'
import { type CarryingTag, LiveTail } from './live-tail.ts'
import { messageOf } from './message.ts'
import { type DeliveryLimits, type DeliveryOptions, withDefaults } from './options.ts'
import { Pump } from './pump.ts'
import { type Missing, ReadAhead, type ReadJournal } from './read-ahead.ts'
import type { ReplayProgress, ReplayRequest, ReplayResult } from './replay.ts'
import { Replays } from './replays.ts'

/** An event that a node still held at the time limit. */
export interface Overdue {
  seq: number
  /** ids of the nodes that held it */
  nodes: string[]
}

/** What delivery needs of the world. */
export interface DeliveryParts extends FlightParts {
  read: ReadJournal
  /**
   * notes events that the checkpoint may pass although the flow never finished them; resolves when that is durable
   */
  noteIncomplete(events: Overdue[]): Promise<void>
  /** notes events that the checkpoint may pass although they cannot be read; resolves when that is durable */
  noteDamaged(ranges: DamagedRange[]): Promise<void>
  /** notes an event that was noted as one of these, and is complete now; resolves when that is durable */
  noteCompleted(seq: number): Promise<void>
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>
  warn(message: string): void
  /** durable events that memory had no room for: their messages' other properties are lost by that */
  leftOut?(count: number): void
}

/**
 * The state of delivery: entries = complete + incomplete + damaged + in flight + quiet + waiting. The counters hold
 * for the whole journal.
 */
export interface DeliveryState extends Counters {
  /** durable entries */
  entries: number
  checkpoint: number
  /** with at least one open delivery, or being noted as incomplete or damaged */
  underWay: number
  /** with none, in their quiet time */
  quiet: number
  /** still to be sent */
  waiting: number
  /** what is sent again on request, beside all this; undefined: nothing */
  replay: ReplayProgress | undefined
}

const tickTime = 1_000
const saveEvery = 1_000
/** each kind of trouble is warned of once in this time, ms */
const warnInterval = 60_000
/** what is sent at a set pace is saved up for so long and goes out together, ms */
const paceLook = 100

/** One journal's delivery. */
export class Delivery {
  readonly #parts: DeliveryParts
  readonly #warnings: RateLimit
  readonly #tail: LiveTail
  readonly #ahead: ReadAhead
  readonly #progress: Progress
  readonly #keeper: CheckpointKeeper
  readonly #pump: Pump
  readonly #replays: Replays
  #limits: DeliveryLimits
  #flight: Flight
  #pace: TokenBucket
  /** being noted as incomplete or damaged */
  readonly #noting = new SeqRanges()
  /** the last seq that was sent, or passed */
  #cursor: number
  /** the highest seq that was ever sent, or that was there at the start: up to it, events are replayed */
  #replayUpTo: number
  #lastSeq: number
  #savedAt: number
  #held = true
  #stopped = false
  #stopTimer: (() => void) | undefined

  /**
   * @param stored from where to go on
   * @param lastSeq the journal's last durable entry at the start
   * @param tail what became durable since then, as far as there was room for it; `durable` tells up to where
   */
  constructor(
    parts: DeliveryParts,
    options: DeliveryOptions,
    stored: Checkpoint,
    lastSeq: number,
    tail = new LiveTail(),
  ) {
    this.#parts = parts
    this.#tail = tail
    this.#limits = withDefaults(options)
    this.#progress = new Progress(stored)
    this.#cursor = stored.seq
    this.#savedAt = stored.seq
    this.#replayUpTo = lastSeq
    this.#lastSeq = lastSeq
    this.#warnings = new RateLimit(warnInterval, parts.clock)
    this.#ahead = new ReadAhead(parts.read)
    this.#flight = this.#newFlight()
    this.#pace = this.#newPace()
    this.#pump = new Pump(
      () => this.#sendWhatIsDue(),
      (error) => this.#cannotRead(error),
    )
    this.#replays = new Replays(parts, {
      warn: (kind, message) => this.#warn(kind, message),
      dealtWithUpTo: () => this.#progress.checkpoint,
    })
    this.#keeper = new CheckpointKeeper({
      version: () => this.#progress.version,
      write: () => {
        this.#savedAt = this.#progress.checkpoint
        return parts.saveCheckpoint(this.#progress.stored)
      },
      warn: (message) => this.#warn('save', message),
    })
  }

  /** Uses other limits from now on; what was in flight is sent again. */
  configure(options: DeliveryOptions): void {
    this.hold()
    this.#limits = withDefaults(options)
    this.#pace.stop()
    this.#flight = this.#newFlight()
    this.#pace = this.#newPace()
  }

  /** Entries became durable: they are sent when their turn comes. */
  durable(entries: readonly DurableEntry[]): void {
    const leftOut = this.#tail.add(entries)
    if (leftOut > 0) this.#parts.leftOut?.(leftOut)
    this.durableUpTo(entries.at(-1)?.seq ?? this.#lastSeq)
  }

  /** All up to this seq is durable. */
  durableUpTo(seq: number): void {
    this.#lastSeq = Math.max(this.#lastSeq, seq)
    this.#pump.run()
  }

  /** The flows run: sends what is due. */
  release(): void {
    if (this.#stopped) return
    this.#held = false
    this.#startTimer()
    this.#pump.run()
    this.#replays.release(this.#limits)
  }

  /** The flows are about to stop: nothing counts as complete, and what was in flight will be sent again. */
  hold(): void {
    this.#held = true
    this.#flight.clear()
    this.#replayUpTo = Math.max(this.#replayUpTo, this.#cursor)
    this.#cursor = this.#progress.checkpoint
    this.#closeReader()
    this.#replays.hold()
  }

  /** Holds, and saves the checkpoint. */
  async stop(): Promise<void> {
    this.hold()
    this.#stopped = true
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#pace.stop()
    this.#replays.stop()
    await this.save()
  }

  /** Saves the checkpoint where something has changed; never rejects. */
  save(): Promise<void> {
    return this.#keeper.save()
  }

  /**
   * Sends a range of events again, beside what is sent live, in order; the checkpoint does not move. It resolves
   * when the flow is done with them, or when the journal is closed before. Rejects with a RangeError.
   */
  replay(request: ReplayRequest): Promise<ReplayResult> {
    return this.#replays.add({ ...request, to: Math.min(request.to, this.#lastSeq) })
  }

  /** Sends these seqs again in the same way. */
  replayRanges(
    ranges: Iterable<readonly [number, number]>,
    more: Pick<ReplayRequest, 'name' | 'progressed'>,
  ): Promise<ReplayResult> {
    return this.#replays.addRanges(ranges, { completed() {}, ...more })
  }

  /**
   * Sends these seqs again, each noted as incomplete, or as damaged; those that the flow completes now count as
   * complete when the journal has a durable note of it. Resolves after that.
   */
  async redeliver(
    ranges: Iterable<readonly [number, number]>,
    kind: Noted,
    name?: string,
  ): Promise<ReplayResult> {
    const noted: Array<Promise<void>> = []
    const completed = (seq: number) => {
      const counted = this.#parts.noteCompleted(seq).then(() => this.#progress.redelivered(seq, kind))
      // a journal that closes: it is sent again when it is asked for again
      noted.push(counted.catch(() => undefined))
    }
    const result = await this.#replays.addRanges(ranges, { completed, name })
    await Promise.all(noted)
    return result
  }

  /** Ends the replay with this name, or all of them; their results say from where to ask again. Returns how many. */
  cancelReplays(name?: string): number {
    return this.#replays.cancel(name)
  }

  /** No event below it is noted as this; undefined where none is. */
  notedFrom(kind: Noted): number | undefined {
    return this.#progress.notedFrom(kind)
  }

  /** What a save would store now. */
  get stored(): Checkpoint {
    return this.#progress.stored
  }

  /** The journal has a durable note of what the last stop lost. */
  lostIsNoted(): void {
    this.#progress.lostIsNoted()
  }

  get state(): DeliveryState {
    const underWay = this.#flight.underWay
    return {
      ...this.#progress.totals,
      entries: this.#lastSeq,
      checkpoint: this.#progress.checkpoint,
      underWay: underWay + this.#noting.countAbove(0),
      quiet: this.#flight.size - underWay,
      waiting: this.#waiting(),
      replay: this.#replays.state,
    }
  }

  #waiting(): number {
    const passed = Math.max(this.#cursor, this.#progress.checkpoint)
    // noted after a sending before a deploy, and not passed again yet
    return this.#lastSeq - passed - this.#progress.doneAbove(passed) - this.#noting.countAbove(passed)
  }

  #newFlight(): Flight {
    return new Flight(this.#parts, this.#limits, {
      complete: (event) => this.#complete(event),
      overdue: (events) => this.#giveUp(events),
      room: () => this.#wake(),
    })
  }

  #newPace(): TokenBucket {
    const options = { ...perSecond(this.#limits.pace, paceLook), pause: paceLook }
    return new TokenBucket(options, this.#parts.clock, () => this.#pump.run())
  }

  #complete(event: Tracked): void {
    this.#progress.complete(event.seq, event.failed)
    if (this.#progress.checkpoint - this.#savedAt >= saveEvery) inBackground(this.save())
  }

  #giveUp(events: Tracked[]): void {
    const [first] = events
    this.#warn(
      'incomplete',
      `log: after ${this.#limits.timeLimit} s event ${first!.id} was still held by node ${first!.nodes.join(', ')}; ` +
        'it is noted as incomplete. `fieldlog replay` sends such events again',
    )
    this.#passWhenNoted(
      events.map(({ seq }) => [seq, seq] as const),
      () => this.#parts.noteIncomplete(events.map(({ seq, nodes }) => ({ seq, nodes }))),
      (seq) => this.#progress.incomplete(seq),
    )
  }

  /**
   * The checkpoint passes them when their note is durable: else a crash could make them vanish silently. Where the
   * journal closes before, they stay open, and are sent again after the next start.
   */
  #passWhenNoted(
    ranges: ReadonlyArray<readonly [from: number, to: number]>,
    note: () => Promise<void>,
    passed: (from: number, to: number) => void,
  ): void {
    for (const [from, to] of ranges) this.#noting.addRange(from, to)
    this.#wake()
    const noted = note().then(
      () => true,
      () => false,
    )
    inBackground(
      noted.then((isNoted) => {
        for (const [from, to] of ranges) {
          this.#noting.removeRange(from, to)
          if (isNoted) passed(from, to)
        }
        this.#wake()
      }),
    )
  }

  #wake(): void {
    if (!this.#held && this.#cursor < this.#lastSeq) this.#pump.run()
  }

  async #sendWhatIsDue(): Promise<void> {
    // our own nodes may be done with each event at once, so that there is always room
    while (!this.#held && this.#flight.hasRoom && this.#cursor < this.#lastSeq) {
      const seq = this.#cursor + 1
      if (this.#progress.has(seq) || this.#noting.has(seq)) {
        this.#cursor = seq
        continue
      }
      const isPaced = seq <= this.#progress.pacedUpTo
      if (isPaced && this.#pace.isEmpty) return
      const entry = this.#tail.take(seq) ?? this.#ahead.take(seq)
      if (entry) {
        if (isPaced) this.#pace.take()
        this.#send(entry)
        if (isTurnLong()) await nextTurn()
        continue
      }
      const missing = await this.#ahead.advance(seq, Math.min(this.#lastSeq, this.#tail.firstSeq - 1))
      if (missing && !this.#held && this.#cursor === seq - 1) this.#skip(missing)
    }
  }

  #send(entry: Entry & { tag?: unknown }): void {
    const replayed = entry.seq <= this.#replayUpTo
    this.#cursor = entry.seq
    this.#progress.saw(entry.seq, entry.epoch)
    this.#flight.send(
      messageOf(entry, { replayed, properties: replayed ? undefined : propertiesOf(entry.tag) }),
    )
  }

  #skip({ from, to, reason, place }: Missing): void {
    this.#cursor = Math.max(this.#cursor, to)
    const open = new SeqRanges()
    for (const range of this.#progress.open(from, to)) open.addRange(...range)
    for (const range of this.#noting) open.removeRange(...range)
    const { file, offset } = place ?? { file: null, offset: null }
    const ranges = [...open].map(([from, to]) => ({ from, to, file, offset }))
    this.#passWhenNoted(
      ranges.map(({ from, to }) => [from, to] as const),
      () => this.#parts.noteDamaged(ranges),
      (from, to) => this.#progress.damaged(from, to),
    )
    this.#parts.warn(
      `log: events ${from} to ${to} cannot be read back (${reason}); run \`fieldlog verify\` to see all damage. When ` +
        'a good copy of the file is back, `fieldlog replay --damaged` sends them',
    )
  }

  #cannotRead(error: unknown): void {
    this.#closeReader()
    this.#warn(
      'read',
      `log: cannot read the journal to send on what is in it: ${asError(error).message}; trying again`,
    )
  }

  #warn(kind: string, message: string): void {
    if (this.#warnings.allows(kind)) this.#parts.warn(message)
  }

  #closeReader(): void {
    this.#ahead.close().catch((error: unknown) => this.#warn('read', `log: ${asError(error).message}`))
  }

  #startTimer(): void {
    this.#stopTimer ??= this.#parts.clock.after(tickTime, () => {
      this.#stopTimer = undefined
      this.#tick()
      this.#startTimer()
    })
  }

  #tick(): void {
    inBackground(this.save())
    if (this.#held) return
    this.#flight.tick()
    this.#wake()
    this.#replays.tick()
  }
}

function propertiesOf(tag: unknown): Record<string, unknown> | undefined {
  return (tag as CarryingTag | undefined)?.carried?.properties
}

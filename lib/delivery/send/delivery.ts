// Sends durable events into a flow in order of seq, learns when the whole flow is done with each, and keeps the
// checkpoint: the seq up to which every event has been dealt with. docs/delivery.md numbers what it promises.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Entry } from '../../journal/format/entry.ts'
import type { DurableEntry } from '../../journal/journal.ts'
import { asError } from '../../kit/errors.ts'
import { RateLimit } from '../../kit/rate-limit.ts'
import { perSecond, TokenBucket } from '../../kit/token-bucket.ts'
import type { Checkpoint, Counters } from '../progress/checkpoint.ts'
import { CheckpointKeeper } from '../progress/checkpoint-keeper.ts'
import { Progress } from '../progress/progress.ts'
import type { Tracked } from '../track/tracker.ts'
import { Flight, type FlightParts } from './flight.ts'
import { LiveTail } from './live-tail.ts'
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
  /** notes an event that was noted as incomplete, and is complete now */
  noteCompleted(seq: number): void
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>
  warn(message: string): void
}

/**
 * The state of delivery: entries = complete + incomplete + damaged + in flight + quiet + waiting. The counters hold
 * for the whole journal.
 */
export interface DeliveryState extends Counters {
  /** durable entries */
  entries: number
  checkpoint: number
  /** with at least one open delivery */
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
/** our own nodes may be done with each event at once; after so many all else has its turn */
const sendsInTurn = 500

/** One journal's delivery. */
export class Delivery {
  readonly #parts: DeliveryParts
  readonly #warnings: RateLimit
  readonly #tail = new LiveTail()
  readonly #ahead: ReadAhead
  readonly #progress: Progress
  readonly #keeper: CheckpointKeeper
  readonly #pump: Pump
  readonly #replays: Replays
  #limits: DeliveryLimits
  #flight: Flight
  #pace: TokenBucket
  /** being noted as incomplete */
  readonly #noting = new Set<number>()
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
   */
  constructor(parts: DeliveryParts, options: DeliveryOptions, stored: Checkpoint, lastSeq: number) {
    this.#parts = parts
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
    this.#tail.add(entries)
    this.#lastSeq = entries.at(-1)?.seq ?? this.#lastSeq
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
    await this.#keeper.save()
  }

  /**
   * Sends a range of events again, beside what is sent live, in order; the checkpoint does not move. It resolves
   * when the flow is done with them, or when the journal is closed before. Rejects with a RangeError.
   */
  replay(request: ReplayRequest): Promise<ReplayResult> {
    return this.#replays.add({ ...request, to: Math.min(request.to, this.#lastSeq) })
  }

  /** Sends these seqs again, each noted as incomplete; those that the flow completes now count as complete. */
  redeliver(ranges: Iterable<readonly [number, number]>): Promise<ReplayResult> {
    return this.#replays.addRanges(ranges, (seq) => {
      this.#progress.redelivered(seq)
      this.#parts.noteCompleted(seq)
    })
  }

  /** No event below it is incomplete; undefined where none is. */
  get incompleteFrom(): number | undefined {
    return this.#progress.incompleteFrom
  }

  get state(): DeliveryState {
    const underWay = this.#flight.underWay
    return {
      ...this.#progress.totals,
      entries: this.#lastSeq,
      checkpoint: this.#progress.checkpoint,
      underWay: underWay + this.#noting.size,
      quiet: this.#flight.size - underWay,
      waiting: this.#waiting(),
      replay: this.#replays.state,
    }
  }

  #waiting(): number {
    const passed = Math.max(this.#cursor, this.#progress.checkpoint)
    let waiting = this.#lastSeq - passed - this.#progress.doneAbove(passed)
    // sent before a deploy, and not passed again yet
    for (const seq of this.#noting) if (seq > passed) waiting--
    return waiting
  }

  #newFlight(): Flight {
    return new Flight(this.#parts, this.#limits, {
      complete: (event) => this.#complete(event),
      overdue: (events) => void this.#giveUp(events),
      room: () => this.#wake(),
    })
  }

  #newPace(): TokenBucket {
    const options = { ...perSecond(this.#limits.pace, paceLook), pause: paceLook }
    return new TokenBucket(options, this.#parts.clock, () => this.#pump.run())
  }

  #complete(event: Tracked): void {
    this.#progress.complete(event.seq, event.failed)
    if (this.#progress.checkpoint - this.#savedAt >= saveEvery) void this.#keeper.save()
  }

  /** The checkpoint passes them when their note is durable: else a crash could make them vanish silently. */
  async #giveUp(events: Tracked[]): Promise<void> {
    for (const { seq } of events) this.#noting.add(seq)
    const [first] = events
    this.#warn(
      'incomplete',
      `log: after ${this.#limits.timeLimit} s event ${first!.id} was still held by node ${first!.nodes.join(', ')}; ` +
        'it is noted as incomplete. `fieldlog replay` sends such events again',
    )
    this.#wake()
    await this.#parts.noteIncomplete(events.map(({ seq, nodes }) => ({ seq, nodes })))
    for (const { seq } of events) {
      this.#noting.delete(seq)
      this.#progress.incomplete(seq)
    }
    this.#wake()
  }

  #wake(): void {
    if (!this.#held && this.#cursor < this.#lastSeq) this.#pump.run()
  }

  async #sendWhatIsDue(): Promise<void> {
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
        if (entry.seq % sendsInTurn === 0) await nextTurn()
        continue
      }
      const missing = await this.#ahead.advance(seq, Math.min(this.#lastSeq, this.#tail.firstSeq - 1))
      if (missing && !this.#held && this.#cursor === seq - 1) this.#skip(missing)
    }
  }

  #send(entry: Entry & { tag?: unknown }): void {
    const replayed = entry.seq <= this.#replayUpTo
    this.#cursor = entry.seq
    this.#flight.send(messageOf(entry, { replayed, original: replayed ? undefined : originalOf(entry.tag) }))
  }

  #skip({ from, to, reason }: Missing): void {
    this.#progress.damaged(from, to)
    this.#cursor = Math.max(this.#cursor, to)
    this.#parts.warn(
      `log: events ${from} to ${to} cannot be read back (${reason}); run \`fieldlog verify\` to see all damage`,
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
    void this.#keeper.save()
    if (this.#held) return
    this.#flight.tick()
    this.#wake()
    this.#replays.tick()
  }
}

function originalOf(tag: unknown): Record<string, unknown> | undefined {
  return (tag as { message?: Record<string, unknown> } | undefined)?.message
}

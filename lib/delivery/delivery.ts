// Sends durable events into a flow in order of seq, learns when the whole flow is done with each, and keeps the
// checkpoint: the seq up to which every event has been dealt with.
import { asError } from '../errors.ts'
import type { EventMessage } from '../event.ts'
import type { Entry } from '../journal/entry.ts'
import type { DurableEntry } from '../journal/journal.ts'
import type { Timers } from '../timers.ts'
import type { Checkpoint } from './checkpoint.ts'
import { LiveTail } from './live-tail.ts'
import { eventId, messageOf } from './message.ts'
import { type DeliveryOptions, withDefaults } from './options.ts'
import { QuietQueue } from './quiet-queue.ts'
import { SeqRanges } from './ranges.ts'
import { type FlowTracker, Tracked, type TrackedListener } from './tracker.ts'

/** What delivery needs of the world. */
export interface DeliveryParts {
  tracker: FlowTracker
  /** puts a message on the wires; deliveries are counted before it returns */
  send(message: EventMessage): void
  /** entries from a seq on, in order; what is damaged is left out */
  read(fromSeq: number): AsyncIterable<Entry[]>
  /** notes an event that the checkpoint may pass although the flow never finished it */
  noteIncomplete(seq: number, nodes: string[]): void
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>
  warn(message: string): void
  timers: Timers
  /** monotonic, ms */
  now(): number
}

/** Where delivery stands; counters hold since the start. */
export interface DeliveryState {
  checkpoint: number
  /** with at least one open delivery */
  underWay: number
  /** with none, in their quiet time */
  quiet: number
  complete: number
  failed: number
  incomplete: number
  damaged: number
  /** still to be sent */
  waiting: number
}

const largestWindow = 10
/** A full window in which nothing completes for this long grows, ms. */
const stuckTime = 5_000
const saveInterval = 1_000
const saveEvery = 1_000
const warnInterval = 60_000

interface Sent {
  event: Tracked
  at: number
}

/** One journal's delivery. */
export class Delivery implements TrackedListener {
  readonly #parts: DeliveryParts
  #options: Required<DeliveryOptions>
  readonly #tail = new LiveTail()
  #quiet: QuietQueue
  /** sent and not yet complete, oldest first */
  readonly #sent = new Map<number, Sent>()
  /** complete, above the checkpoint */
  readonly #done = new SeqRanges()
  readonly #counts = { complete: 0, failed: 0, incomplete: 0, damaged: 0 }
  #checkpoint: number
  #saved: number
  /** the last seq that was sent, or passed */
  #cursor: number
  /** the highest seq that was ever sent, or that was there at the start: up to it, events are replayed */
  #replayUpTo: number
  #lastSeq: number
  #underWay = 0
  #window: number
  #lastCompletion = 0
  #lastWarning = Number.NEGATIVE_INFINITY
  #held = true
  #stopped = false
  #pumping = false
  #pumpAgain = false
  #source: AsyncIterator<Entry[]> | undefined
  /** read ahead, the next one last */
  #fromDisk: Entry[] = []
  #stopTimer: (() => void) | undefined
  #saving: Promise<void> = Promise.resolve()

  /**
   * @param checkpoint from where to go on
   * @param lastSeq the journal's last durable entry at the start
   */
  constructor(parts: DeliveryParts, options: DeliveryOptions, checkpoint: number, lastSeq: number) {
    this.#parts = parts
    this.#options = withDefaults(options)
    this.#checkpoint = Math.min(checkpoint, lastSeq)
    this.#saved = checkpoint
    this.#cursor = this.#checkpoint
    this.#replayUpTo = lastSeq
    this.#lastSeq = lastSeq
    this.#window = this.#options.window
    this.#quiet = this.#newQuietQueue()
  }

  /** Other limits from now on; what was under way is sent again. */
  configure(options: DeliveryOptions): void {
    this.hold()
    this.#options = withDefaults(options)
    this.#window = this.#options.window
    this.#quiet = this.#newQuietQueue()
  }

  /** Entries became durable: they are sent when their turn comes. */
  durable(entries: readonly DurableEntry[]): void {
    this.#tail.add(entries)
    this.#lastSeq = entries.at(-1)?.seq ?? this.#lastSeq
    this.#pump()
  }

  /** The flows run: sends what is due. */
  release(): void {
    this.#held = false
    this.#lastCompletion = this.#parts.now()
    this.#startTimer()
    this.#pump()
  }

  /** The flows are about to stop: nothing counts as complete, and what was under way will be sent again. */
  hold(): void {
    this.#held = true
    for (const { event } of this.#sent.values()) this.#parts.tracker.end(event)
    this.#sent.clear()
    this.#quiet.clear()
    this.#underWay = 0
    this.#replayUpTo = Math.max(this.#replayUpTo, this.#cursor)
    this.#cursor = this.#checkpoint
    this.#closeSource()
  }

  /** Holds, and saves the checkpoint. */
  async stop(): Promise<void> {
    this.hold()
    this.#stopped = true
    this.#stopTimer?.()
    this.#stopTimer = undefined
    await this.#save()
  }

  get state(): DeliveryState {
    return {
      ...this.#counts,
      checkpoint: this.#checkpoint,
      underWay: this.#underWay,
      quiet: this.#quiet.size,
      waiting: this.#lastSeq - this.#cursor,
    }
  }

  opened(event: Tracked): void {
    if (event.open !== 1 || !this.#isCurrent(event)) return
    this.#underWay++
    this.#quiet.remove(event)
  }

  closed(event: Tracked): void {
    if (event.open !== 0 || !this.#isCurrent(event)) return
    this.#underWay--
    this.#quiet.add(event)
    this.#pump()
  }

  #newQuietQueue(): QuietQueue {
    const { timers, now } = this.#parts
    return new QuietQueue(this.#options.quietTime * 1000, timers, now, (event) => this.#complete(event))
  }

  /** False for what is left of an earlier sending. */
  #isCurrent(event: Tracked): boolean {
    return this.#sent.get(event.seq)?.event === event
  }

  #complete(event: Tracked): void {
    this.#counts.complete++
    if (event.failed) this.#counts.failed++
    this.#pass(event)
  }

  /** The event is dealt with, one way or the other. */
  #pass(event: Tracked): void {
    this.#parts.tracker.end(event)
    this.#sent.delete(event.seq)
    this.#quiet.remove(event)
    this.#done.add(event.seq)
    this.#checkpoint = this.#done.advance(this.#checkpoint)
    this.#lastCompletion = this.#parts.now()
    if (this.#checkpoint - this.#saved >= saveEvery) this.#saveSoon()
  }

  /** Sends while the window has room; one at a time, called again whenever something changed. */
  #pump(): void {
    if (this.#pumping) {
      this.#pumpAgain = true
      return
    }
    this.#pumping = true
    this.#pumpLoop()
      .catch((error: unknown) => {
        this.#closeSource()
        this.#parts.warn(`log: cannot read the journal to send on what is in it: ${asError(error).message}`)
      })
      .finally(() => {
        this.#pumping = false
        if (this.#pumpAgain) {
          this.#pumpAgain = false
          this.#pump()
        }
      })
  }

  async #pumpLoop(): Promise<void> {
    // not within the caller: that may be another node's call of done()
    await Promise.resolve()
    while (!this.#held && this.#underWay < this.#window && this.#cursor < this.#lastSeq) {
      const seq = this.#cursor + 1
      if (this.#done.has(seq)) {
        this.#cursor = seq
        continue
      }
      const entry = this.#tail.take(seq) ?? this.#nextFromDisk(seq) ?? (await this.#readAhead(seq))
      if (this.#held || entry === undefined || this.#cursor !== seq - 1) continue
      this.#send(entry)
    }
  }

  #send(entry: Entry & { tag?: unknown }): void {
    const replayed = entry.seq <= this.#replayUpTo
    const message = messageOf(entry, replayed, replayed ? undefined : originalOf(entry.tag))
    const event = new Tracked(eventId(entry), entry.seq, message._msgid, this)
    this.#cursor = entry.seq
    this.#sent.set(entry.seq, { event, at: this.#parts.now() })
    this.#parts.tracker.begin(event, message)
    this.#parts.send(message)
    // wired to nothing, or to nothing that was reached
    if (event.open === 0) this.#quiet.add(event)
  }

  #nextFromDisk(seq: number): Entry | undefined {
    while ((this.#fromDisk.at(-1)?.seq ?? seq) < seq) this.#fromDisk.pop()
    return this.#fromDisk.at(-1)?.seq === seq ? this.#fromDisk.pop() : undefined
  }

  /** Reads the next entries from disk. Undefined where `seq` cannot be read: it is then counted and passed. */
  async #readAhead(seq: number): Promise<Entry | undefined> {
    const following = this.#fromDisk.at(-1)
    if (following) {
      this.#skipDamaged(seq, following.seq - 1)
      return undefined
    }
    const opened = this.#source === undefined
    this.#source ??= this.#parts.read(seq)[Symbol.asyncIterator]()
    const source = this.#source
    const next = await source.next()
    if (source !== this.#source) return undefined
    if (!next.done) {
      this.#fromDisk = next.value.filter((entry) => entry.seq >= seq).reverse()
      return this.#nextFromDisk(seq)
    }
    this.#source = undefined
    // opened for this seq, and nothing from there on: it cannot be read
    if (opened) this.#skipDamaged(seq, Math.min(this.#lastSeq, this.#tail.firstSeq - 1))
    return undefined
  }

  #skipDamaged(from: number, to: number): void {
    if (this.#held || to < from) return
    this.#counts.damaged += to - from + 1
    this.#done.addRange(from, to)
    this.#checkpoint = this.#done.advance(this.#checkpoint)
    this.#cursor = Math.max(this.#cursor, to)
    this.#parts.warn(
      `log: events ${from} to ${to} cannot be read back from the journal (run \`fieldlog verify\`)`,
    )
  }

  #closeSource(): void {
    const source = this.#source
    this.#source = undefined
    this.#fromDisk = []
    source?.return?.().catch((error: unknown) => this.#parts.warn(`log: ${asError(error).message}`))
  }

  #startTimer(): void {
    if (this.#stopped) return
    this.#stopTimer ??= this.#parts.timers.after(saveInterval, () => {
      this.#stopTimer = undefined
      this.#checkWindow()
      this.#checkTimeLimit()
      this.#saveSoon()
      this.#startTimer()
    })
  }

  /** A node that waits for more events than the window holds would wait for ever. */
  #checkWindow(): void {
    const full = this.#underWay >= this.#window
    if (!full || this.#parts.now() - this.#lastCompletion < stuckTime) return
    this.#window = Math.min(this.#window * 2, this.#options.window * largestWindow)
    this.#pump()
  }

  #checkTimeLimit(): void {
    if (this.#held) return
    const due = this.#parts.now() - this.#options.timeLimit * 1000
    for (const { event, at } of this.#sent.values()) {
      if (at > due) break
      if (event.open === 0) continue
      const nodes = [...new Set(event.at)]
      this.#underWay--
      this.#counts.incomplete++
      this.#parts.noteIncomplete(event.seq, nodes)
      this.#warnIncomplete(event, nodes)
      this.#pass(event)
    }
    this.#pump()
  }

  #warnIncomplete(event: Tracked, nodes: string[]): void {
    if (this.#parts.now() - this.#lastWarning < warnInterval) return
    this.#lastWarning = this.#parts.now()
    this.#parts.warn(
      `log: after ${this.#options.timeLimit} s event ${event.id} was still held by node ${nodes.join(', ')}; ` +
        'it is noted as incomplete. `fieldlog replay` sends such events again',
    )
  }

  #saveSoon(): void {
    if (this.#checkpoint === this.#saved) return
    this.#saving = this.#saving.then(() => this.#save())
  }

  async #save(): Promise<void> {
    if (this.#checkpoint === this.#saved) return
    const seq = this.#checkpoint
    try {
      await this.#parts.saveCheckpoint({ seq, counters: { ...this.#counts } })
      this.#saved = seq
    } catch (error) {
      this.#parts.warn(
        `log: cannot save the checkpoint (events may be sent again): ${asError(error).message}`,
      )
    }
  }
}

function originalOf(tag: unknown): Record<string, unknown> | undefined {
  return (tag as { message?: Record<string, unknown> } | undefined)?.message
}

// Live events on their way into the store: when a batch goes, and when an event is done without being stored.
import type { FieldlogEvent } from '../../event.ts'
import type { Clock } from '../../kit/clock.ts'
import { type Batch, BatchMaker, type FieldWords } from './batch.ts'

type Done = (error?: Error) => void

/** events */
const batchSize = 1_000
/** … where the thread has nothing to do: a log node has 1,000 under way, and one half is written while the other half comes */
const idleBatchSize = 500
/** ms */
const batchTime = 200
/** Batches that the thread is given ahead. */
const mostSent = 4
/** Events that wait at most: those behind them are not stored now. */
const mostWaiting = 10_000
/** An event waits so long for its commit at most, ms. */
const longestWait = 5_000

export interface LiveQueueParts {
  clock: Clock
  words(type: string, field: string): FieldWords
  /** Resolves when it is committed; rejects where it cannot be. */
  write(batch: Batch): Promise<unknown>
  /** whether batches can be written now; what comes before waits */
  isOpen(): boolean
  /** these were committed */
  committed(events: readonly FieldlogEvent[]): void
  /** An event is done, and not stored, or not known to be. */
  notStored(seq: number): void
}

interface Waiting {
  done: Done[]
  events: FieldlogEvent[]
  /** of the first one */
  since: number
}

export class LiveQueue {
  readonly #parts: LiveQueueParts
  readonly #maker: BatchMaker
  #filling: Waiting = { done: [], events: [], since: 0 }
  readonly #sent = new Set<Waiting>()
  #stopTimer: (() => void) | undefined
  /** what is sent and filled, done or not */
  #count = 0

  constructor(parts: LiveQueueParts) {
    this.#parts = parts
    this.#maker = new BatchMaker(parts.words)
  }

  /** Nothing is on its way. */
  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Events wait as long as they may, or are as many as there may be. */
  get isSlow(): boolean {
    return this.#count >= mostWaiting
  }

  /** See `BatchMaker`. */
  wordsChanged(): void {
    this.#maker.wordsChanged()
  }

  take(event: FieldlogEvent, done: Done): void {
    if (this.isSlow) {
      this.#parts.notStored(event.seq)
      done()
      return
    }
    try {
      this.#maker.add(event)
    } catch (error) {
      done(error as Error)
      return
    }
    const filling = this.#filling
    if (filling.done.length === 0) filling.since = this.#parts.clock.monotonic()
    filling.done.push(done)
    filling.events.push(event)
    this.#count++
    if (filling.events.length >= this.#nextSize) this.flush()
    else this.#stopTimer ??= this.#parts.clock.after(batchTime, () => this.flush())
  }

  /** Sends what waits, where the thread can take it. */
  flush(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    const filling = this.#filling
    if (filling.events.length === 0 || this.#sent.size >= mostSent || !this.#parts.isOpen()) return
    this.#filling = { done: [], events: [], since: 0 }
    this.#sent.add(filling)
    this.#parts.write(this.#maker.take()).then(
      () => this.#ended(filling, true),
      () => this.#ended(filling, false),
    )
  }

  /** What waits too long is done. To be called about once a second. */
  look(): void {
    const due = this.#parts.clock.monotonic() - longestWait
    for (const waiting of [...this.#sent, this.#filling]) if (waiting.since <= due) this.#giveUp(waiting)
    this.flush()
  }

  /** Nothing can be written for now: all that waits is done, and not stored. */
  fail(): void {
    this.#giveUp(this.#filling)
    this.#count -= this.#filling.events.length
    this.#filling = { done: [], events: [], since: 0 }
    this.#maker.reset()
  }

  /** Nothing is called any more. */
  stop(): void {
    this.#stopTimer?.()
    for (const waiting of [...this.#sent, this.#filling]) waiting.done = []
  }

  get #nextSize(): number {
    return this.#sent.size === 0 ? idleBatchSize : batchSize
  }

  #ended(waiting: Waiting, isCommitted: boolean): void {
    this.#sent.delete(waiting)
    this.#count -= waiting.events.length
    if (isCommitted) {
      const { done } = waiting
      waiting.done = []
      for (const one of done) one()
      this.#parts.committed(waiting.events)
    } else this.#giveUp(waiting)
    if (this.#filling.events.length >= this.#nextSize) this.flush()
    else if (this.#filling.events.length > 0)
      this.#stopTimer ??= this.#parts.clock.after(batchTime, () => this.flush())
  }

  #giveUp(waiting: Waiting): void {
    const { done, events } = waiting
    if (done.length === 0) return
    waiting.done = []
    for (const { seq } of events) this.#parts.notStored(seq)
    for (const one of done) one()
  }
}

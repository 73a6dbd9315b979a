// One replay: a range of events that is sent again on request (docs/delivery.md, promise 9).

import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import type { SeqRanges } from '../progress/ranges.ts'
import type { Tracked } from '../track/tracker.ts'
import { Flight, type FlightParts } from './flight.ts'
import { messageOf, type Sending } from './message.ts'
import type { DeliveryLimits } from './options.ts'
import { Pump } from './pump.ts'
import { ReadAhead, type ReadJournal } from './read-ahead.ts'

/** Which events are sent again, and for whom. */
export interface ReplayRequest {
  /** first and last seq; a `to` beyond the journal's end is the end */
  from: number
  to: number
  /** id of the one sink that they are for; every other sink completes them untouched */
  for?: string
  /** a name by which it can be cancelled */
  name?: string
  /** told about once a second: every event of the range below this seq is dealt with */
  progressed?(next: number): void
}

/** What has become of a replay's events so far. */
export interface ReplayProgress {
  complete: number
  /** of the complete ones: a node reported an error for it */
  failed: number
  /** still held by a node at the time limit */
  incomplete: number
  /** no longer in the journal, or damaged there */
  missing: number
  /** not dealt with yet */
  waiting: number
}

export interface ReplayResult extends ReplayProgress {
  /** the journal was closed before the end: ask again from `next` on */
  stopped: boolean
  /** it was cancelled before the end */
  cancelled: boolean
  /** lowest seq that was not dealt with; undefined where all were */
  next: number | undefined
}

/** What a replay needs beside the flight's parts. */
export interface ReplayParts extends FlightParts {
  read: ReadJournal
}

export interface ReplayListener {
  /** seqs up to it may be sent again: delivery is through with them */
  dealtWithUpTo(): number
  complete(seq: number): void
  /** about once a second; every seq below it is dealt with */
  progressed?(next: number): void
  warn(message: string): void
  ended(): void
}

export class Replay {
  readonly #parts: ReplayParts
  readonly #sending: Sending
  readonly #listener: ReplayListener
  /** not dealt with */
  readonly #todo: SeqRanges
  readonly #ahead: ReadAhead
  readonly #pump: Pump
  readonly #counts = { complete: 0, failed: 0, incomplete: 0, missing: 0 }
  #flight: Flight | undefined
  /** the last seq that was sent, or passed */
  #cursor = 0

  constructor(parts: ReplayParts, todo: SeqRanges, target: string | undefined, listener: ReplayListener) {
    this.#parts = parts
    this.#todo = todo
    this.#sending = { replayed: true, ...(target !== undefined && { for: target }) }
    this.#listener = listener
    this.#ahead = new ReadAhead(parts.read)
    this.#pump = new Pump(
      () => this.#sendWhatIsDue(),
      (error) => {
        this.#closeReader()
        listener.warn(`log: cannot read the journal to send events again: ${String(error)}; trying again`)
      },
    )
  }

  /** The flows run. */
  release(limits: DeliveryLimits): void {
    this.#flight = new Flight(this.#parts, limits, {
      complete: (event) => this.#complete(event),
      overdue: (events) => this.#giveUp(events),
      room: () => this.#pump.run(),
    })
    this.#pump.run()
  }

  /** The flows are about to stop: what was in flight will be sent again. */
  hold(): void {
    this.#flight?.clear()
    this.#flight = undefined
    this.#cursor = 0
    this.#closeReader()
  }

  /** To be called about once a second. */
  tick(): void {
    this.#flight?.tick()
    this.#pump.run()
    const next = this.#todo.next(0)
    if (next !== undefined) this.#listener.progressed?.(next)
  }

  get progress(): ReplayProgress {
    return { ...this.#counts, waiting: this.#todo.countAbove(0) }
  }

  get result(): ReplayResult {
    const next = this.#todo.next(0)
    return { ...this.progress, stopped: next !== undefined, cancelled: false, next }
  }

  async #sendWhatIsDue(): Promise<void> {
    // where our own nodes alone take them, each is done when it is sent: there is always room
    while (this.#flight?.hasRoom) {
      const seq = this.#todo.next(this.#cursor + 1)
      if (seq === undefined || seq > this.#listener.dealtWithUpTo()) return
      const entry = this.#ahead.take(seq)
      if (entry) {
        this.#cursor = seq
        this.#flight.send(messageOf(entry, this.#sending))
        if (isTurnLong()) await nextTurn()
        continue
      }
      const flight = this.#flight
      const missing = await this.#ahead.advance(seq, this.#listener.dealtWithUpTo())
      if (missing && flight === this.#flight) this.#skip(missing.from, missing.to)
    }
  }

  #skip(from: number, to: number): void {
    const before = this.#todo.countAbove(0)
    this.#todo.removeRange(from, to)
    this.#counts.missing += before - this.#todo.countAbove(0)
    this.#cursor = Math.max(this.#cursor, to)
    this.#endWhereDone()
  }

  #complete(event: Tracked): void {
    this.#counts.complete++
    if (event.failed) this.#counts.failed++
    this.#listener.complete(event.seq)
    this.#todo.remove(event.seq)
    this.#endWhereDone()
  }

  #giveUp(events: Tracked[]): void {
    this.#counts.incomplete += events.length
    for (const { seq } of events) this.#todo.remove(seq)
    this.#endWhereDone()
  }

  #endWhereDone(): void {
    if (this.#todo.size > 0) return
    this.hold()
    this.#listener.ended()
  }

  #closeReader(): void {
    this.#ahead.close().catch((error: unknown) => this.#listener.warn(`log: ${String(error)}`))
  }
}

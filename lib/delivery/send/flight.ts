// Events in flight: sent, and not yet complete. Each has open deliveries, or none any more and is in its quiet time.
// Looks after the window and the time limit (docs/delivery.md, promises 5 and 6).
import type { EventMessage } from '../../event.ts'
import type { Clock } from '../../kit/clock.ts'
import { LinkedList } from '../../kit/linked-list.ts'
import { QuietQueue } from '../track/quiet-queue.ts'
import { type FlowTracker, Tracked, type TrackedListener } from '../track/tracker.ts'
import type { DeliveryLimits } from './options.ts'

/** What it needs of the world. */
export interface FlightParts {
  tracker: FlowTracker
  /**
   * Puts a message on the wires, its event's deliveries counted before it returns: by Node-RED's messaging after
   * `tracker.begin(event)`, or straight to a node of ours.
   */
  send(message: EventMessage, event: Tracked): void
  clock: Clock
}

/** What it tells. */
export interface FlightListener {
  /** no open delivery for the quiet time, or dealt with by our own nodes alone */
  complete(event: Tracked): void
  /** still open at the time limit; they are forgotten here */
  overdue(events: Tracked[]): void
  /** there may be room for more */
  room(): void
}

/** A window that is too small grows up to this many times its size. */
const largestGrowth = 10
/** A full window in which nothing completes for this long grows, ms. */
const stuckTime = 5_000

export class Flight implements TrackedListener {
  readonly #parts: FlightParts
  readonly #limits: DeliveryLimits
  readonly #listener: FlightListener
  readonly #quiet: QuietQueue
  /** oldest first */
  readonly #sent = new LinkedList<Tracked>()
  #underWay = 0
  #window: number
  /** or growth, or the first sending after there was nothing */
  #lastCompletion = 0

  constructor(parts: FlightParts, limits: DeliveryLimits, listener: FlightListener) {
    this.#parts = parts
    this.#limits = limits
    this.#listener = listener
    this.#window = limits.window
    this.#quiet = new QuietQueue(limits.quietTime * 1000, parts.clock, (event) => this.#complete(event))
  }

  /** Sends a message and follows it. Its id must not be in flight already. */
  send(message: EventMessage): void {
    const { id, seq } = message.event
    const event = new Tracked(id, seq, this)
    event.sentAt = this.#parts.clock.monotonic()
    if (this.#sent.size === 0) this.#lastCompletion = event.sentAt
    event.place = this.#sent.push(event)
    this.#parts.send(message, event)
    // wired to nothing, or to nothing that was reached
    if (event.open === 0 && !event.ended) this.#quiet.add(event)
  }

  /** Forgets all: nothing of it counts as complete any more. */
  clear(): void {
    for (const event of this.#sent) this.#forget(event)
    this.#quiet.clear()
    this.#underWay = 0
  }

  /** To be called about once a second: looks after the window and the time limit. */
  tick(): void {
    this.#checkWindow()
    this.#checkTimeLimit()
  }

  get hasRoom(): boolean {
    return this.#underWay < this.#window
  }

  /** Events with at least one open delivery. */
  get underWay(): number {
    return this.#underWay
  }

  /** All that it follows. */
  get size(): number {
    return this.#sent.size
  }

  opened(event: Tracked): void {
    if (event.ended) return
    this.#underWay++
    this.#quiet.remove(event)
  }

  closed(event: Tracked): void {
    if (event.ended) return
    this.#underWay--
    // what none but our own nodes had, each of which is done when it says so, does not come back
    if (event.strayed) this.#quiet.add(event)
    else this.#complete(event)
    this.#listener.room()
  }

  #complete(event: Tracked): void {
    this.#forget(event)
    this.#lastCompletion = this.#parts.clock.monotonic()
    this.#listener.complete(event)
  }

  #forget(event: Tracked): void {
    this.#parts.tracker.end(event)
    if (event.place) this.#sent.remove(event.place)
  }

  /** A node that waits for more events than the window holds would wait for ever. */
  #checkWindow(): void {
    if (this.hasRoom || this.#parts.clock.monotonic() - this.#lastCompletion < stuckTime) return
    this.#window = Math.min(this.#window * 2, this.#limits.window * largestGrowth)
    this.#lastCompletion = this.#parts.clock.monotonic()
    this.#listener.room()
  }

  #checkTimeLimit(): void {
    const due = this.#parts.clock.monotonic() - this.#limits.timeLimit * 1000
    const overdue: Tracked[] = []
    for (const event of this.#sent) {
      if (event.sentAt > due) break
      if (event.open > 0) overdue.push(event)
    }
    if (overdue.length === 0) return
    for (const event of overdue) this.#forget(event)
    this.#underWay -= overdue.length
    this.#listener.overdue(overdue)
  }
}

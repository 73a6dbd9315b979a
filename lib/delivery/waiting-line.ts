// Messages for a journal that is not there yet. They wait in memory as events do while the disk is full, under the same
// limits, and are logged when the journal comes.
import { checkEntry, type NewEntry } from '../journal/format/batch.ts'
import { DualBuffer, type Held, heldEntry, newNotice } from '../journal/write/buffer.ts'
import { withDefaults } from '../journal/write/options.ts'
import type { Clock } from '../kit/clock.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import type { LoggableMessage } from './intake.ts'
import { type Done, type EntrySink, Reception } from './reception.ts'

export interface WaitingLineParts {
  clock: Clock
  /** why there is no journal, with what to do */
  problem(): string
  /** default: those of a journal */
  limits?: { events: number; bytes: number }
}

/** The journal that has come. */
export interface Successor {
  /** An entry that waited, with its tag, or a notice. */
  takeOver(record: Held): void
  flush(): Promise<void>
}

const { maxHeldEvents, maxHeldBytes } = withDefaults({ directory: '' })

/** Of one log node. */
export class WaitingLine {
  readonly #sink: WaitingSink
  readonly #reception: Reception

  constructor({ clock, problem, limits = { events: maxHeldEvents, bytes: maxHeldBytes } }: WaitingLineParts) {
    this.#sink = new WaitingSink(clock, limits)
    this.#reception = new Reception(this.#sink, { clock, problem, leftOut: () => {} })
  }

  /** As LogService.log: `done` is called when the message is durable in the journal that has come, or with why it never will be. */
  log(message: LoggableMessage, fallbackSource: string, done: Done): void {
    this.#reception.log(message, fallbackSource, done)
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#sink.waiting
  }

  /** Messages that memory had no room for. */
  get dropped(): number {
    return this.#sink.dropped
  }

  /**
   * Gives all that waits to the journal, what comes meanwhile too, and what was dropped as a `gap`.
   * @param emptied called at once when nothing waits any more: from then on messages go to the journal itself
   */
  async handOver(journal: Successor, emptied: () => void): Promise<void> {
    for (let records = this.#sink.take(); records.length > 0; records = this.#sink.take()) {
      for (const record of records) {
        journal.takeOver(record)
        if (isTurnLong()) await nextTurn()
      }
    }
    emptied()
    this.#sink.followed(journal.flush())
  }
}

/** Holds entries in the place of a journal. */
class WaitingSink implements EntrySink {
  readonly #clock: Clock
  readonly #buffer: DualBuffer
  readonly #flushed = Promise.withResolvers<void>()
  /** what `take` gave last, which counts as held until it is asked again */
  #taken: readonly Held[] = []
  #dropped = 0

  constructor(clock: Clock, { events, bytes }: { events: number; bytes: number }) {
    this.#clock = clock
    this.#buffer = new DualBuffer(events, bytes)
    // a message that waits for a flush has a handler of its own
    this.#flushed.promise.catch(() => {})
  }

  get waiting(): number {
    return this.#buffer.held
  }

  get dropped(): number {
    return this.#dropped
  }

  get fill(): number {
    return this.#buffer.fill
  }

  append(entry: NewEntry, tag: unknown, kept: number): boolean {
    checkEntry(entry)
    const hasRoom = this.#buffer.add(heldEntry(entry, this.#clock.wall(), tag, kept))
    if (!hasRoom) this.#dropped++
    return hasRoom
  }

  notice(kind: string, value: unknown): void {
    this.#buffer.addNotice(newNotice(kind, value, this.#clock.wall()))
  }

  /** Resolves when all that waits is durable in the journal that has come. */
  flush(): Promise<void> {
    return this.#flushed.promise
  }

  /** What waits, in order, without what was taken before. */
  take(): readonly Held[] {
    this.#buffer.written(this.#taken)
    if (this.#buffer.dropping) this.#buffer.noteGap(this.#clock.wall())
    this.#taken = this.#buffer.swap().records
    return this.#taken
  }

  followed(flush: Promise<void>): void {
    flush.then(this.#flushed.resolve, this.#flushed.reject)
  }
}

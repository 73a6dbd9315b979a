// Pairs the events of a replay for one sink (`event.for`) apart from what is live: as if they came now, at the pace at which they
// came then. So a store that is made again has the same spans, under the ids that they had, and what is live does not notice.
import type { FieldlogEvent } from '../event.ts'
import { systemDisk } from '../journal/disk/disk.ts'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { decoded, readEntries } from '../labelling/history.ts'
import type { JournalPlace } from '../labelling/live-labelling.ts'
import { type Reply, spanEvent } from './span.ts'
import { type TimeEvent, timeEventOf } from './time-event.ts'
import { Timing, type TimingSettings } from './timing.ts'

/** entries before the first event that are read for what was open then */
const lookBack = 20_000
/** After so many ms without an event none is waited for that may have happened before the last one. */
const idleTime = 1_000

interface Arrived {
  event: FieldlogEvent
  timeEvent: TimeEvent
  reply: Reply
}

export class ReplayLane {
  readonly #target: string
  readonly #settings: TimingSettings
  readonly #clock: Clock
  readonly #timing: Timing
  /** the clock of the journal, ms: goes on with the times at which its entries were received */
  #now = 0
  #received: number | undefined
  #lastSeq = 0
  #lastId = ''
  /** what came while the past is read; undefined: it has been */
  #queue: Arrived[] | undefined = []
  /** The last event is done when the next one comes, or none: else its spans would come behind the end of the replay. */
  #last: Arrived | undefined
  #isPast = true
  #stopTimer = () => {}

  constructor(target: string, settings: TimingSettings, clock: Clock) {
    this.#target = target
    this.#settings = settings
    this.#clock = clock
    this.#timing = new Timing(settings, (span) => {
      const { event, reply } = this.#last ?? {}
      if (this.#isPast || !event || !reply) return
      const made = spanEvent(span, this.#timing.lastSeq, event.received, true)
      reply.span({ ...made, for: this.#target })
    })
  }

  /** Whether an event cannot belong to the replay that this lane is of: each goes up in seq. */
  isBefore({ id, seq }: FieldlogEvent): boolean {
    return seq < this.#lastSeq || id === this.#lastId
  }

  /** Before the first event: what was open then. */
  begin(journal: JournalPlace | undefined, seq: number, warn: (error: Error) => void): void {
    const ended = () => {
      this.#isPast = false
      const queue = this.#queue ?? []
      this.#queue = undefined
      for (const arrived of queue) this.#handle(arrived)
    }
    if (!journal || seq <= 1) ended()
    else inBackground(this.#readPast(journal, seq).catch(warn).then(ended))
  }

  take(arrived: Arrived): void {
    this.#lastSeq = arrived.event.seq
    this.#lastId = arrived.event.id
    if (this.#queue) this.#queue.push(arrived)
    else this.#handle(arrived)
  }

  /** Messages that wait are done: their events come again. */
  stop(): void {
    this.#stopTimer()
    for (const { reply } of this.#queue ?? []) reply.done()
    this.#queue = []
    this.#last?.reply.done()
    this.#last = undefined
  }

  #handle(arrived: Arrived): void {
    const before = this.#last
    this.#last = arrived
    this.#pass(arrived.event, arrived.timeEvent)
    before?.reply.done()
    this.#stopTimer()
    this.#stopTimer = this.#clock.after(idleTime, () => this.#settle())
  }

  #pass({ received }: FieldlogEvent, timeEvent: TimeEvent): void {
    this.#now += Math.max(0, received - (this.#received ?? received))
    this.#received = received
    this.#timing.look(this.#now, true)
    this.#timing.take(timeEvent, this.#now)
  }

  #settle(): void {
    this.#now += this.#settings.hold
    this.#timing.look(this.#now, false)
    this.#last?.reply.done()
    this.#last = undefined
  }

  async #readPast({ directory, formats, disk = systemDisk }: JournalPlace, seq: number): Promise<void> {
    const decoder = formats()
    await readEntries(disk, directory, Math.max(1, seq - lookBack), seq - 1, {
      entry: (entry) => {
        for (const { events } of decoded(entry, decoder)) {
          for (const event of events) {
            const timeEvent = timeEventOf(event)
            if (timeEvent) this.#pass(event, timeEvent)
          }
        }
        return true
      },
      gap: () => {},
    })
  }
}

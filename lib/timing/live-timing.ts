// Spans beside a running flow: goes on after a restart where it was, gives up spans of senders that are quiet, and tells
// the statistics.
//
// After a start the state that was stored is loaded, and every entry of the journal behind it is taken again; spans that
// come of these are told again, with the ids that they had. So what a crash swallowed between here and the sink is not
// lost, and what is told twice can be dropped by its id. The state is written late enough for that (state-saver.ts).
import type { FieldlogEvent } from '../event.ts'
import { systemDisk } from '../journal/disk/disk.ts'
import { inBackground } from '../kit/background.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import { decoded, readEntries } from '../labelling/history.ts'
import type { JournalPlace } from '../labelling/live-labelling.ts'
import { StateFile } from '../labelling/state-file.ts'
import { ReplayLane } from './replay-lane.ts'
import { type Reply, type Span, type SpanEvent, spanEvent } from './span.ts'
import type { StatisticsRow } from './span-statistics.ts'
import { StateSaver, stateRules } from './state-saver.ts'
import { timeEventOf } from './time-event.ts'
import { type StoredTiming, Timing, type TimingCounts, type TimingSettings } from './timing.ts'

/** ms */
const lookInterval = 1_000
/** ms */
const tellInterval = 60_000
/** entries above the checkpoint that may have been dealt with already, and are not sent again */
const lookAhead = 20_000
/** ms: so much of a pause between two entries that are read again counts; more than any event waits for others */
const longestPause = 10_000

export interface LiveTimingSettings extends TimingSettings {
  /** whether the statistics tell the subjects of a category apart */
  bySubject: boolean
}

/** What is told apart from any message. */
export interface LiveTimingListener {
  /** A span has ended that no message at hand ended. */
  span(event: SpanEvent): void
  /** A minute is over. */
  statistics(rows: StatisticsRow[], counts: TimingCounts): void
  /** Something is not as it should be, and it goes on. */
  warn(text: string): void
  /** What the status shows has changed. */
  changed(): void
}

interface Attached {
  listener: LiveTimingListener
  /** undefined: what is known lasts until the process ends */
  journal: JournalPlace | undefined
}

export class LiveTiming {
  readonly #stateName: string
  readonly #clock: Clock
  readonly #timing: Timing
  #settings: LiveTimingSettings
  #attached: Attached | undefined
  #saver: StateSaver | undefined
  /** the clock while the flows run: in a deploy nobody hears the end of a span */
  #listened = 0
  #listensSince: number | undefined
  #toldAt = 0
  #stopTimer = () => {}
  #isReady = false
  #restoring: Promise<void> | undefined
  /** what came before the state was restored */
  #queue: Array<[FieldlogEvent, Reply]> = []
  /** who is told of the spans that end just now */
  #tell: ((event: SpanEvent) => void) | undefined
  #isReplayed = false
  /** of replays for one sink, by that sink */
  readonly #lanes = new Map<string, ReplayLane>()
  #spans = 0

  /** @param stateName the state's file in the journal's directory */
  constructor(settings: LiveTimingSettings, stateName: string, clock: Clock = systemClock) {
    this.#settings = settings
    this.#stateName = stateName
    this.#clock = clock
    this.#timing = new Timing(settings, (span) => this.#ended(span))
  }

  /** Spans that are open. */
  get open(): number {
    return this.#timing.open
  }

  /** Spans that have ended since the process began. */
  get spans(): number {
    return this.#spans
  }

  /** New settings; open spans stay open. */
  configure(settings: LiveTimingSettings): void {
    this.#settings = settings
    this.#timing.use(settings)
  }

  get counts(): TimingCounts {
    return this.#timing.counts
  }

  statistics(): StatisticsRow[] {
    return this.#timing.statistics(this.#settings.bySubject)
  }

  /** The flows run. */
  attach(listener: LiveTimingListener, journal: JournalPlace | undefined): void {
    this.#attached = { listener, journal }
    this.#listensSince ??= this.#clock.monotonic()
    this.#toldAt = this.#clock.monotonic()
    if (this.#isReady) this.#startSaving()
    this.#stopTimer()
    this.#wait()
  }

  /**
   * The flows stop. Messages that wait are done: their events come again. Node-RED waits for that only so long: where `attach`
   * comes first, all stays with the flows that have begun.
   */
  async detach(): Promise<void> {
    const attached = this.#attached
    this.#stopTimer()
    for (const lane of this.#lanes.values()) lane.stop()
    this.#lanes.clear()
    await this.#restoring
    if (this.#attached !== attached) return
    for (const [, reply] of this.#queue) reply.done()
    this.#queue = []
    const saver = this.#saver
    this.#saver = undefined
    await saver?.stop()
    if (this.#attached !== attached) return
    this.#listened = this.#now
    this.#listensSince = undefined
    this.#attached = undefined
  }

  /** Takes the event of a message; what is no time event is an error. */
  take(event: FieldlogEvent, reply: Reply): void {
    if (event.for !== undefined) this.#takeApart(event, event.for, reply)
    else if (this.#isReady) {
      this.#handle(event, reply)
    } else {
      this.#queue.push([event, reply])
      this.#restoreIfPossible()
    }
  }

  /** What is sent again for one sink leaves everything live as it is. */
  #takeApart(event: FieldlogEvent, target: string, reply: Reply): void {
    const timeEvent = timeEventOf(event)
    if (!timeEvent) {
      reply.done(new Error(noTimeEvent))
      return
    }
    let lane = this.#lanes.get(target)
    if (!lane || lane.isBefore(event)) {
      lane?.stop()
      lane = new ReplayLane(target, this.#settings, this.#clock)
      this.#lanes.set(target, lane)
      const { journal, listener } = this.#attached ?? {}
      lane.begin(journal, event.seq, ({ message }) =>
        listener?.warn(
          `what came before a replay cannot be read: ${message}; its first spans may be orphans`,
        ),
      )
    }
    lane.take({ event, timeEvent, reply })
  }

  get #now(): number {
    const since = this.#listensSince
    return this.#listened + (since === undefined ? 0 : this.#clock.monotonic() - since)
  }

  #handle(event: FieldlogEvent, reply: Reply): void {
    const timeEvent = timeEventOf(event)
    if (!timeEvent) {
      reply.done(new Error(noTimeEvent))
      return
    }
    this.#isReplayed = event.replayed
    this.#telling(reply.span, () => this.#timing.take(timeEvent, this.#now))
    this.#saver?.changed()
    reply.done()
  }

  /** Does something by which spans may end. */
  #telling(tell: ((event: SpanEvent) => void) | undefined, work: () => void): void {
    this.#tell = tell
    work()
    this.#tell = undefined
    this.#attached?.listener.changed()
  }

  #ended(span: Span): void {
    this.#spans++
    this.#saver?.changed()
    this.#tell?.(spanEvent(span, this.#timing.lastSeq, this.#clock.wall(), this.#isReplayed))
  }

  #wait(): void {
    this.#stopTimer = this.#clock.after(lookInterval, () => {
      this.#look()
      this.#wait()
    })
  }

  #look(): void {
    const { listener, journal } = this.#attached ?? {}
    if (!listener) return
    if (this.#isReady) {
      const isBehind = (journal?.position()?.waiting ?? 0) > 0
      this.#isReplayed = false
      this.#telling(listener.span, () => this.#timing.look(this.#now, !isBehind))
      this.#saver?.look()
    } else this.#restoreIfPossible()
    const now = this.#clock.monotonic()
    if (now - this.#toldAt < tellInterval) return
    this.#toldAt = now
    listener.statistics(this.statistics(), this.counts)
  }

  /** Once the journal says where it stands. */
  #restoreIfPossible(): void {
    if (this.#restoring || !this.#attached) return
    const { journal } = this.#attached
    const position = journal?.position()
    if (journal && !position) return
    this.#restoring = this.#restore(journal, position)
    inBackground(this.#restoring)
  }

  async #restore(journal?: JournalPlace, position?: { checkpoint: number; entries: number }): Promise<void> {
    try {
      if (journal && position) await this.#restoreFrom(journal, position)
    } catch (error) {
      this.#attached?.listener.warn(
        `what was known of spans cannot be read back: ${asError(error).message}; those that are open now may be told as orphans`,
      )
    }
    this.#isReady = true
    this.#restoring = undefined
    this.#startSaving()
    const queue = this.#queue
    this.#queue = []
    for (const [event, reply] of queue) this.#handle(event, reply)
  }

  async #restoreFrom(
    journal: JournalPlace,
    position: { checkpoint: number; entries: number },
  ): Promise<void> {
    const { checkpoint, entries } = position
    // above the checkpoint it is of use, too: what comes again is known, and was told before the state was written
    const stored = await fileOf(journal, this.#stateName).readUsable(stateRules, entries)
    if (!stored) {
      this.#timing.passed(checkpoint)
      // a crash in the first seconds must find where to begin
      await this.#startSaving()?.begin()
      return
    }
    this.#timing.load(stored.memory, stored.seq, this.#now)
    await this.#readAgain(journal, stored.seq + 1, Math.min(entries, checkpoint + lookAhead))
  }

  /** Takes these entries as if they came now, at the pace at which they came then. */
  async #readAgain(
    { directory, formats, disk = systemDisk }: JournalPlace,
    from: number,
    to: number,
  ): Promise<void> {
    const decoder = formats()
    let received: number | undefined
    await readEntries(disk, directory, from, to, {
      entry: (entry) => {
        for (const { events } of decoded(entry, decoder)) {
          for (const event of events) {
            const pause = event.received - (received ?? event.received)
            received = event.received
            this.#listened += Math.min(longestPause, Math.max(0, pause))
            this.#takeAgain(event)
          }
        }
        return true
      },
      gap: () => {},
    })
    // what waits is not to be mixed with what comes now: a sender's clock may have begun anew
    this.#listened += longestPause
    this.#telling(this.#attached?.listener.span, () => this.#timing.look(this.#now, false))
  }

  #takeAgain(event: FieldlogEvent): void {
    const timeEvent = timeEventOf(event)
    if (!timeEvent) return
    this.#isReplayed = true
    this.#telling(this.#attached?.listener.span, () => this.#timing.take(timeEvent, this.#now))
  }

  /** Undefined without a journal. */
  #startSaving(): StateSaver | undefined {
    const { journal, listener } = this.#attached ?? {}
    if (!journal || !listener || this.#saver) return this.#saver
    this.#saver = new StateSaver(fileOf(journal, this.#stateName), {
      clock: this.#clock,
      // of the journal node as it is then: a deploy may make it anew
      checkpoint: () => this.#attached?.journal?.position()?.checkpoint,
      take: () => ({ seq: this.#timing.lastSeq, state: this.#timing.save(this.#now) }),
      failed: (problem) =>
        listener.warn(`what is known of spans cannot be stored: ${problem}; a restart may forget open ones`),
    })
    this.#saver.changed()
    return this.#saver
  }
}

const noTimeEvent =
  'timing: the message carries no time event (cat, time and msec in event.data): wire this node behind a clean node ' +
  'with the format of time events. Without an event it takes the topic "statistics" (send them).'

function fileOf({ disk = systemDisk, directory }: JournalPlace, name: string): StateFile<StoredTiming> {
  return new StateFile(disk, directory, name)
}

// Collects time events into reports and hands these to the session, one at a time. README.md has the promises and failures.
import type { FieldlogEvent } from '../../event.ts'
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import type { Now } from '../../time-events/sender-clock.ts'
import { encodeEvent } from '../../time-events/wire/message.ts'
import type { QoS } from '../message/outgoing.ts'
import type { Settled } from '../outbox/outbox.ts'
import { Recent } from '../session/recent.ts'
import type { Session } from '../session/session.ts'
import { type DatedEvent, datedEventOf } from './report-event.ts'
import { mostBytes, type ReportLimits } from './report-limits.ts'
import { contentTypeOf, type ReportForm, reportPayload } from './report-payload.ts'
import { type ReportCounts, ReportStats } from './report-stats.ts'
import type { Outcome, ReportStore, StoredReport } from './report-store.ts'

export interface ReportSettings extends ReportForm {
  topic: string
  qos: QoS
  retain: boolean
  /** MQTT 5: seconds */
  expiry: number | undefined
}

export interface ReporterParts {
  session: Pick<Session, 'publish' | 'state' | 'subscribe'>
  store: ReportStore
  /** for timers, and for how long events have waited */
  clock: Clock
  /** one instant by the clocks that events are timed by */
  now(): Now
  warn(text: string): void
}

/** An event until its report has an outcome. */
interface Held extends DatedEvent {
  id: string
  /** of its protobuf */
  bytes: number
  /** when it came, ms of the monotonic clock */
  at: number
  /** who waits for it */
  settled: Settled[]
  /** it comes of a replay for this node */
  asked: boolean
}

/** ms between attempts to open the store */
const openPause = 5_000
/** ms that close() waits for a store that is being opened */
const openLimit = 4_000
/** A replay has 100 events in flight at most: it must not wait for the interval with each hundred. */
const mostAsked = 50
/** events whose repeats are recognised */
const rememberedIds = 20_000

export class Reporter {
  readonly #settings: ReportSettings
  readonly #parts: ReporterParts
  readonly #stats: ReportStats
  #limits: ReportLimits
  /** not in a report yet, oldest first */
  #collected: Held[] = []
  #bytes = 0
  #asked = 0
  /** those, and the events of the report under way */
  readonly #held = new Map<string, Held>()
  readonly #reported = new Recent(rememberedIds)
  /** what came before the store was open: until then nobody knows what was reported */
  #early: Array<() => void> | undefined = []
  /** a report is written or handed over, and has no outcome */
  #isUnderWay = false
  #closed = false
  #opening: Promise<void> = Promise.resolve()
  #stopTimer: (() => void) | undefined
  readonly #stopListening: () => void

  constructor(settings: ReportSettings, limits: ReportLimits, parts: ReporterParts) {
    this.#settings = settings
    this.#limits = limits
    this.#parts = parts
    this.#stats = new ReportStats(parts.session, settings, parts.warn)
    this.#stopListening = parts.session.subscribe({ changed: () => this.#stats.publish() })
  }

  /** Opens the store, and goes on with what it holds; tries again until close(). */
  open(): Promise<void> {
    this.#opening = this.#open()
    return this.#opening
  }

  /** Other limits from now on: those of the log node are known when the flows run. */
  limit(limits: ReportLimits): void {
    this.#limits = limits
    if (this.#early !== undefined || this.#isUnderWay) return
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#closeReports()
  }

  /**
   * Takes an event. `settled` is called once: when its report is for certain, or with the error with which that failed; not at all
   * once the reporter is closed. Throws an Error with the code `NO_TIME_EVENT`.
   * @param again report it even when it was reported (a replay that was asked for)
   */
  take(event: FieldlogEvent, settled: Settled, again = false): void {
    const dated = datedEventOf(event)
    if (this.#early === undefined) this.#take(event.id, dated, settled, again)
    else this.#early.push(() => this.#take(event.id, dated, settled, again))
  }

  /** Events in memory without an outcome, those of the report under way included. */
  get waiting(): number {
    return this.#held.size
  }

  get counts(): ReportCounts {
    const { totals, seqNo } = this.#parts.store
    const { reported, lost, since } = totals
    return { seqNo, received: reported + lost + this.#held.size, reported, lost, since }
  }

  /** Settles nothing any more. What was collected comes again from the log, the report under way from the store. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopTimer?.()
    this.#stopListening()
    // what is being opened must not keep the folder from the next one
    await doneWithin(this.#opening, openLimit, this.#parts.clock)
    try {
      await this.#parts.store.close()
    } catch (error) {
      this.#parts.warn(`mqtt out: the store of reports was not closed in order: ${asError(error).message}`)
    }
  }

  async #open(): Promise<void> {
    if (this.#closed) return
    try {
      const { unsettled, lastId, reportedIds } = await this.#parts.store.open()
      if (this.#closed) return
      for (const id of reportedIds) this.#reported.add(id)
      if (unsettled !== undefined) this.#resume(unsettled)
      else if (lastId !== undefined) this.#stats.changed(lastId, () => this.counts)
    } catch (error) {
      if (this.#closed) return
      this.#parts.warn(`mqtt out: reports wait, their folder cannot be opened: ${asError(error).message}`)
      this.#stopTimer = this.#parts.clock.after(openPause, () => {
        this.#stopTimer = undefined
        inBackground(this.open())
      })
      return
    }
    const early = this.#early ?? []
    this.#early = undefined
    for (const take of early) take()
    this.#closeReports()
  }

  #take(id: string, dated: DatedEvent, settled: Settled, again: boolean): void {
    const held = this.#held.get(id)
    if (held !== undefined) {
      held.settled.push(settled)
      return
    }
    if (!again && this.#reported.has(id)) {
      settled()
      return
    }
    const bytes = encodeEvent(dated.event).length
    const at = this.#parts.clock.monotonic()
    const taken: Held = {
      id,
      event: dated.event,
      utc: dated.utc,
      bytes,
      at,
      settled: [settled],
      asked: again,
    }
    this.#held.set(id, taken)
    this.#collected.push(taken)
    this.#bytes += bytes
    if (again) this.#asked++
    this.#closeReports()
  }

  /** The report that an earlier process had under way; who waits for its events is not known yet. */
  #resume(report: StoredReport): void {
    this.#isUnderWay = true
    const events = report.eventIds.map((id): Held => {
      const unknown = { time: 0, cat: '', source: '' }
      return { id, event: unknown, utc: 0, bytes: 0, at: 0, settled: [], asked: false }
    })
    for (const event of events) this.#held.set(event.id, event)
    this.#publish(report, events)
  }

  /** Closes a report where one is due and none is under way; else comes back when one is. */
  #closeReports(): void {
    if (this.#closed || this.#early !== undefined || this.#isUnderWay) return
    const rest = this.#rest
    if (rest === undefined) return
    if (rest > 0) {
      this.#wakeAfter(rest)
      return
    }
    this.#isUnderWay = true
    inBackground(this.#close(this.#takeCollected()))
  }

  /** ms until a report is due; undefined where nothing was collected. */
  get #rest(): number | undefined {
    const [first] = this.#collected
    if (first === undefined) return undefined
    const { events, age } = this.#limits
    const isFull = this.#collected.length >= events || this.#bytes >= mostBytes
    if (isFull || this.#asked >= mostAsked) return 0
    return first.at + age - this.#parts.clock.monotonic()
  }

  /** The oldest events, as many as one report takes. */
  #takeCollected(): Held[] {
    let count = 0
    let bytes = 0
    for (const event of this.#collected) {
      if (count >= this.#limits.events || (count > 0 && bytes + event.bytes > mostBytes)) break
      bytes += event.bytes
      if (event.asked) this.#asked--
      count++
    }
    this.#bytes -= bytes
    return this.#collected.splice(0, count)
  }

  async #close(events: Held[]): Promise<void> {
    const { store, now, clock } = this.#parts
    const { topic, retain, qos, expiry } = this.#settings
    const seqNo = store.nextSeqNo
    const report = await store.add({
      ...{ seqNo, topic, retain, qos, expiry },
      payload: reportPayload(this.#settings, seqNo, now(), events),
      contentType: contentTypeOf(this.#settings),
      eventIds: events.map(({ id }) => id),
    })
    if (this.#closed) return
    if (report !== undefined) {
      this.#publish(report, events)
      return
    }
    // the disk takes nothing: the events wait, and are in a report when it does
    this.#collected.unshift(...events)
    for (const { bytes, asked } of events) {
      this.#bytes += bytes
      if (asked) this.#asked++
    }
    this.#stopTimer?.()
    this.#stopTimer = clock.after(openPause, () => {
      this.#stopTimer = undefined
      this.#isUnderWay = false
      this.#closeReports()
    })
  }

  #publish(report: StoredReport, events: Held[]): void {
    const { id, topic, payload, retain, qos, expiry, contentType } = report
    this.#parts.session.publish({ id, topic, payload, retain, qos, expiry, contentType }, (error) => {
      if (!this.#closed) this.#settled(report, events, error)
    })
  }

  #settled({ id }: StoredReport, events: Held[], error: Error | undefined): void {
    const { store } = this.#parts
    store.settled(outcomeOf(error))
    for (const event of events) {
      this.#held.delete(event.id)
      if (error === undefined) this.#reported.add(event.id)
    }
    this.#isUnderWay = false
    this.#stats.changed(id, () => this.counts)
    for (const { settled } of events) for (const tell of settled) tell(error)
    this.#closeReports()
  }

  /** A timer that is running already goes off no later. */
  #wakeAfter(ms: number): void {
    this.#stopTimer ??= this.#parts.clock.after(Math.max(ms, 1), () => {
      this.#stopTimer = undefined
      this.#closeReports()
    })
  }
}

function outcomeOf(error: Error | undefined): Outcome {
  if (error === undefined) return 'reported'
  return errorCode(error) === 'OUTBOX_FULL' ? 'dropped' : 'refused'
}

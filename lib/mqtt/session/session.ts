// One session with one broker, shared by all sinks that publish there. Delivery is at least once: a message stays
// here until the broker acknowledges it. What is unacknowledged when a connection ends is sent again on the next one,
// in the order of first hand-over, under the same id. docs/mqtt.md numbers the promises.

import { pauseAfter } from '../../kit/backoff.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { asError } from '../../kit/errors.ts'
import { type Entry, MemoryOutbox, type Outbox, type Publication, type Settled } from '../outbox/outbox.ts'
import { MemoryRefusedPile, type Refusal, type RefusedPile } from '../outbox/refused.ts'
import {
  type BrokerFacts,
  type Connection,
  type Ending,
  type OpenConnection,
  openConnection,
} from '../wire/connection.ts'
import { type Problem, reasonText } from '../wire/problems.ts'
import { Delivery, type DeliveryCounts } from './delivery.ts'
import { Health, healthOf } from './health.ts'
import { isTooLarge, outgoingOf } from './outgoing.ts'
import { Presence } from './presence.ts'
import {
  defaultTuning,
  type SessionListener,
  type SessionOptions,
  type SessionParts,
  type SessionState,
  type SessionTuning,
} from './session-options.ts'
import { SessionReports } from './session-reports.ts'
import { Strikes } from './strikes.ts'

/** ms between looks at the oldest unanswered message */
const watchInterval = 500

export class Session {
  readonly #options: SessionOptions
  readonly #tuning: SessionTuning
  readonly #outbox: Outbox
  readonly #refused: RefusedPile
  readonly #open: OpenConnection
  readonly #clock: Clock
  readonly #random: () => number
  readonly #reports: SessionReports
  readonly #listeners = new Set<SessionListener>()
  readonly #delivery: Delivery
  readonly #presence: Presence
  readonly #health: Health | undefined
  readonly #strikes = new Strikes()
  #phase: SessionState['phase'] = 'connecting'
  #problem: Problem | undefined
  #diskProblem: string | undefined
  #opening: Promise<void> | undefined
  #connection: Connection | undefined
  #facts: BrokerFacts | undefined
  #protocol: SessionOptions['protocolVersion']
  #connectedAt = 0
  /** the broker has answered a message on this connection */
  #wasUseful = false
  #failures = 0
  #pumping = false
  /** stops the timer that runs: to the next attempt, or to the next look at the oldest message */
  #stopTimer = () => {}

  constructor(options: SessionOptions, parts: SessionParts = {}) {
    this.#options = options
    this.#tuning = { ...defaultTuning, ...options.tuning }
    this.#protocol = options.protocolVersion
    this.#outbox = parts.outbox ?? new MemoryOutbox()
    this.#open = parts.open ?? openConnection
    this.#clock = parts.clock ?? systemClock
    this.#random = parts.random ?? Math.random
    this.#reports = new SessionReports(parts.report ?? (() => {}), options.address, this.#clock)
    this.#refused = parts.refused ?? new MemoryRefusedPile({}, this.#clock)
    this.#delivery = new Delivery(this.#outbox, {
      refused: this.#refused,
      changed: () => this.#changed(),
      rememberedIds: this.#tuning.rememberedIds,
      clock: this.#clock,
      readable: () => this.#pumpSoon(),
      full: (error) => this.#reports.full(error),
      dropped: (count, why) => {
        this.#reports.dropped(count, why)
        this.#changed()
      },
      problem: (text) => this.#setDiskProblem(text),
    })
    this.#presence = new Presence(options.statusTopic)
    this.#health = this.#newHealth(parts.health)
  }

  /** Opens the outbox and begins to connect; goes on trying until close(). */
  start(): void {
    if (this.#phase === 'closed') return
    this.#opening = this.#delivery.open()
    this.#connect()
  }

  /**
   * Takes a message. `settled` is called once: without an error at the broker's acknowledgement (at once for an id
   * that this topic has had; when it is on disk, for an outbox on disk); with a RefusedError when the broker does
   * not take it, with an OutboxFullError when there is no room; not at all once the session is closed.
   * @param again publish it even when the broker has had this id on this topic (a replay that was asked for)
   */
  publish(publication: Publication, settled: Settled, again = false): void {
    if (this.#phase === 'closed') return
    this.#delivery.take(publication, settled, again)
    this.#pumpSoon()
  }

  /** The broker as messages name it. */
  get address(): string {
    return this.#options.address
  }

  get state(): SessionState {
    const { waiting } = this.#delivery
    const { oldest, diskBytes } = this.#outbox
    return {
      phase: this.#phase,
      problem: this.#problem,
      diskProblem: this.#diskProblem,
      waiting,
      oldest,
      diskBytes,
      refused: this.#refused.count,
    }
  }

  get counts(): Readonly<DeliveryCounts> {
    return this.#delivery.counts
  }

  /** What the broker refused and is not sent again, the newest of it, with the reasons; the oldest first. */
  refused(most = 1_000): Promise<Refusal[]> {
    return this.#refused.list(most)
  }

  /** Publishes again what the broker refused; resolves to how many messages those are. */
  resendRefused(): Promise<number> {
    return this.#delivery.resend()
  }

  /** Tells the listener from now on. Returns the function that ends it. */
  subscribe(listener: SessionListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /**
   * Publishes `offline` and ends the connection, in 2 s at most. What is unacknowledged is not settled: its senders
   * still have it (or the outbox on disk).
   */
  async close(): Promise<void> {
    if (this.#phase === 'closed') return
    const connection = this.#connection
    const wasConnected = this.#phase === 'connected'
    this.#phase = 'closed'
    this.#connection = undefined
    this.#stopTimer()
    this.#health?.end()
    if (connection !== undefined) {
      if (wasConnected) await this.#presence.sayOffline(connection, this.#facts!.retainAvailable, this.#clock)
      await connection.hangUp()
    }
    await this.#opening
    try {
      await Promise.all([this.#outbox.close(), this.#refused.close()])
    } catch (error) {
      this.#reports.notClosed(asError(error))
    }
    this.#changed()
  }

  #connect(): void {
    const { url, clientId, username, password, keepalive, tls } = this.#options
    const login = { url, clientId, username, password, keepalive, tls, will: this.#presence.will }
    const { connectTimeout } = this.#tuning
    this.#connection = this.#open(
      { ...login, connectTimeout, protocolVersion: this.#protocol },
      { connected: (facts) => this.#connected(facts), ended: (ending) => this.#ended(ending) },
      this.#clock,
    )
  }

  #connected(facts: BrokerFacts): void {
    const connection = this.#connection
    if (connection === undefined) return
    if (facts.maximumQoS < 1) {
      const text = 'offers QoS 0 only: without acknowledgements nothing can be delivered for certain'
      connection.abort({ kind: 'refused', text })
      return
    }
    this.#phase = 'connected'
    this.#problem = undefined
    this.#facts = facts
    this.#connectedAt = this.#clock.monotonic()
    this.#wasUseful = false
    this.#reports.connected(this.#options.clientId, this.#protocol)
    this.#presence.sayOnline(connection, facts.retainAvailable, this.#connectedAt, (code) =>
      this.#presenceAnswered(code),
    )
    this.#health?.begin(connection)
    this.#watch()
    this.#changed()
    this.#pump()
  }

  #presenceAnswered(code: number): void {
    this.#strikes.answered(this.#presence)
    if (code >= 128) {
      this.#reports.ownTopicRefused(`the status topic ${this.#options.statusTopic}`, reasonText(code))
    }
    this.#pump()
  }

  /**
   * Once for all messages and answers of this turn of the event loop: what is sent together leaves in one system
   * call, and these are what sending costs most.
   */
  #pumpSoon(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      this.#pump()
    })
  }

  /** Sends while the window has room. */
  #pump(): void {
    if (this.#phase !== 'connected') return
    const connection = this.#connection!
    const facts = this.#facts!
    const { alone } = this.#strikes
    // A suspect is sent when the broker has shown, by taking the status, that this connection works.
    if (alone && this.#presence.pending) return
    const ours = (this.#presence.pending ? 1 : 0) + (this.#health?.pending ? 1 : 0)
    const window = Math.min(this.#tuning.window, facts.receiveMaximum) - ours
    const most = alone ? 1 : window
    while (this.#delivery.underWay < most && this.#delivery.bytesUnderWay < this.#tuning.windowBytes) {
      const entry = this.#delivery.next(this.#clock.monotonic())
      if (entry === undefined) return
      if (isTooLarge(entry, facts)) this.#refuse(entry, reasonText(149))
      else this.#send(connection, entry, facts)
    }
  }

  #send(connection: Connection, entry: Entry, facts: BrokerFacts): void {
    connection.publish(outgoingOf(entry, facts), (code) => {
      if (connection !== this.#connection) return
      this.#strikes.answered(entry)
      this.#wasUseful = true
      if (code < 128) this.#delivery.acknowledge(entry)
      else this.#refuse(entry, reasonText(code))
      this.#pumpSoon()
    })
  }

  #refuse(entry: Entry, reason: string): void {
    const text = `mqtt: ${this.#options.address} refuses event ${entry.id} on ${entry.topic}: ${reason}`
    if (entry.settled.length === 0) this.#reports.refused(text)
    this.#delivery.refuse(entry, reason, text)
  }

  #ended({ problem, connected, blamesMessage }: Ending): void {
    if (this.#phase === 'closed') return
    this.#phase = 'connecting'
    this.#connection = undefined
    this.#stopTimer()
    if (connected) {
      const lasted = this.#clock.monotonic() - this.#connectedAt >= this.#tuning.stableAfter
      if (lasted || (this.#wasUseful && problem.kind !== 'taken over')) this.#failures = 0
      if (blamesMessage && !this.#health?.isBlamed()) this.#blame()
      this.#presence.forget()
      this.#health?.end()
      this.#delivery.rewind()
    }
    if (problem.kind === 'version' && this.#protocol === 5) {
      // the broker is there, and takes the next connection at once: nothing has to wait on disk
      this.#fallBack()
    } else {
      this.#outbox.spill()
      this.#tryAgain(problem)
    }
    this.#changed()
  }

  #tryAgain(problem: Problem): void {
    this.#problem = problem
    this.#reports.notConnected(problem, this.#delivery.waiting)
    this.#failures++
    const pause = pauseAfter(this.#failures, this.#random(), this.#tuning.pauses)
    this.#stopTimer = this.#clock.after(pause, () => this.#connect())
  }

  #fallBack(): void {
    this.#protocol = 4
    this.#reports.olderVersion()
    this.#connect()
  }

  /** The broker closed the connection: perhaps because of the oldest message that it had not answered. */
  #blame(): void {
    const status = this.#presence.pending
    const entry = this.#delivery.oldest?.entry
    this.#strikes.closedOn(status ? this.#presence.key : entry?.key)
    if (!this.#strikes.guilty) return
    this.#strikes.closedOn(undefined)
    this.#failures = 0
    const why = 'it closed the connection on it three times in a row'
    if (!status) {
      this.#refuse(entry!, why)
      return
    }
    this.#presence.enabled = false
    this.#reports.ownTopicLeftOut(`the status topic ${this.#options.statusTopic}`, why)
  }

  /** Looks at the oldest unanswered message: no message waits for ever for an answer. */
  #watch(): void {
    this.#stopTimer = this.#clock.after(watchInterval, () => {
      const since = this.#presence.since ?? this.#delivery.oldest?.since ?? Number.POSITIVE_INFINITY
      const late = this.#clock.monotonic() - since
      const { lateAfter, answerTimeout } = this.#tuning
      if (late > lateAfter) this.#outbox.spill()
      if (late > answerTimeout + this.#delivery.bytesUnderWay / 4) {
        const text = `does not acknowledge a message within ${Math.round(late / 1000)} s: connecting again`
        this.#connection?.abort({ kind: 'no answer', text })
      } else this.#watch()
    })
  }

  #newHealth(more: SessionParts['health']): Health | undefined {
    const { healthTopic: topic } = this.#options
    if (topic === undefined) return undefined
    return new Health({
      topic,
      interval: this.#tuning.healthInterval,
      clock: this.#clock,
      report: async () => ({ ...healthOf(this.state, this.counts, this.#clock.wall()), ...(await more?.()) }),
      refused: (why) => this.#reports.ownTopicLeftOut(`the health topic ${topic}`, why),
    })
  }

  #setDiskProblem(text: string | undefined): void {
    this.#diskProblem = text
    this.#reports.disk(text)
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener.changed()
  }
}

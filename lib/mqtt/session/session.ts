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
import { type Problem, takenOver } from '../wire/problems.ts'
import { Delivery, type DeliveryCounts } from './delivery.ts'
import { Health, healthOf } from './health.ts'
import { Login } from './login.ts'
import { OwnTopic } from './own-topic.ts'
import { Presence } from './presence.ts'
import { Retained, type RetainedTopics } from './retained.ts'
import { type OwnMessage, Sender } from './sender.ts'
import {
  type ClosedTopic,
  defaultTuning,
  type SessionListener,
  type SessionOptions,
  type SessionParts,
  type SessionState,
  type SessionTuning,
} from './session-options.ts'
import { SessionReports } from './session-reports.ts'
import { Topics } from './topics.ts'

/** ms between looks at the oldest unanswered message */
const watchInterval = 500
/** closed topics that are named in the state */
const topicsNamed = 20
/** so many connections that end soon after the login, without a reason, look like another client with our id */
const shortConnections = 3

/** What others have published. */
export type Received = (topic: string, payload: string) => void

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
  readonly #listening = new Set<{ topics: readonly string[]; received: Received }>()
  readonly #delivery: Delivery
  readonly #topics: Topics
  readonly #presence: Presence
  readonly #health: Health | undefined
  readonly #retained: Retained
  /** all of these, in the order in which they are sent */
  readonly #own: readonly OwnMessage[]
  readonly #sender: Sender
  readonly #login: Login
  #phase: SessionState['phase'] = 'connecting'
  #problem: Problem | undefined
  #diskProblem: string | undefined
  #opening: Promise<void> | undefined
  #connection: Connection | undefined
  #facts: BrokerFacts | undefined
  #connectedAt = 0
  /** the broker has acknowledged an event on this connection */
  #wasUseful = false
  #failures = 0
  /** connections in a row that ended soon, without a reason that we know of */
  #shortOnes = 0
  /** connections that another client took over, since one lasted for long */
  #takeovers = 0
  /** stops the timer that runs: to the next attempt, or to the next look at the oldest message */
  #stopTimer = () => {}

  constructor(options: SessionOptions, parts: SessionParts = {}) {
    this.#options = options
    this.#tuning = { ...defaultTuning, ...options.tuning }
    this.#outbox = parts.outbox ?? new MemoryOutbox()
    this.#open = parts.open ?? openConnection
    this.#clock = parts.clock ?? systemClock
    this.#random = parts.random ?? Math.random
    this.#login = new Login(options.protocolVersion, this.#clock)
    this.#reports = new SessionReports(parts.report ?? (() => {}), options.address, this.#clock)
    this.#refused = parts.refused ?? new MemoryRefusedPile({}, this.#clock)
    this.#delivery = this.#newDelivery()
    this.#topics = this.#newTopics()
    this.#presence = new Presence(
      options.statusTopic,
      this.#ownTopic(`the status topic ${options.statusTopic}`),
      this.#clock,
      () => this.#presenceAnswered(),
    )
    this.#health = this.#newHealth(parts.health)
    this.#retained = this.#newRetained()
    this.#own = [
      this.#presence,
      ...(this.#health === undefined ? [] : [this.#health]),
      ...this.#retained.messages,
    ]
    this.#sender = new Sender({
      delivery: this.#delivery,
      topics: this.#topics,
      own: this.#own,
      limits: this.#tuning,
      clock: this.#clock,
      listener: {
        acknowledged: () => this.#acknowledged(),
        setAside: (entry, reason) => this.#setAside(entry, reason),
        changed: () => this.#changed(),
      },
    })
  }

  /** Opens the outbox and begins to connect; goes on trying until close(). */
  start(): void {
    if (this.#phase === 'closed') return
    this.#opening = this.#delivery.open().then(() => this.#topics.resume(this.#delivery.parked()))
    this.#connect()
  }

  /**
   * Takes a message. `settled` is called once: without an error at the broker's acknowledgement (at once for an id
   * that this topic has had; when it is on disk, for an outbox on disk); with a RefusedError when it can never pass,
   * with an OutboxFullError when there is no room; not at all once the session is closed.
   * @param again publish it even when the broker has had this id on this topic (a replay that was asked for)
   */
  publish(publication: Publication, settled: Settled, again = false): void {
    if (this.#phase === 'closed') return
    this.#delivery.take(publication, settled, again)
    this.#sender.pumpSoon()
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
      ...this.#closures(),
    }
  }

  /** State that the broker keeps for later subscribers. */
  get retained(): RetainedTopics {
    return this.#retained
  }

  /**
   * What others publish on these topics, from the next connection on, and from now on where there is one. It is for small
   * signals: nothing is acknowledged, and what comes while there is no connection is missed.
   * Returns the function that ends it.
   */
  listen(topics: readonly string[], received: Received): () => void {
    const listening = { topics, received }
    this.#listening.add(listening)
    if (this.#phase === 'connected') this.#connection?.subscribe(topics)
    return () => {
      this.#listening.delete(listening)
    }
  }

  get counts(): Readonly<DeliveryCounts> {
    return this.#delivery.counts
  }

  /** What was set aside, the newest of it, with the reasons; the oldest first. */
  refused(most = 1_000): Promise<Refusal[]> {
    return this.#refused.list(most)
  }

  /** Publishes again what was set aside; resolves to how many messages those are. */
  resendRefused(): Promise<number> {
    return this.#delivery.resend()
  }

  /** Tries the topics that the broker did not take, now. Returns how many those are. */
  retry(): number {
    const count = this.#topics.retry()
    this.#sender.pumpSoon()
    return count
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
    this.#sender.end()
    this.#health?.ended(undefined)
    this.#retained.end()
    if (connection !== undefined) {
      if (wasConnected && this.#sender.hasRoomIn(this.#facts!))
        await this.#presence.sayOffline(connection, this.#facts!)
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
    const { url, clientId, username, password, keepalive, tls, statusTopic: topic } = this.#options
    const { protocolVersion, will: form } = this.#login.form
    const will = form === 'none' ? undefined : { topic, payload: 'offline', retain: form === 'retained' }
    const { connectTimeout } = this.#tuning
    this.#connection = this.#open(
      { url, clientId, username, password, keepalive, tls, will, connectTimeout, protocolVersion },
      {
        connected: (facts) => this.#connected(facts),
        ended: (ending) => this.#ended(ending),
        received: (topic, payload) => this.#received(topic, payload),
      },
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
    this.#login.accepted()
    this.#phase = 'connected'
    this.#problem = undefined
    this.#facts = facts
    this.#connectedAt = this.#clock.monotonic()
    this.#wasUseful = false
    this.#reports.lesserForm(this.#login.form, this.#login.isLess)
    this.#reports.connected(this.#options.clientId, this.#login.form.protocolVersion)
    this.#topics.connected()
    this.#health?.begin(connection)
    this.#retained.begin(facts)
    const topics = [...this.#listening].flatMap((each) => each.topics)
    if (topics.length > 0) connection.subscribe(topics)
    this.#watch()
    this.#changed()
    this.#sender.begin(connection, facts)
  }

  #received(topic: string, payload: string): void {
    for (const { topics, received } of [...this.#listening]) {
      if (topics.includes(topic)) received(topic, payload)
    }
  }

  #presenceAnswered(): void {
    // whoever takes the status may still close the connection on an event
    if (this.#presence.isOnline && this.#delivery.waiting === 0) this.#works()
    this.#sender.pumpSoon()
  }

  #acknowledged(): void {
    if (this.#wasUseful) return
    this.#wasUseful = true
    this.#works()
  }

  /** ms that a connection must last to be a good one: another client with our id pauses for long, too */
  get #goodAfter(): number {
    const { stableAfter, takeoverPauses } = this.#tuning
    return this.#takeovers > 0 ? 2 * takeoverPauses.longest : stableAfter
  }

  #works(): void {
    if (this.#takeovers === 0) this.#reports.works(this.#delivery.waiting)
  }

  #setAside(entry: Entry, reason: string): void {
    const text = `mqtt: ${this.#options.address} refuses event ${entry.id} on ${entry.topic}: ${reason}`
    if (entry.settled.length === 0) this.#reports.setAside(text)
    this.#delivery.setAside(entry, reason, text)
  }

  #ended({ problem, connected, blamesMessage, loginCode, isSilent }: Ending): void {
    if (this.#phase === 'closed') return
    this.#phase = 'connecting'
    this.#connection = undefined
    this.#stopTimer()
    let reason = problem
    if (connected) reason = this.#endConnection(problem, blamesMessage)
    else if (loginCode !== undefined && this.#login.refused(loginCode)) {
      // the broker is there, and takes the next connection at once: nothing has to wait on disk
      this.#connect()
      this.#changed()
      return
    } else if (isSilent) this.#login.unanswered()
    this.#outbox.spill()
    this.#tryAgain(reason)
    this.#changed()
  }

  /** Draws the consequences from the end of a connection; returns what is to be said of it. */
  #endConnection(problem: Problem, blamesMessage: boolean): Problem {
    const lasted = this.#clock.monotonic() - this.#connectedAt
    const isOurs = this.#own.some(({ since }) => since !== undefined)
    const oldest = this.#delivery.oldest?.entry
    const reason = this.#isTakeover(lasted, blamesMessage, isOurs || oldest !== undefined)
      ? takenOver(this.#options.clientId, false)
      : problem
    if (reason.kind === 'taken over') this.#takeovers++
    else {
      if (lasted >= this.#goodAfter) this.#takeovers = 0
      if (lasted >= this.#tuning.stableAfter || this.#wasUseful) this.#failures = 0
      if (blamesMessage && !isOurs && oldest !== undefined) this.#blame(oldest)
    }
    this.#sender.end()
    this.#retained.end()
    for (const own of this.#own) own.ended(blamesMessage ? 'it closed the connection on it' : undefined)
    this.#delivery.rewind()
    this.#topics.ended(this.#delivery.parked())
    return reason
  }

  /**
   * Whether it looks as if another client had our id: the connection ends soon after the login, time and again, without
   * a reason, and not on a message, because others are acknowledged, or nothing is in flight.
   */
  #isTakeover(lasted: number, blamesMessage: boolean, isInFlight: boolean): boolean {
    const isShort = blamesMessage && lasted < this.#tuning.stableAfter && (this.#wasUseful || !isInFlight)
    this.#shortOnes = isShort && this.#topics.isQuiet ? this.#shortOnes + 1 : 0
    return this.#shortOnes >= shortConnections
  }

  #tryAgain(problem: Problem): void {
    this.#problem = problem
    this.#reports.notConnected(problem, this.#delivery.waiting)
    this.#failures++
    const { pauses, takeoverPauses } = this.#tuning
    const pause =
      problem.kind === 'taken over'
        ? pauseAfter(this.#takeovers, this.#random(), takeoverPauses)
        : pauseAfter(this.#failures, this.#random(), pauses)
    this.#stopTimer = this.#clock.after(pause, () => this.#connect())
  }

  /** The broker closed the connection: perhaps because of the oldest message that it had not answered. */
  #blame(oldest: Entry): void {
    if (!this.#topics.closedOn(oldest, this.#delivery.underWay === 1)) return
    this.#convict(oldest, 'it closed the connection on it three times, and took others in between')
  }

  #convict(entry: Entry, reason: string): void {
    this.#setAside(entry, reason)
    this.#topics.wasSetAside(entry)
  }

  /** Looks at the oldest unanswered message: no message waits for ever for an answer. */
  #watch(): void {
    this.#stopTimer = this.#clock.after(watchInterval, () => {
      const now = this.#clock.monotonic()
      if (now - this.#connectedAt >= this.#goodAfter) this.#reports.works(this.#delivery.waiting)
      const { lateAfter, answerTimeout } = this.#tuning
      const oldest = this.#delivery.oldest?.since
      if (oldest !== undefined && now - oldest > lateAfter) this.#outbox.spill()
      const since = now - answerTimeout - this.#delivery.bytesUnderWay / 4
      if (this.#isUnansweredSince(since)) this.#giveUpWaiting(since)
      else {
        this.#watch()
        if (this.#presence.isReady) this.#sender.pumpSoon()
      }
    })
  }

  #isUnansweredSince(limit: number): boolean {
    const oldest = this.#delivery.oldest?.since ?? limit
    return oldest < limit || this.#own.some(({ since = limit }) => since < limit)
  }

  /** What was sent before the limit has no answer: an event may be guilty of that, or one of our own messages. */
  #giveUpWaiting(limit: number): void {
    const oldest = this.#delivery.oldest
    if (oldest !== undefined && oldest.since < limit) {
      const isGuilty = this.#topics.unanswered(oldest.entry, this.#delivery.isOvertaken)
      if (isGuilty) this.#convict(oldest.entry, 'it was not acknowledged three times, while others were')
    }
    for (const own of this.#own)
      if (own.since !== undefined && own.since < limit) own.ended('it was not acknowledged')
    const seconds = Math.round((this.#clock.monotonic() - limit) / 1000)
    const text = `does not acknowledge a message within ${seconds} s: connecting again`
    this.#connection?.abort({ kind: 'no answer', text })
  }

  #closures(): Pick<SessionState, 'closedTopics' | 'closedCount' | 'closedBroker'> {
    const closedTopics: ClosedTopic[] = []
    let closedCount = 0
    for (const closure of this.#topics.waiting()) {
      const waiting = this.#delivery.parkedOn(closure.topic)?.count ?? 0
      if (waiting === 0 || closedCount++ >= topicsNamed) continue
      closedTopics.push({ ...closure, waiting })
    }
    return { closedTopics, closedCount, closedBroker: this.#topics.broker }
  }

  #newDelivery(): Delivery {
    return new Delivery(this.#outbox, {
      refused: this.#refused,
      changed: () => {
        this.#changed()
        this.#sender.pumpSoon()
      },
      rememberedIds: this.#tuning.rememberedIds,
      clock: this.#clock,
      readable: () => this.#sender.pumpSoon(),
      full: (error) => this.#reports.full(error, this.#problem?.text),
      dropped: (count, why) => {
        this.#reports.dropped(count, why)
        this.#changed()
      },
      problem: (text) => this.#setDiskProblem(text),
    })
  }

  #newTopics(): Topics {
    return new Topics({
      clock: this.#clock,
      random: this.#random,
      pauses: this.#tuning.probePauses,
      listener: {
        closed: (topic, reason) => this.#reports.topicClosed(topic, reason),
        opened: (topic) => this.#reports.topicOpened(topic),
        brokerClosed: (reason) => this.#reports.brokerClosed(reason, this.#delivery.waiting),
        brokerOpened: () => this.#reports.brokerOpened(this.#delivery.waiting),
      },
    })
  }

  #newHealth(more: SessionParts['health']): Health | undefined {
    const { healthTopic: topic } = this.#options
    if (topic === undefined) return undefined
    return new Health({
      topic,
      interval: this.#tuning.healthInterval,
      clock: this.#clock,
      own: this.#ownTopic(`the health topic ${topic}`),
      report: async () => ({ ...healthOf(this.state, this.counts, this.#clock.wall()), ...(await more?.()) }),
      changed: () => this.#sender.pumpSoon(),
    })
  }

  #newRetained(): Retained {
    return new Retained({
      clock: this.#clock,
      random: this.#random,
      areEventsSent: () => this.#delivery.areAllSent,
      changed: () => this.#sender.pumpSoon(),
      refused: (what, why) => this.#reports.ownTopicRefused(what, why),
      notAvailable: () => this.#reports.noRetain(),
    })
  }

  #ownTopic(name: string): OwnTopic {
    return new OwnTopic(this.#clock, this.#random, (why) => this.#reports.ownTopicRefused(name, why))
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

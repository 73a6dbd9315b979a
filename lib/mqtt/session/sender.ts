// Sends while the window has room: our own messages, attempts on closed topics, and the others in order; and draws the
// consequences from the broker's answers. Which topics may be sent is decided by topics.ts.
import type { Clock } from '../../kit/clock.ts'
import type { Outgoing } from '../message/outgoing.ts'
import type { Entry } from '../outbox/outbox.ts'
import type { BrokerFacts, Connection } from '../wire/connection.ts'
import { canNeverPass, packetTooLarge, reasonText } from '../wire/problems.ts'
import type { Delivery } from './delivery.ts'
import { isTooLarge, outgoingOf } from './outgoing.ts'
import type { SessionTuning } from './session-options.ts'
import type { Topics } from './topics.ts'

/** A message of the session's own: it takes part in the window, and in nothing else. */
export interface OwnMessage {
  /** there is one to be sent */
  readonly isReady: boolean
  /** when it was sent on this connection (ms of the monotonic clock), while it is not answered */
  readonly since: number | undefined
  send(connection: Connection, facts: BrokerFacts): void
  /** The connection ended, so no answer will come. @param why in words, where a message may be the reason */
  ended(why: string | undefined): void
}

export interface SenderListener {
  /** the broker acknowledged a message of QoS 1 or 2 */
  acknowledged(): void
  /** a message can never pass */
  setAside(entry: Entry, reason: string): void
  /** topics or messages are in another state */
  changed(): void
}

export interface SenderParts {
  delivery: Delivery
  topics: Topics
  /** in the order in which they are sent */
  own: readonly OwnMessage[]
  limits: Pick<SessionTuning, 'window' | 'windowBytes'>
  clock: Clock
  listener: SenderListener
}

/** messages of one topic in a row, where several follow after they were closed */
const messagesInRow = 16

export class Sender {
  readonly #parts: SenderParts
  readonly #isOpen: (topic: string) => boolean
  #connection: Connection | undefined
  #facts: BrokerFacts | undefined
  #pumping = false
  /** a suspect that is in flight and must have no company */
  #alone: Entry | undefined
  /** topics whose parked messages follow now, and how many of the first one may still do so in a row */
  #draining: string[] = []
  #inRow = 0
  #isParkedsTurn = false
  #stopTimer = () => {}

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.#isOpen = (topic) => parts.topics.isOpen(topic)
  }

  begin(connection: Connection, facts: BrokerFacts): void {
    this.#connection = connection
    this.#facts = facts
    this.pump()
  }

  end(): void {
    this.#connection = undefined
    this.#alone = undefined
    this.#stopTimer()
  }

  /**
   * Once for all messages and answers of this turn of the event loop: what is sent together leaves in one system
   * call, and these are what sending costs most.
   */
  pumpSoon(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      this.pump()
    })
  }

  /** Sends what may be sent now. */
  pump(): void {
    const connection = this.#connection
    if (connection === undefined) return
    const facts = this.#facts!
    const now = this.#parts.clock.monotonic()
    this.#sendOwn(connection, facts)
    const { delivery, limits } = this.#parts
    const window = this.#windowOf(facts)
    while (delivery.underWay < window && delivery.bytesUnderWay < limits.windowBytes) {
      const entry = this.#next(now)
      if (entry === undefined) break
      const outgoing = outgoingOf(entry, facts)
      if (isTooLarge(outgoing, facts)) this.#setAside(entry, reasonText(packetTooLarge))
      else this.#send(connection, entry, outgoing)
    }
    // some of them wait until all events are sent
    this.#sendOwn(connection, facts)
    if (!this.#parts.topics.isQuiet) this.#wakeUp()
  }

  #send(connection: Connection, entry: Entry, outgoing: Outgoing): void {
    connection.publish(outgoing, (code) => {
      if (connection !== this.#connection) return
      if (code < 128) this.#acknowledged(entry, outgoing.qos > 0)
      else if (canNeverPass(code)) this.#setAside(entry, reasonText(code))
      else this.#postpone(entry, reasonText(code))
      this.pumpSoon()
    })
  }

  /** Without QoS there is no answer: it was written, which proves nothing. */
  #acknowledged(entry: Entry, isProof: boolean): void {
    this.#parts.delivery.acknowledge(entry)
    if (isProof) {
      this.#parts.topics.passed(entry)
      this.#parts.listener.acknowledged()
    } else this.#parts.topics.wasWritten(entry)
  }

  #setAside(entry: Entry, reason: string): void {
    this.#parts.listener.setAside(entry, reason)
    this.#parts.topics.wasSetAside(entry)
  }

  #postpone(entry: Entry, reason: string): void {
    const { delivery, topics, listener } = this.#parts
    delivery.postpone(entry)
    topics.refused(entry, reason, delivery.underWay)
    listener.changed()
  }

  /** Whether the broker takes one more message. */
  hasRoomIn(facts: BrokerFacts): boolean {
    const { delivery, limits } = this.#parts
    return delivery.underWay < this.#windowOf(facts) && delivery.bytesUnderWay < limits.windowBytes
  }

  /** Events that may be in flight at a time; our own messages take part of what the broker allows. */
  #windowOf({ receiveMaximum }: BrokerFacts): number {
    return Math.min(this.#parts.limits.window, receiveMaximum) - this.#ownPending
  }

  get #ownPending(): number {
    let pending = 0
    for (const own of this.#parts.own) if (own.since !== undefined) pending++
    return pending
  }

  #sendOwn(connection: Connection, facts: BrokerFacts): void {
    for (const own of this.#parts.own)
      if (own.isReady && this.hasRoomIn(facts) && !this.#isAlone) own.send(connection, facts)
  }

  get #isAlone(): boolean {
    return this.#alone?.underWay?.isIn === true
  }

  get #nothingInFlight(): boolean {
    return this.#parts.delivery.underWay === 0 && this.#ownPending === 0
  }

  /** What is sent next; from now on it is in flight. */
  #next(now: number): Entry | undefined {
    const { delivery, topics } = this.#parts
    if (topics.isQuiet) return delivery.next(now)
    if (this.#isAlone) return undefined
    if (topics.isHolding) {
      if (delivery.underWay > 0) return undefined
      topics.allAnswered()
    }
    if (topics.broker !== undefined) return this.#brokerAttempt(now)
    const attempt = this.#attempt(now)
    if (attempt === 'wait') return undefined
    return attempt ?? this.#inTurn(now) ?? this.#lastResort(now)
  }

  /** The broker takes nothing: one message at a time, of a topic that was not tried if there is one. */
  #brokerAttempt(now: number): Entry | undefined {
    const { delivery, topics } = this.#parts
    if (delivery.underWay > 0 || !topics.isBrokerDue) return undefined
    const untried = delivery.nextOpen(now, this.#isOpen)
    if (untried !== undefined) return untried
    for (const topic of topics.closed()) {
      const entry = this.#parkedOf(topic, now)
      if (entry !== undefined) return entry
    }
    return undefined
  }

  /** A message of a closed topic whose time has come; `wait` while a suspect waits to be alone in flight. */
  #attempt(now: number): Entry | 'wait' | undefined {
    const { topics } = this.#parts
    for (const { topic, suspect } of topics.due()) {
      const mustBeAlone = suspect?.alone === true
      if (mustBeAlone && !suspect.contrast) continue
      if (mustBeAlone && !this.#nothingInFlight) return 'wait'
      const entry = this.#parkedOf(topic, now)
      if (entry === undefined) continue
      if (mustBeAlone) this.#alone = entry
      return entry
    }
    return undefined
  }

  /** Nothing else can be sent: suspects that found no contrast. */
  #lastResort(now: number): Entry | undefined {
    const { delivery, topics } = this.#parts
    if (!this.#nothingInFlight) return undefined
    for (const { topic, suspect } of topics.due()) {
      if (!suspect?.alone) continue
      if (suspect.standIn) {
        topics.stoodIn(topic)
        const other = delivery.nextButFirst(topic, now)
        if (other !== undefined) return other
      }
      const entry = this.#parkedOf(topic, now)
      if (entry === undefined) continue
      this.#alone = entry
      return entry
    }
    return undefined
  }

  /** The first message of a closed topic, as an attempt; none while another one of it is in flight. */
  #parkedOf(topic: string, now: number): Entry | undefined {
    const { delivery, topics } = this.#parts
    const line = delivery.parkedOn(topic)
    if (line === undefined) topics.forget(topic)
    if (line === undefined || line.unread === 0 || line.inFlight > 0) return undefined
    const entry = delivery.nextParked(topic, now, false)
    if (entry !== undefined) topics.tried(topic)
    return entry
  }

  /** What is parked and may be sent again, and everything else, in turn: neither waits for the other. */
  #inTurn(now: number): Entry | undefined {
    this.#isParkedsTurn = !this.#isParkedsTurn
    return this.#isParkedsTurn
      ? (this.#nextDraining(now) ?? this.#nextOpen(now))
      : (this.#nextOpen(now) ?? this.#nextDraining(now))
  }

  #nextOpen(now: number): Entry | undefined {
    return this.#parts.delivery.nextOpen(now, this.#isOpen)
  }

  /** The topics in turn, each with some messages in a row. */
  #nextDraining(now: number): Entry | undefined {
    const { delivery, topics } = this.#parts
    for (let isNew = false; ; ) {
      const topic = this.#draining[0]
      if (topic === undefined) {
        if (isNew) return undefined
        isNew = true
        this.#draining = [...topics.draining()]
        this.#inRow = messagesInRow
        if (this.#draining.length === 0) return undefined
        continue
      }
      const entry =
        this.#inRow-- > 0 && topics.isDraining(topic) ? delivery.nextParked(topic, now, true) : undefined
      if (entry !== undefined) return entry
      if (topics.isDraining(topic) && (delivery.parkedOn(topic)?.unread ?? 0) === 0) topics.forget(topic)
      this.#draining.shift()
      this.#inRow = messagesInRow
    }
  }

  /** Pumps again when something else may be tried. */
  #wakeUp(): void {
    this.#stopTimer()
    const { nextIn } = this.#parts.topics
    if (nextIn !== undefined) this.#stopTimer = this.#parts.clock.after(nextIn, () => this.pumpSoon())
  }
}

// Which topics the broker takes messages on, and whether it takes any: what a refusal closes, when it is tried again,
// and which message is guilty of a closed connection. Knows topics and keys of messages, and the time; sends nothing.
// The states are described in lib/mqtt/README.md, "Topics and the broker: the state machine".
import { type Pauses, pauseAfter } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'

/** A message, as far as it matters here. */
export interface Sent {
  readonly topic: string
  readonly key: string
}

/** A topic, or the broker as a whole, that takes nothing now. */
export interface Closure {
  /** ms since 1970 */
  since: number
  /** in words */
  reason: string
}

export interface TopicsListener {
  closed(topic: string, reason: string): void
  opened(topic: string): void
  brokerClosed(reason: string): void
  brokerOpened(): void
}

export interface TopicsParts {
  clock: Pick<Clock, 'wall' | 'monotonic'>
  /** 0 … 1 */
  random: () => number
  /** between attempts */
  pauses: Pauses
  listener: TopicsListener
}

/** closed | probing: one message of it is in flight | draining: it is taken, and those that wait are sent */
type Phase = 'closed' | 'probing' | 'draining'

/** Perhaps the first message of its topic makes the broker close connections, or is never answered. */
interface Suspect {
  key: string
  /** it must be alone in flight */
  alone: boolean
  strikes: number
  /** another message was acknowledged since the last strike */
  contrast: boolean
  /** closes with nothing else in flight, with and without a contrast */
  closes: number
  /** the next message of its topic has its turn */
  standIn: boolean
}

interface Closed extends Closure {
  phase: Phase
  /** attempts that failed in a row */
  failures: number
  /** ms of the monotonic clock */
  due: number
  suspect: Suspect | undefined
}

/** so many topics that are closed with nothing acknowledged in between close the broker */
const topicsThatClose = 3
/** closes with a message alone in flight that convict it, and time-outs */
const strikesThatConvict = 3
/** so often a suspect is sent before messages of its own topic stand in for the contrast */
const closesBeforeStandIn = 3
/** a topic that passes at once says nothing about the others */
const failuresOfAnOutage = 2

export class Topics {
  readonly #parts: TopicsParts
  /** those that were tried least recently first */
  readonly #closed = new Map<string, Closed>()
  #broker: (Closure & { failures: number; due: number }) | undefined
  /** topics that were closed since a message was acknowledged */
  #streak = 0
  #suspects = 0
  /** the oldest message without an answer when the connection was closed, and how often in a row it was that */
  #candidate: { key: string; closes: number } | undefined

  constructor(parts: TopicsParts) {
    this.#parts = parts
  }

  /** No topic is closed: there is nothing to ask here. */
  get isQuiet(): boolean {
    return this.#closed.size === 0 && this.#broker === undefined
  }

  /** The broker takes nothing. */
  get broker(): Closure | undefined {
    return this.#broker && { since: this.#broker.since, reason: this.#broker.reason }
  }

  /** So many topics are refused that nothing new is sent before what is in flight has been answered. */
  get isHolding(): boolean {
    return this.#streak >= topicsThatClose
  }

  isOpen(topic: string): boolean {
    return !this.#closed.has(topic)
  }

  /** Those that wait: not those that the broker takes again. */
  *waiting(): Generator<{ topic: string } & Closure> {
    for (const [topic, { since, reason, phase }] of this.#closed)
      if (phase !== 'draining') yield { topic, since, reason }
  }

  /** Those that the broker takes again while messages of theirs wait. */
  *draining(): Generator<string> {
    for (const [topic, { phase }] of this.#closed) if (phase === 'draining') yield topic
  }

  isDraining(topic: string): boolean {
    return this.#closed.get(topic)?.phase === 'draining'
  }

  /** Closed ones whose time has come, those that were tried least recently first. */
  *due(): Generator<{ topic: string; suspect: Readonly<Suspect> | undefined }> {
    const now = this.#parts.clock.monotonic()
    for (const [topic, { phase, due, suspect }] of this.#closed)
      if (phase === 'closed' && due <= now) yield { topic, suspect }
  }

  /** All that are closed, whenever they are due, those that were tried least recently first. */
  *closed(): Generator<string> {
    for (const [topic, { phase }] of this.#closed) if (phase === 'closed') yield topic
  }

  /** The broker is closed, and may be tried. */
  get isBrokerDue(): boolean {
    return this.#broker !== undefined && this.#broker.due <= this.#parts.clock.monotonic()
  }

  /** ms until something else may be tried than what may be tried now; undefined where there is nothing */
  get nextIn(): number | undefined {
    const now = this.#parts.clock.monotonic()
    let next = Number.POSITIVE_INFINITY
    if (this.#broker !== undefined) next = this.#broker.due
    else
      for (const { phase, due } of this.#closed.values())
        if (phase === 'closed' && due > now) next = Math.min(next, due)
    return next > now && next < Number.POSITIVE_INFINITY ? next - now : undefined
  }

  /** Messages of these topics wait from before: they are tried first, all of them at once. */
  resume(topics: Iterable<{ topic: string; oldest: number | undefined }>): void {
    const reason = 'it was refused before the restart'
    for (const { topic, oldest } of topics)
      this.#close(topic, reason, oldest ?? this.#parts.clock.wall()).due = this.#parts.clock.monotonic()
  }

  /** One message of a closed topic is sent. */
  tried(topic: string): void {
    const closed = this.#closed.get(topic)
    if (closed === undefined) return
    closed.phase = 'probing'
    this.#closed.delete(topic)
    this.#closed.set(topic, closed)
  }

  /** A message of the suspect's topic is sent in its place. */
  stoodIn(topic: string): void {
    const suspect = this.#closed.get(topic)?.suspect
    if (suspect !== undefined) suspect.standIn = false
  }

  /**
   * The broker does not take a message now.
   * @param inFlight messages without an answer besides it
   */
  refused({ topic }: Sent, reason: string, inFlight: number): void {
    let closed = this.#closed.get(topic)
    if (closed === undefined || closed.phase === 'draining') {
      if (closed === undefined && this.#broker === undefined) this.#streak++
      closed = this.#close(topic, reason, this.#parts.clock.wall())
      this.#parts.listener.closed(topic, reason)
    }
    closed.reason = reason
    if (closed.phase === 'probing') this.#failed(closed)
    closed.phase = 'closed'
    if (this.#broker !== undefined) this.#brokerFailed(reason)
    else this.#closeBroker(reason, inFlight)
  }

  /** The broker acknowledged a message. */
  passed(sent: Sent): void {
    this.#streak = 0
    // a key costs a string for each message from disk: it is asked for only where it matters
    if (this.#candidate !== undefined && this.#candidate.key === sent.key) this.#candidate = undefined
    if (this.isQuiet) return
    if (this.#suspects > 0) this.#noteContrast(sent.key)
    if (this.#broker !== undefined) this.#openBroker()
    const closed = this.#closed.get(sent.topic)
    if (closed?.phase !== 'probing') return
    if (closed.failures >= failuresOfAnOutage) this.#hurry()
    closed.phase = 'draining'
    this.#acquit(closed)
    this.#parts.listener.opened(sent.topic)
  }

  /** A message of QoS 0 was written: nobody knows whether it passed, and the next one is tried. */
  wasWritten({ topic }: Sent): void {
    const closed = this.#closed.get(topic)
    if (closed?.phase === 'probing') closed.phase = 'closed'
  }

  /** Nothing is in flight, and nothing of it was acknowledged. */
  allAnswered(): void {
    const last = [...this.#closed.values()].at(-1)
    this.#closeBroker(last?.reason ?? 'it refuses all topics', 0)
  }

  /** No message of it waits any more, or is in flight as an attempt: it is as if it had never been closed. */
  forget(topic: string): void {
    const closed = this.#closed.get(topic)
    if (closed === undefined) return
    this.#acquit(closed)
    this.#closed.delete(topic)
  }

  /** A message of it was set aside: the next one is tried. */
  wasSetAside({ topic }: Sent): void {
    const closed = this.#closed.get(topic)
    if (closed === undefined || closed.phase === 'draining') return
    this.#acquit(closed)
    closed.phase = 'closed'
    closed.failures = 0
    closed.due = this.#parts.clock.monotonic()
  }

  /** Connected: what is refused is tried at once. Suspects are not: they may be why there is a new connection. */
  connected(): void {
    const now = this.#parts.clock.monotonic()
    if (this.#broker !== undefined) this.#broker.due = now
    for (const closed of this.#closed.values()) if (closed.suspect === undefined) closed.due = now
  }

  /** Somebody asks for an attempt. Returns how many topics wait. */
  retry(): number {
    const now = this.#parts.clock.monotonic()
    if (this.#broker !== undefined) this.#broker.due = now
    let count = 0
    for (const closed of this.#closed.values()) {
      if (closed.phase === 'draining') continue
      closed.due = now
      count++
    }
    return count
  }

  /**
   * The connection has ended; nothing is in flight any more.
   * @param parked topics of which messages wait
   */
  ended(parked: Iterable<{ topic: string; unread: number }>): void {
    for (const closed of this.#closed.values()) if (closed.phase === 'probing') closed.phase = 'closed'
    for (const { topic, unread } of parked) {
      // it had all been sent already
      if (unread > 0 && this.isOpen(topic))
        this.#close(topic, '', this.#parts.clock.wall()).phase = 'draining'
    }
    this.allAnswered()
  }

  /**
   * The broker closed the connection, and this is the oldest message without an answer. True where it is guilty.
   * @param alone nothing else was in flight
   */
  closedOn(sent: Sent, alone: boolean): boolean {
    const closed = this.#closed.get(sent.topic)
    if (this.#broker !== undefined) this.#brokerFailed('it closes the connection')
    const suspect = closed && this.#suspectOf(closed, sent)
    if (closed === undefined || suspect === undefined) {
      this.#suspect(sent, alone)
      return false
    }
    this.#failed(closed)
    if (suspect.key !== sent.key) return false
    suspect.alone = true
    if (alone) this.#strike(suspect)
    suspect.standIn = suspect.closes >= closesBeforeStandIn
    return suspect.strikes >= strikesThatConvict
  }

  /**
   * A message was not answered in time.
   * @param overtaken one that was sent after it was acknowledged
   * @returns whether it is guilty
   */
  unanswered(sent: Sent, overtaken: boolean): boolean {
    const known = this.#closed.get(sent.topic)
    if (!overtaken) {
      if (known?.phase === 'probing') this.#failed(known)
      return false
    }
    const closed = known ?? this.#newlyClosed(sent.topic, 'it is not acknowledged, while others are')
    const suspect = this.#suspectOf(closed, sent) ?? this.#setSuspect(closed, sent.key, false)
    closed.phase = 'closed'
    this.#failed(closed)
    if (suspect.key !== sent.key) return false
    suspect.contrast = true
    this.#strike(suspect)
    return suspect.strikes >= strikesThatConvict
  }

  /** The suspect of a topic, which may have gone: then what is sent as an attempt is another message. */
  #suspectOf(closed: Closed, { key }: Sent): Suspect | undefined {
    if (closed.phase === 'probing' && closed.suspect?.key !== key) this.#acquit(closed)
    return closed.suspect
  }

  #suspect(sent: Sent, alone: boolean): void {
    const { key } = sent
    if (this.#candidate?.key !== key) this.#candidate = { key, closes: 0 }
    if (++this.#candidate.closes < 2) return
    this.#candidate = undefined
    const reason = 'the connection is closed when a message is sent'
    const closed = this.#closed.get(sent.topic) ?? this.#newlyClosed(sent.topic, reason)
    closed.phase = 'closed'
    closed.reason = reason
    const suspect = this.#setSuspect(closed, key, true)
    if (alone) this.#strike(suspect)
    this.#failed(closed)
  }

  #setSuspect(closed: Closed, key: string, alone: boolean): Suspect {
    if (closed.suspect === undefined) this.#suspects++
    closed.suspect = { key, alone, strikes: 0, contrast: false, closes: 0, standIn: false }
    return closed.suspect
  }

  /** It counts if others were acknowledged since the last one. */
  #strike(suspect: Suspect): void {
    suspect.closes++
    if (suspect.strikes > 0 && !suspect.contrast) return
    suspect.strikes++
    suspect.contrast = false
  }

  #noteContrast(key: string): void {
    for (const { suspect } of this.#closed.values())
      if (suspect !== undefined && suspect.key !== key) suspect.contrast = true
  }

  #acquit(closed: Closed): void {
    if (closed.suspect === undefined) return
    closed.suspect = undefined
    this.#suspects--
  }

  #newlyClosed(topic: string, reason: string): Closed {
    const closed = this.#close(topic, reason, this.#parts.clock.wall())
    if (this.#broker === undefined) this.#streak++
    this.#parts.listener.closed(topic, reason)
    return closed
  }

  /** The first attempt is due after the first pause. */
  #close(topic: string, reason: string, since: number): Closed {
    const closed: Closed = { since, reason, phase: 'closed', failures: 0, due: 0, suspect: undefined }
    this.#failed(closed)
    this.#closed.set(topic, closed)
    return closed
  }

  #failed(closed: Closed): void {
    closed.failures++
    closed.due = this.#dueAfter(closed.failures)
  }

  #closeBroker(reason: string, inFlight: number): void {
    if (!this.isHolding || inFlight > 0 || this.#broker !== undefined) return
    this.#broker = { since: this.#parts.clock.wall(), reason, failures: 1, due: this.#dueAfter(1) }
    this.#streak = 0
    this.#parts.listener.brokerClosed(reason)
  }

  #brokerFailed(reason: string): void {
    const broker = this.#broker!
    broker.reason = reason
    broker.failures++
    broker.due = this.#dueAfter(broker.failures)
  }

  #openBroker(): void {
    this.#broker = undefined
    this.#hurry()
    this.#parts.listener.brokerOpened()
  }

  /** The broker takes again what it did not take: perhaps all of it. */
  #hurry(): void {
    const now = this.#parts.clock.monotonic()
    for (const closed of this.#closed.values()) if (closed.suspect === undefined) closed.due = now
  }

  #dueAfter(failures: number): number {
    const { clock, random, pauses } = this.#parts
    return clock.monotonic() + pauseAfter(failures, random(), pauses)
  }
}

// State that the broker keeps for those who connect later: retained messages of the gateway's own, which are not events. Of a
// topic only the newest payload counts, so nothing here goes through the outbox: a topic is up to date or it is not, and while the
// broker is away newer payloads take the place of older ones. They are sent a few at a time and at a limited rate, so that events
// are not delayed, and all of them again on each connection, because the broker may have been emptied meanwhile.
import { type Pauses, pauseAfter } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Payload } from '../message/outgoing.ts'
import type { BrokerFacts, Connection } from '../wire/connection.ts'
import { packetTooLarge, reasonText } from '../wire/problems.ts'
import { isTooLarge } from './outgoing.ts'
import type { OwnMessage } from './sender.ts'

/** messages without the broker's answer at a time */
const lanes = 4
/** ms between two messages, on average: 100 a second, */
const interval = 10
/** and characters a ms: 50,000 a second. A long one takes more of the processor and of a slow line, so more time passes before the next. */
const pace = 50
/** messages that may leave at once after a pause */
const burst = 4
/** ms between attempts on a topic that the broker refuses */
const pauses: Pauses = { first: 10_000, longest: 3_600_000 }
/** ms for which the newest readings wait at most for messages of events, where these keep coming faster than they leave */
const longestWait = 60_000
/** connections in a row that end with a topic in flight: until then something else may be the reason */
const mostEnds = 3

/** A payload, or what makes it when it is sent: of many that come only the last one is ever made. */
export type RetainedPayload = Payload | (() => Payload)

/** Where retained state is put. */
export interface RetainedTopics {
  /**
   * @param kind of state, in words, for the log: a refusal is said once for each
   * @param isOfEvent the payload is of an event, and is not to come before the message of that event
   */
  put(topic: string, payload: RetainedPayload, kind: string, isOfEvent?: boolean): void
  /**
   * The broker is to forget the topic.
   * @param gone is called when it has; at once where it never had it
   * @param isOfEarlier a process before this one may have put it there
   */
  remove(topic: string, kind: string, gone?: () => void, isOfEarlier?: boolean): void
}

export interface RetainedParts {
  clock: Clock
  /** 0 … 1 */
  random: () => number
  /** Whether all messages of events that were handed over have been sent on this connection. */
  areEventsSent(): boolean
  /** something may be sent, or was answered */
  changed(): void
  /** told once for each kind until the broker takes all of it. @param what the kind, and one topic of it */
  refused(what: string, why: string): void
  /** told once for a connection without retained messages, where there are any */
  notAvailable(): void
}

interface Topic {
  name: string
  kind: string
  /** undefined: the topic is to be emptied */
  payload: RetainedPayload | undefined
  isOfEvent: boolean
  gone: (() => void) | undefined
  /** the broker may have it */
  isSent: boolean
  /** the payload that is in flight is not the newest any more */
  isChanged: boolean
  failures: number
  ends: number
  /** by the monotonic clock: it is not tried before */
  due: number
}

export class Retained implements RetainedTopics {
  readonly #parts: RetainedParts
  readonly #topics = new Map<string, Topic>()
  /** topics whose state the broker does not have, in the order in which they are sent */
  readonly #dirty = new Set<Topic>()
  /** such topics, too, whose payloads are not to come before the messages of their events */
  readonly #following = new Set<Topic>()
  /** by the monotonic clock: since when there are such, and a connection */
  #followingSince = 0
  /** topics that the broker refused: they wait for their next attempt */
  readonly #refused = new Set<Topic>()
  readonly #lanes: readonly Lane[]
  /** whether the broker keeps messages; undefined while there is no connection */
  #isAvailable: boolean | undefined
  #toldMissing = false
  /** by the monotonic clock: when the next message may leave */
  #next = 0
  #stopPace: (() => void) | undefined
  #stopRetry: (() => void) | undefined

  constructor(parts: RetainedParts) {
    this.#parts = parts
    this.#lanes = Array.from({ length: lanes }, () => new Lane(this))
  }

  /** The session's own messages, one for each that may be in flight. */
  get messages(): readonly OwnMessage[] {
    return this.#lanes
  }

  /** ms of the monotonic clock */
  get now(): number {
    return this.#parts.clock.monotonic()
  }

  /** topics that the broker has yet to be told about */
  get waiting(): number {
    return (
      this.#dirty.size +
      this.#following.size +
      this.#refused.size +
      this.#lanes.filter(({ since }) => since !== undefined).length
    )
  }

  put(name: string, payload: RetainedPayload, kind: string, isOfEvent = false): void {
    this.#set(name, { payload, kind, isOfEvent, gone: undefined })
  }

  remove(name: string, kind: string, gone?: () => void, isOfEarlier = true): void {
    const topic = this.#topics.get(name)
    if (!isOfEarlier && topic?.isSent !== true) {
      // else what comes and goes while the broker is away would wait for it without end
      if (topic !== undefined) this.#drop(topic)
      gone?.()
      return
    }
    this.#set(name, { payload: undefined, kind, isOfEvent: false, gone })
  }

  /** A connection: the broker may know nothing any more. */
  begin({ retainAvailable }: BrokerFacts): void {
    this.#isAvailable = retainAvailable
    // what came while the broker was away has events in front of it that wait for as long
    this.#followingSince = this.now
    for (const topic of this.#topics.values()) this.#markDirty(topic)
    if (retainAvailable) this.#toldMissing = false
    this.#tellMissing()
    this.#retryLater()
  }

  /** The broker may have lost all of it, or somebody asks to be told again. */
  again(): void {
    for (const topic of this.#topics.values()) this.#markDirty(topic)
    this.#parts.changed()
  }

  end(): void {
    this.#isAvailable = undefined
    this.#stopPace?.()
    this.#stopPace = undefined
    this.#stopRetry?.()
    this.#stopRetry = undefined
  }

  /** Whether one may be sent now; where the rate alone forbids it, the sender is woken in time. */
  get mayBegin(): boolean {
    if (this.#isAvailable !== true || this.#sendable.size === 0) return false
    const early = this.#next - this.now
    if (early <= 0) return true
    this.#stopPace ??= this.#parts.clock.after(Math.max(1, early), () => {
      this.#stopPace = undefined
      this.#parts.changed()
    })
    return false
  }

  /** Sends the next one. Returns its topic, while an answer is to be waited for. @param answered once, while the connection lasts */
  send(connection: Connection, facts: BrokerFacts, answered: () => void): Topic | undefined {
    const sendable = this.#sendable
    const [topic] = sendable
    if (topic === undefined) return undefined
    sendable.delete(topic)
    topic.isChanged = false
    const payload = typeof topic.payload === 'function' ? topic.payload() : (topic.payload ?? '')
    const outgoing = { topic: topic.name, payload, retain: true, qos: 1 as const }
    const isSendable = !isTooLarge(outgoing, facts)
    const pause = isSendable ? Math.max(interval, payload.length / pace) : interval
    this.#next = Math.max(this.#next, this.now - (burst - 1) * interval) + pause
    if (!isSendable) {
      this.#refuse(topic, reasonText(packetTooLarge))
      return undefined
    }
    topic.isSent = true
    connection.publish(outgoing, (code) => {
      if (code < 128) this.#taken(topic)
      else this.#refuse(topic, reasonText(code))
      answered()
      this.#parts.changed()
    })
    return topic
  }

  /** No answer will come to it. @param why in words, where it may be the reason */
  unanswered(topic: Topic, why: string | undefined): void {
    if (why !== undefined && ++topic.ends >= mostEnds) this.#refuse(topic, `${why} three times in a row`)
    else this.#markDirty(topic)
  }

  #set(name: string, wanted: Pick<Topic, 'payload' | 'kind' | 'isOfEvent' | 'gone'>): void {
    const known = this.#topics.get(name)
    const topic = known ?? { name, ...wanted, isSent: false, isChanged: false, failures: 0, ends: 0, due: 0 }
    if (known === undefined) this.#topics.set(name, topic)
    else {
      // else it keeps its place
      if (known.isOfEvent !== wanted.isOfEvent) {
        this.#dirty.delete(known)
        this.#following.delete(known)
      }
      Object.assign(known, wanted)
    }
    this.#markDirty(topic)
    this.#tellMissing()
    if (this.#isAvailable) this.#parts.changed()
  }

  #drop(topic: Topic): void {
    this.#topics.delete(topic.name)
    for (const waiting of [this.#dirty, this.#following, this.#refused]) waiting.delete(topic)
  }

  /** Those of which one may be sent now, but for the rate. */
  get #sendable(): Set<Topic> {
    if (this.#dirty.size > 0 || this.#following.size === 0) return this.#dirty
    const isLate = this.now - this.#followingSince >= longestWait
    return isLate || this.#parts.areEventsSent() ? this.#following : this.#dirty
  }

  #add(topic: Topic): void {
    if (!topic.isOfEvent) {
      this.#dirty.add(topic)
      return
    }
    if (this.#following.size === 0) this.#followingSince = this.now
    this.#following.add(topic)
  }

  /** One that is in flight is sent again when it is answered. */
  #markDirty(topic: Topic): void {
    topic.isChanged = true
    if (this.#refused.has(topic) || this.#lanes.some((lane) => lane.topic === topic)) return
    this.#add(topic)
  }

  #taken(topic: Topic): void {
    topic.failures = 0
    topic.ends = 0
    if (topic.isChanged) this.#add(topic)
    else if (topic.payload === undefined) {
      this.#topics.delete(topic.name)
      topic.gone?.()
    }
  }

  #refuse(topic: Topic, why: string): void {
    const isSaid = [...this.#topics.values()].some(
      ({ kind, failures }) => kind === topic.kind && failures > 0,
    )
    topic.failures++
    if (!isSaid) this.#parts.refused(`${topic.kind} (${topic.name})`, why)
    topic.due = this.now + pauseAfter(topic.failures, this.#parts.random(), pauses)
    this.#refused.add(topic)
    this.#retryLater()
  }

  /** Has the refused ones tried when their time has come. */
  #retryLater(): void {
    if (this.#stopRetry !== undefined || this.#refused.size === 0) return
    const due = Math.min(...[...this.#refused].map((topic) => topic.due))
    this.#stopRetry = this.#parts.clock.after(Math.max(1, due - this.now), () => {
      this.#stopRetry = undefined
      for (const topic of this.#refused) {
        if (topic.due > this.now) continue
        this.#refused.delete(topic)
        this.#add(topic)
      }
      this.#retryLater()
      this.#parts.changed()
    })
  }

  #tellMissing(): void {
    if (this.#isAvailable !== false || this.#toldMissing || this.#topics.size === 0) return
    this.#toldMissing = true
    this.#parts.notAvailable()
  }
}

/** Room for one message in flight. */
class Lane implements OwnMessage {
  readonly #retained: Retained
  #topic: Topic | undefined
  #since: number | undefined

  constructor(retained: Retained) {
    this.#retained = retained
  }

  get topic(): Topic | undefined {
    return this.#topic
  }

  get since(): number | undefined {
    return this.#since
  }

  get isReady(): boolean {
    return this.#since === undefined && this.#retained.mayBegin
  }

  send(connection: Connection, facts: BrokerFacts): void {
    this.#since = this.#retained.now
    this.#topic = this.#retained.send(connection, facts, () => this.#clear())
    if (this.#topic === undefined) this.#since = undefined
  }

  ended(why: string | undefined): void {
    const topic = this.#topic
    this.#clear()
    if (topic !== undefined) this.#retained.unanswered(topic, why)
  }

  #clear(): void {
    this.#topic = undefined
    this.#since = undefined
  }
}

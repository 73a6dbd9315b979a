// The lines that a session writes to the log: one for each change of state, not for each attempt or message.
import { ageText } from '../../kit/age.ts'
import type { Clock } from '../../kit/clock.ts'
import { RateLimit } from '../../kit/rate-limit.ts'
import type { ProtocolVersion } from '../wire/connection.ts'
import type { Problem, ProblemKind } from '../wire/problems.ts'
import type { LoginForm } from './login.ts'
import type { Report } from './session-options.ts'

const versionNames = { 3: '3.1', 4: '3.1.1', 5: '5' } as const
/** ms between lines about messages that were set aside, and about topics that were closed or opened */
const interval = 60_000

export class SessionReports {
  readonly #report: Report
  readonly #address: string
  readonly #clock: Clock
  /** since the connection was last known to be good */
  #problem: { kind: ProblemKind; since: number } | undefined
  #wasConnected = false
  #diskProblem: string | undefined
  readonly #setAside: Grouped
  readonly #closed: Grouped
  readonly #opened: Grouped
  /** what was said of the login form that is used */
  #form = ''

  constructor(report: Report, address: string, clock: Clock) {
    this.#report = report
    this.#address = address
    this.#clock = clock
    this.#setAside = new Grouped(clock)
    this.#closed = new Grouped(clock)
    this.#opened = new Grouped(clock)
  }

  /** The broker let us in. After an outage that is said when it has proved to work: see `works`. */
  connected(clientId: string, protocol: ProtocolVersion): void {
    if (this.#wasConnected) return
    this.#wasConnected = true
    this.#problem = undefined
    this.#report(
      'info',
      `mqtt: connected to ${this.#address} as ${clientId} (MQTT ${versionNames[protocol]})`,
    )
  }

  /** The broker takes messages, or the connection has lasted. */
  works(waiting: number): void {
    const problem = this.#problem
    if (problem === undefined) return
    this.#problem = undefined
    const age = ageText(this.#clock.monotonic() - problem.since)
    this.#report('info', `mqtt: connected to ${this.#address} again after ${age}${held(waiting)}`)
  }

  notConnected(problem: Problem, waiting: number): void {
    const before = this.#problem
    this.#problem = { kind: problem.kind, since: before?.since ?? this.#clock.monotonic() }
    if (before?.kind === problem.kind) return
    const level = ['unreachable', 'lost', 'no answer'].includes(problem.kind) ? 'warn' : 'error'
    this.#report(level, `mqtt: ${this.#address} ${problem.text}. Trying again${held(waiting)}.`)
  }

  /** The login asks for less than the settings do. `why`: the broker said so, or closed the connection. */
  lesserForm({ protocolVersion, will }: LoginForm, isLess: { version: boolean; will: boolean }): void {
    const form = `${isLess.version ? protocolVersion : ''} ${isLess.will ? will : ''}`
    if (form === this.#form) return
    this.#form = form
    if (isLess.version) {
      const what = 'MQTT 3.1.1 is used instead, on which a broker cannot say that it refuses a message'
      this.#report('info', `mqtt: ${this.#address} does not speak MQTT 5; ${what}`)
    }
    if (isLess.will) {
      const how =
        will === 'plain' ? 'is not retained' : 'is left out: a lost connection does not show as offline'
      this.#report('warn', `mqtt: ${this.#address} does not take the last will as it is; it ${how}`)
    }
  }

  /** The broker refuses a topic of ours. */
  ownTopicRefused(what: string, why: string): void {
    const then = 'It is tried again at growing intervals; events are published all the same.'
    this.#report('warn', `mqtt: ${this.#address} does not take ${what}: ${why}. ${then}`)
  }

  /** There is state to be kept, and the broker keeps none. */
  noRetain(): void {
    const what = 'latest values, the availability of devices and their announcements are not published'
    this.#report('info', `mqtt: ${this.#address} keeps no messages for later subscribers: ${what}`)
  }

  topicClosed(topic: string, reason: string): void {
    const more = this.#closed.count()
    if (more === undefined) return
    const then = 'Its messages wait and are tried again; other topics go on.'
    this.#report('warn', `mqtt: ${this.#address} does not take the topic ${topic}: ${reason}${more}. ${then}`)
  }

  topicOpened(topic: string): void {
    const more = this.#opened.count()
    if (more !== undefined)
      this.#report('info', `mqtt: ${this.#address} takes the topic ${topic} again${more}`)
  }

  brokerClosed(reason: string, waiting: number): void {
    const then = 'One message at a time is tried; nothing is given up'
    this.#report('error', `mqtt: ${this.#address} takes no topic: ${reason}. ${then}${held(waiting)}.`)
  }

  brokerOpened(waiting: number): void {
    this.#report('info', `mqtt: ${this.#address} takes messages again${held(waiting)}`)
  }

  /** A message that nobody waits for any more can never pass. */
  setAside(text: string): void {
    const more = this.#setAside.count()
    if (more !== undefined) this.#report('warn', `${text}${more}. It is set aside, and can be sent again.`)
  }

  full(error: Error, why: string | undefined): void {
    const reason = why === undefined ? '' : ` while ${this.#address} ${why}`
    const rest = 'Further messages fail until there is room; the journal keeps their events.'
    this.#report('error', `mqtt: ${error.message}${reason}. ${rest}`)
  }

  dropped(count: number, why: string): void {
    const what = count === 1 ? '1 message is given up' : `${count} messages are given up`
    this.#report('error', `mqtt: ${what}: ${why}. The journal keeps their events.`)
  }

  disk(text: string | undefined): void {
    const before = this.#diskProblem
    this.#diskProblem = text
    if (text !== undefined && before === undefined) this.#report('error', `mqtt: ${text}`)
    else if (text === undefined && before !== undefined) this.#report('info', 'mqtt: the outbox works again')
  }

  notClosed(error: Error): void {
    this.#report('error', `mqtt: ${error.message}; their senders send them again`)
  }
}

/** Things of one kind, of which one is said in an interval, with the number of the others. */
class Grouped {
  readonly #limit: RateLimit
  #unsaid = 0

  constructor(clock: Clock) {
    this.#limit = new RateLimit(interval, clock)
  }

  /** What to say of those before; undefined where nothing is to be said now. */
  count(): string | undefined {
    if (!this.#limit.allows()) {
      this.#unsaid++
      return undefined
    }
    const more = this.#unsaid
    this.#unsaid = 0
    return more === 0 ? '' : ` (and ${more} more since the last line about it)`
  }
}

function held(waiting: number): string {
  return waiting === 0 ? '' : `; ${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'}`
}

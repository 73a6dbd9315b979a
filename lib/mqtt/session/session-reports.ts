// The lines that a session writes to the log: one for each change of state, not for each attempt or message.
import type { Clock } from '../../kit/clock.ts'
import type { ProtocolVersion } from '../wire/connection.ts'
import type { Problem } from '../wire/problems.ts'
import type { Report } from './session-options.ts'

const versionNames = { 3: '3.1', 4: '3.1.1', 5: '5' } as const
/** ms between lines about refused messages */
const refusalInterval = 60_000

export class SessionReports {
  readonly #report: Report
  readonly #address: string
  readonly #clock: Clock
  #problem: Problem | undefined
  #diskProblem: string | undefined
  #lastRefusal = Number.NEGATIVE_INFINITY
  #refusals = 0

  constructor(report: Report, address: string, clock: Clock) {
    this.#report = report
    this.#address = address
    this.#clock = clock
  }

  connected(clientId: string, protocol: ProtocolVersion): void {
    this.#problem = undefined
    this.#report(
      'info',
      `mqtt: connected to ${this.#address} as ${clientId} (MQTT ${versionNames[protocol]})`,
    )
  }

  notConnected(problem: Problem, waiting: number): void {
    const before = this.#problem
    this.#problem = problem
    if (before?.kind === problem.kind) return
    const level = ['unreachable', 'lost', 'no answer'].includes(problem.kind) ? 'warn' : 'error'
    const held = waiting === 0 ? '' : `; ${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'}`
    this.#report(level, `mqtt: ${this.#address} ${problem.text}. Trying again${held}.`)
  }

  olderVersion(): void {
    const what = 'MQTT 3.1.1 is used instead, on which a broker cannot say that it refuses a message'
    this.#report('info', `mqtt: ${this.#address} does not speak MQTT 5; ${what}`)
  }

  /** The broker refuses a topic of ours: events are published all the same. */
  ownTopicRefused(what: string, why: string): void {
    this.#report('warn', `mqtt: ${this.#address} refuses ${what}: ${why}; events are published all the same`)
  }

  ownTopicLeftOut(what: string, why: string): void {
    this.#report('warn', `mqtt: ${this.#address} does not take ${what}: ${why}. It is left out now.`)
  }

  /** A message that nobody waits for any more is refused. */
  refused(text: string): void {
    this.#refusals++
    const now = this.#clock.monotonic()
    if (now - this.#lastRefusal < refusalInterval) return
    const more = this.#refusals === 1 ? '' : ` (and ${this.#refusals - 1} more since the last line about it)`
    this.#report('warn', `${text}${more}. It is set aside, and can be sent again.`)
    this.#lastRefusal = now
    this.#refusals = 0
  }

  full(error: Error): void {
    const why = this.#problem === undefined ? '' : ` while ${this.#address} ${this.#problem.text}`
    const rest = 'Further messages fail until there is room; the journal keeps their events.'
    this.#report('error', `mqtt: ${error.message}${why}. ${rest}`)
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

// The health report, published once a minute while connected; it is never retained and never kept for later
// (docs/mqtt.md, "Health").
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Connection } from '../wire/connection.ts'
import { reasonText } from '../wire/problems.ts'
import type { DeliveryCounts } from './delivery.ts'
import type { OwnTopic } from './own-topic.ts'
import type { OwnMessage } from './sender.ts'
import type { ClosedTopic, SessionState } from './session-options.ts'
import type { Closure } from './topics.ts'

/** The JSON on the health topic. */
export interface HealthReport {
  /** ms since 1970 */
  time: number
  /** of the process, seconds */
  uptime: number
  /** resident bytes of the process */
  memory: number
  /** in = acknowledged + refused + dropped + waiting, of this broker's messages, those found at the start included */
  mqtt: DeliveryCounts & {
    waiting: number
    /** when the oldest of these was handed over, ms since 1970; null: none waits */
    oldest: number | null
    /** of the outbox's files */
    bytes: number
    /** messages in the dead-letter store now */
    refusedNow: number
    /** why the broker takes nothing at all, and since when; null: it does */
    broker: Closure | null
    /** topics that the broker does not take now, the first of them, and how many there are */
    closed: readonly ClosedTopic[]
    closedNow: number
  }
  /** what else the gateway knows of itself: the journals' accounts, free bytes on disk */
  [part: string]: unknown
}

/** Without the further parts. `time`: now, ms since 1970. */
export function healthOf(state: SessionState, counts: DeliveryCounts, time: number): HealthReport {
  const { waiting, oldest = null, diskBytes: bytes, refused: refusedNow } = state
  const { closedBroker: broker = null, closedTopics: closed, closedCount: closedNow } = state
  return {
    time,
    uptime: Math.round(process.uptime()),
    memory: process.memoryUsage.rss(),
    mqtt: { ...counts, waiting, oldest, bytes, refusedNow, broker, closed, closedNow },
  }
}

export interface HealthParts {
  topic: string
  /** ms */
  interval: number
  clock: Clock
  own: OwnTopic
  report(): Promise<HealthReport>
  /** a report is ready to be sent, or answered */
  changed(): void
}

export class Health implements OwnMessage {
  readonly #parts: HealthParts
  #connection: Connection | undefined
  #stopTimer = () => {}
  /** a report that waits for its place in the window */
  #payload: string | undefined
  #since: number | undefined

  constructor(parts: HealthParts) {
    this.#parts = parts
  }

  get isReady(): boolean {
    return this.#payload !== undefined && this.#since === undefined
  }

  get since(): number | undefined {
    return this.#since
  }

  /** Connected: reports from now on, the first after one interval. */
  begin(connection: Connection): void {
    this.#connection = connection
    this.#tick()
  }

  ended(why: string | undefined): void {
    if (this.#since !== undefined) this.#parts.own.ended(why)
    this.#stopTimer()
    this.#connection = undefined
    this.#payload = undefined
    this.#since = undefined
  }

  send(connection: Connection): void {
    const payload = this.#payload!
    this.#payload = undefined
    const { topic, own, clock, changed } = this.#parts
    this.#since = clock.monotonic()
    connection.publish({ topic, payload, retain: false, qos: 1, contentType: 'application/json' }, (code) => {
      if (connection !== this.#connection) return
      this.#since = undefined
      if (code < 128) own.taken()
      else own.refused(reasonText(code))
      changed()
    })
  }

  #tick(): void {
    this.#stopTimer = this.#parts.clock.after(this.#parts.interval, () => {
      this.#tick()
      if (this.#parts.own.mayTry) inBackground(this.#write(this.#connection))
    })
  }

  async #write(connection: Connection | undefined): Promise<void> {
    const payload = JSON.stringify(await this.#parts.report())
    if (connection === undefined || connection !== this.#connection || this.#since !== undefined) return
    this.#payload = payload
    this.#parts.changed()
  }
}

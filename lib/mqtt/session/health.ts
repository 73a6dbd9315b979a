// The health report, published once a minute while connected; it is never retained and never kept for later
// (docs/mqtt.md, "Health").
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Connection } from '../wire/connection.ts'
import type { DeliveryCounts } from './delivery.ts'
import type { SessionState } from './session-options.ts'

/** The JSON on the health topic. */
export interface HealthReport {
  /** ms since 1970 */
  time: number
  /** of the process, seconds */
  uptime: number
  /** resident bytes of the process */
  memory: number
  /** in = acknowledged + refused + dropped + waiting, of this broker's messages since the process began */
  mqtt: DeliveryCounts & {
    waiting: number
    /** when the oldest of these was handed over, ms since 1970; null: none waits */
    oldest: number | null
    /** of the outbox's files */
    bytes: number
    /** messages in the dead-letter store now */
    refusedNow: number
  }
  /** what else the gateway knows of itself: the journals' accounts, free bytes on disk */
  [part: string]: unknown
}

/** Without the further parts. `time`: now, ms since 1970. */
export function healthOf(state: SessionState, counts: DeliveryCounts, time: number): HealthReport {
  const { waiting, oldest = null, diskBytes: bytes, refused: refusedNow } = state
  return {
    time,
    uptime: Math.round(process.uptime()),
    memory: process.memoryUsage.rss(),
    mqtt: { ...counts, waiting, oldest, bytes, refusedNow },
  }
}

export interface HealthParts {
  topic: string
  /** ms */
  interval: number
  clock: Clock
  report(): Promise<HealthReport>
  /** the broker does not take it, for this reason: it is not sent any more */
  refused(why: string): void
}

/** A broker that closes the connection so often while it has a report to answer does not take reports. */
const mostCloses = 3

export class Health {
  readonly #parts: HealthParts
  #connection: Connection | undefined
  #stopTimer = () => {}
  #closes = 0
  #enabled = true
  /** a report is sent and not answered */
  pending = false

  constructor(parts: HealthParts) {
    this.#parts = parts
  }

  /** Connected: reports from now on, the first after one interval. */
  begin(connection: Connection): void {
    this.end()
    if (!this.#enabled) return
    this.#connection = connection
    this.#tick()
  }

  end(): void {
    this.#stopTimer()
    this.#connection = undefined
    this.pending = false
  }

  /** The broker closed the connection, perhaps because of a message. True when that was perhaps a report. */
  isBlamed(): boolean {
    if (!this.pending) return false
    if (++this.#closes >= mostCloses) this.#disable('it closes the connection on it')
    return true
  }

  #tick(): void {
    this.#stopTimer = this.#parts.clock.after(this.#parts.interval, () => {
      const connection = this.#connection
      if (connection === undefined) return
      this.#tick()
      inBackground(this.#send(connection))
    })
  }

  async #send(connection: Connection): Promise<void> {
    const payload = JSON.stringify(await this.#parts.report())
    if (connection !== this.#connection || this.pending) return
    this.pending = true
    const { topic } = this.#parts
    connection.publish({ topic, payload, retain: false, qos: 1, contentType: 'application/json' }, (code) => {
      if (connection !== this.#connection) return
      this.pending = false
      this.#closes = 0
      if (code >= 128) this.#disable(`code ${code}`)
    })
  }

  #disable(why: string): void {
    this.#enabled = false
    this.end()
    this.#parts.refused(why)
  }
}

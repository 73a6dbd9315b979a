// The gateway's status topic: `online` after connecting, `offline` by the last will or at an orderly stop
// (docs/mqtt.md, "Status").
import type { Clock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import type { Outgoing } from '../message/outgoing.ts'
import type { Connection } from '../wire/connection.ts'

/** ms that a clean stop waits for the broker to take `offline` */
const farewellTime = 1000

export class Presence {
  /** names the status message among the suspects when a broker closes the connection */
  readonly key: string
  readonly #topic: string
  #since: number | undefined
  /** false once the broker has proved that it does not take the status */
  enabled = true

  constructor(topic: string) {
    this.#topic = topic
    this.key = `status ${topic}`
  }

  /** When `online` was sent on this connection, while it is not answered. */
  get since(): number | undefined {
    return this.#since
  }

  get pending(): boolean {
    return this.#since !== undefined
  }

  /** The connection ended: there is no answer to come. */
  forget(): void {
    this.#since = undefined
  }

  get will(): { topic: string; payload: string } | undefined {
    return this.enabled ? { topic: this.#topic, payload: 'offline' } : undefined
  }

  /**
   * @param now ms of the monotonic clock
   * @param answered gets the broker's reason code, when it comes
   */
  sayOnline(connection: Connection, retain: boolean, now: number, answered: (code: number) => void): void {
    if (!this.enabled) return
    this.#since = now
    connection.publish(this.#message('online', retain), (code) => {
      this.#since = undefined
      answered(code)
    })
  }

  /** Resolves when the broker has taken it, and after a second in any case. */
  async sayOffline(connection: Connection, retain: boolean, clock: Clock): Promise<void> {
    if (!this.enabled) return
    const answered = new Promise<void>((resolve) => {
      connection.publish(this.#message('offline', retain), () => resolve())
    })
    await doneWithin(answered, farewellTime, clock)
  }

  #message(payload: string, retain: boolean): Outgoing {
    return { topic: this.#topic, payload, retain, qos: 1 }
  }
}

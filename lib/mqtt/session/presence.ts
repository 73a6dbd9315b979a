// The gateway's status topic: `online` after connecting, `offline` by the last will or at an orderly stop
// (docs/mqtt.md, "Status").
import type { Clock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import type { Outgoing } from '../message/outgoing.ts'
import type { BrokerFacts, Connection } from '../wire/connection.ts'
import { reasonText } from '../wire/problems.ts'
import type { OwnTopic } from './own-topic.ts'
import type { OwnMessage } from './sender.ts'

/** ms that a clean stop waits for the broker to take `offline` */
const farewellTime = 1000

export class Presence implements OwnMessage {
  readonly #topic: string
  readonly #own: OwnTopic
  readonly #clock: Clock
  readonly #answered: () => void
  #since: number | undefined
  /** the broker has taken `online` on this connection */
  #isOnline = false

  /** @param answered is called after each answer of the broker */
  constructor(topic: string, own: OwnTopic, clock: Clock, answered: () => void) {
    this.#topic = topic
    this.#own = own
    this.#clock = clock
    this.#answered = answered
  }

  get since(): number | undefined {
    return this.#since
  }

  get isReady(): boolean {
    return !this.#isOnline && this.#since === undefined && this.#own.mayTry
  }

  get isOnline(): boolean {
    return this.#isOnline
  }

  ended(why: string | undefined): void {
    if (this.#since !== undefined) this.#own.ended(why)
    this.#since = undefined
    this.#isOnline = false
  }

  /** `online` */
  send(connection: Connection, { retainAvailable }: BrokerFacts): void {
    this.#since = this.#clock.monotonic()
    connection.publish(this.#message('online', retainAvailable), (code) => {
      this.#since = undefined
      this.#isOnline = code < 128
      if (code < 128) this.#own.taken()
      else this.#own.refused(reasonText(code))
      this.#answered()
    })
  }

  /** Resolves when the broker has taken `offline`, and after a second in any case. */
  async sayOffline(connection: Connection, { retainAvailable }: BrokerFacts): Promise<void> {
    if (!this.#own.mayTry) return
    const answered = new Promise<void>((resolve) => {
      connection.publish(this.#message('offline', retainAvailable), () => resolve())
    })
    await doneWithin(answered, farewellTime, this.#clock)
  }

  #message(payload: string, retain: boolean): Outgoing {
    return { topic: this.#topic, payload, retain, qos: 1 }
  }
}

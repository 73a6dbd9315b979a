// How the session asks to be let in: the version of MQTT, and the last will. A broker that does not take the one or the
// other may say so, or just close the connection; then less is asked for, step by step, and what was found to work is
// remembered for a day (docs/mqtt.md, "The connection").
import type { Clock } from '../../kit/clock.ts'
import type { ProtocolVersion } from '../wire/connection.ts'

/** How the will is published: retained, not retained, or there is none. */
export type WillForm = 'retained' | 'plain' | 'none'

export interface LoginForm {
  protocolVersion: ProtocolVersion
  will: WillForm
}

/** ms; after that the broker may have learnt */
const remembered = 24 * 3_600_000
/** a broker that closes without an answer may just be starting */
const silencesBeforeLess = 2

const retainNotSupported = 154
const qosNotSupported = 155

export class Login {
  readonly #wanted: LoginForm
  readonly #ladder: readonly LoginForm[]
  readonly #clock: Pick<Clock, 'monotonic'>
  #form: LoginForm
  /** since when it is not the wanted one, ms of the monotonic clock */
  #since = 0
  /** closes without an answer in a row, to this form */
  #silences = 0
  /** the broker has let us in with this form */
  #hasWorked = false

  /** @param version the one that the settings ask for */
  constructor(version: ProtocolVersion, clock: Pick<Clock, 'monotonic'>) {
    this.#wanted = { protocolVersion: version, will: 'retained' }
    this.#form = this.#wanted
    this.#clock = clock
    this.#ladder = version === 5 ? fromMqtt5 : withoutWill.map((will) => ({ protocolVersion: version, will }))
  }

  /** What the next attempt asks for. */
  get form(): LoginForm {
    const isOld = this.#clock.monotonic() - this.#since > remembered
    if (isOld && this.#form !== this.#wanted) this.#ask(this.#wanted)
    return this.#form
  }

  /** Whether it is less than what the settings ask for. */
  get isLess(): { version: boolean; will: boolean } {
    const { protocolVersion, will } = this.#form
    return {
      version: protocolVersion !== this.#wanted.protocolVersion,
      will: will !== this.#wanted.will,
    }
  }

  /** The broker let us in. */
  accepted(): void {
    this.#silences = 0
    this.#hasWorked = true
  }

  /** The broker answered with this code. True where it makes sense to try again at once, with less. */
  refused(code: number): boolean {
    this.#silences = 0
    const { protocolVersion, will } = this.#form
    if ((code === 1 || code === 132) && protocolVersion === 5) return this.#ask({ protocolVersion: 4, will })
    if (code === retainNotSupported && will === 'retained')
      return this.#ask({ protocolVersion, will: 'plain' })
    if ((code === retainNotSupported || code === qosNotSupported) && will !== 'none')
      return this.#ask({ protocolVersion, will: 'none' })
    return false
  }

  /** The broker closed the connection without an answer. Where the same has worked before, that says nothing. */
  unanswered(): void {
    if (this.#hasWorked) return
    const place = this.#ladder.findIndex(
      ({ protocolVersion, will }) =>
        protocolVersion === this.#form.protocolVersion && will === this.#form.will,
    )
    this.#silences++
    if (place === 0 && this.#silences < silencesBeforeLess) return
    this.#silences = 0
    this.#ask(this.#ladder[(place + 1) % this.#ladder.length]!)
  }

  #ask(form: LoginForm): true {
    this.#form = form
    this.#hasWorked = false
    this.#since = this.#clock.monotonic()
    return true
  }
}

const withoutWill: readonly WillForm[] = ['retained', 'plain', 'none']

/** The version first: an old broker is more likely than a policy against wills. */
const fromMqtt5: readonly LoginForm[] = [
  { protocolVersion: 5, will: 'retained' },
  { protocolVersion: 4, will: 'retained' },
  { protocolVersion: 5, will: 'plain' },
  { protocolVersion: 5, will: 'none' },
  { protocolVersion: 4, will: 'plain' },
  { protocolVersion: 4, will: 'none' },
]

// The password of a gateway that others can reach and that has none yet. Whoever comes first in the time after the start
// chooses it; from then on there is a login, and nothing here ever opens again. SECURITY.md, "First contact", says why.
import type { Clock } from '../../kit/clock.ts'
import { errorCode, withCode } from '../../kit/errors.ts'
import type { Login } from '../login.ts'

/** `open`: it can be chosen; `closed`: the time is over, until the next start; `chosen`: there is a login */
export type Phase = 'open' | 'closed' | 'chosen'

export interface FirstPasswordParts {
  clock: Pick<Clock, 'monotonic'>
  hash(password: string): Promise<string>
  /** Keeps the hash; throws where it cannot be kept for good. */
  keep(hash: string): void
  /** Called once, before the one who chose hears of it: the login holds from here on. */
  chosen(login: Login): void
}

/** ms after the start */
export const openFor = 60 * 60_000
/** characters */
const passwordLength = { least: 8, most: 256 }

export class FirstPassword {
  readonly #parts: FirstPasswordParts
  readonly #until: number
  #isChosen = false
  /** somebody's is being hashed and kept */
  #isTaken = false

  constructor(parts: FirstPasswordParts) {
    this.#parts = parts
    this.#until = parts.clock.monotonic() + openFor
  }

  get phase(): Phase {
    if (this.#isChosen) return 'chosen'
    return this.#parts.clock.monotonic() < this.#until || this.#isTaken ? 'open' : 'closed'
  }

  /**
   * Makes it the password of `admin`. Rejects with the code PASSWORD where it will not do, TAKEN where another was
   * faster, CLOSED where the time is over, and with the system's error where it cannot be kept: then it is open again.
   */
  async choose(password: string): Promise<void> {
    if (this.#isChosen || this.#isTaken) throw withCode('TAKEN', new Error('another password was chosen'))
    if (this.phase === 'closed') throw withCode('CLOSED', new Error('the time to choose a password is over'))
    if (!isUsable(password)) {
      const { least, most } = passwordLength
      throw withCode(
        'PASSWORD',
        new Error(`a password has ${least} to ${most} characters, and no control characters`),
      )
    }
    this.#isTaken = true
    try {
      const hash = await this.#parts.hash(password)
      this.#parts.keep(hash)
      this.#parts.chosen({ user: 'admin', hash, known: password })
      this.#isChosen = true
    } finally {
      this.#isTaken = false
    }
  }
}

/** True for an error that `choose` gives to the one who chose. */
export function isRefusal(error: unknown): boolean {
  return ['PASSWORD', 'TAKEN', 'CLOSED'].includes(errorCode(error) ?? '')
}

function isUsable(password: string): boolean {
  const length = [...password].length
  return length >= passwordLength.least && length <= passwordLength.most && !/\p{Cc}/u.test(password)
}

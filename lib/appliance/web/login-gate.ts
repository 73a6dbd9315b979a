// Lets the right password in and slows guessing down: one check at a time, a pause after each wrong password that
// grows per address, and no check at all for those who come in the pause. SECURITY.md, "What is defended".
import { createHash, timingSafeEqual } from 'node:crypto'
import { pauseAfter } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import type { PasswordCheck } from './passwords.ts'

export interface Credentials {
  user: string
  password: string
}

/** `wait`: not looked at; ask again after so many seconds. */
export type LoginAnswer = 'right' | 'wrong' | { wait: number }

export interface LoginGateOptions {
  user: string
  check: PasswordCheck
  /** the right password, where the process knows it anyway: then it never waits behind guesses */
  known?: string | undefined
  /** one line for the log, at most one a minute while there are wrong logins */
  log(text: string): void
  clock: Clock
}

/** What is remembered of an address from which a wrong login came. */
interface Visitor {
  failures: number
  /** of the monotonic clock: until then it is not looked at */
  until: number
  /** a check under way, and the digest of what it checks */
  checking?: { digest: Buffer; answer: Promise<LoginAnswer> } | undefined
}

/** more do not wait for their turn; one check is made at a time */
const longestQueue = 16
const pauses = { first: 250, longest: 60_000 }
/** an address that did nothing wrong for so long (ms) starts anew */
const forgetAfter = 15 * 60_000
const mostVisitors = 10_000
const reportInterval = 60_000

export class LoginGate {
  readonly #options: LoginGateOptions
  readonly #visitors = new Map<string, Visitor>()
  readonly #queue: Array<() => void> = []
  #running = false
  #known: Buffer | undefined
  #wrong = 0
  #refused = 0
  #last = ''
  #reporting = false

  constructor(options: LoginGateOptions) {
    this.#options = options
    if (options.known !== undefined) this.#known = digestOf(options.known)
  }

  /** @param address whose pause it is, as `addressOf` gives it */
  async ask(address: string, { user, password }: Credentials): Promise<LoginAnswer> {
    const digest = digestOf(password)
    const isUser = user === this.#options.user
    if (isUser && this.#known && timingSafeEqual(digest, this.#known)) return 'right'
    const visitor = this.#visitor(address)
    // a page asks for many things at once, all with the same password
    if (isUser && visitor.checking && timingSafeEqual(digest, visitor.checking.digest)) {
      return visitor.checking.answer
    }
    const wait = this.#waitOf(visitor)
    if (wait > 0) {
      this.#refused++
      this.#report(address)
      return { wait }
    }
    const answer = isUser ? this.#check(address, visitor, password, digest) : this.#fail(address, visitor)
    visitor.checking = { digest, answer: Promise.resolve(answer) }
    try {
      return await answer
    } finally {
      visitor.checking = undefined
    }
  }

  async #check(address: string, visitor: Visitor, password: string, digest: Buffer): Promise<LoginAnswer> {
    await this.#turn()
    try {
      if (!(await this.#options.check(password))) return this.#fail(address, visitor)
    } finally {
      this.#endTurn()
    }
    this.#known = digest
    this.#visitors.delete(address)
    return 'right'
  }

  #fail(address: string, visitor: Visitor): LoginAnswer {
    visitor.failures++
    visitor.until = this.#options.clock.monotonic() + pauseAfter(visitor.failures, 0.5, pauses)
    this.#wrong++
    this.#report(address)
    return 'wrong'
  }

  /** Seconds that a visitor must wait before it is looked at; 0: none. */
  #waitOf(visitor: Visitor): number {
    const now = this.#options.clock.monotonic()
    if (now < visitor.until) return Math.ceil((visitor.until - now) / 1000)
    return visitor.checking || this.#queue.length >= longestQueue ? 1 : 0
  }

  async #turn(): Promise<void> {
    if (!this.#running) this.#running = true
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
  }

  /** Hands the turn on, so that nobody who comes at this moment can take it. */
  #endTurn(): void {
    const next = this.#queue.shift()
    if (next) next()
    else this.#running = false
  }

  #visitor(address: string): Visitor {
    const now = this.#options.clock.monotonic()
    let visitor = this.#visitors.get(address)
    if (!visitor || now > visitor.until + forgetAfter) visitor = { failures: 0, until: now }
    // the one that has been quiet for longest is first, and goes first
    this.#visitors.delete(address)
    this.#visitors.set(address, visitor)
    if (this.#visitors.size > mostVisitors) {
      this.#visitors.delete(this.#visitors.keys().next().value as string)
    }
    return visitor
  }

  /** The first wrong login at once, what follows within a minute in one line at its end. */
  #report(address: string): void {
    this.#last = address
    if (this.#reporting) return
    this.#reporting = true
    this.#say()
    this.#reportLater()
  }

  #reportLater(): void {
    this.#options.clock.after(reportInterval, () => {
      this.#reporting = this.#wrong + this.#refused > 0
      if (!this.#reporting) return
      this.#say()
      this.#reportLater()
    })
  }

  #say(): void {
    const refused = this.#refused > 0 ? `, and ${this.#refused} attempts not looked at` : ''
    const logins = this.#wrong === 1 ? '1 wrong login' : `${this.#wrong} wrong logins`
    this.#options.log(`${logins}${refused}; the last from ${this.#last}`)
    this.#wrong = 0
    this.#refused = 0
  }
}

function digestOf(password: string): Buffer {
  return createHash('sha256').update(password).digest()
}

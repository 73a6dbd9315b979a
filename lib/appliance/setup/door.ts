// Who is let in at a gateway: by the set-up page's rules until somebody has chosen a password there, by the login from then on.
import type { IncomingMessage } from 'node:http'
import { type AccessParts, guardFor } from '../access.ts'
import type { Guard, Verdict } from '../web/guarded-server.ts'
import type { Credentials, LoginAnswer, LoginGate } from '../web/login-gate.ts'
import { guardSetup, type Surroundings } from './guard.ts'

export interface DoorParts extends Omit<AccessParts, 'gate'> {
  /** of the login that there is from the start */
  gate: LoginGate | undefined
  /** a password is still to be chosen */
  isSettingUp: boolean
  surroundings: Surroundings
}

export class Door {
  readonly #parts: DoorParts
  #gate: LoginGate | undefined
  #guard: Guard

  constructor(parts: DoorParts) {
    const { gate, isSettingUp, surroundings } = parts
    this.#parts = parts
    this.#gate = gate
    this.#guard = isSettingUp
      ? (request, upgrade) => guardSetup(request, upgrade, surroundings)
      : guardFor(parts)
  }

  readonly guard = (request: IncomingMessage, upgrade: boolean): Promise<Verdict> | Verdict =>
    this.#guard(request, upgrade)

  /** Whether there is a login, or will be one. */
  get isLocked(): boolean {
    return this.#gate !== undefined || this.#parts.isSettingUp
  }

  /** A password was chosen: the login holds from the next request on. */
  lock(gate: LoginGate): void {
    this.#gate = gate
    this.#guard = guardFor({ ...this.#parts, gate })
  }

  /** As `LoginGate.ask`; every login is wrong before there is a password. */
  async ask(address: string, given: Credentials): Promise<LoginAnswer> {
    return this.#gate ? this.#gate.ask(address, given) : 'wrong'
  }
}

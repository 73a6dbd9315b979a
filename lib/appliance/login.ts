// The login of the user `admin`: where its password comes from, and how HTTP's Basic scheme is checked.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { ApplianceConfig } from './config.ts'
import { keptSecret } from './home.ts'

/** What we need of bcryptjs, which Node-RED brings along. */
export interface Bcrypt {
  hashSync(password: string, rounds: number): string
  compare(password: string, hash: string): Promise<boolean>
}

export interface Login {
  user: 'admin'
  /** bcrypt */
  hash: string
  /** a password that was just made: to be shown this once */
  shown?: string
}

export const passwordFile = 'admin-password-hash'
const rounds = 10

/**
 * The login that the configuration asks for: of FIELDLOG_PASSWORD where it is set; else, off loopback, of a
 * made password whose hash is kept in the home; else none.
 */
export function loginFor(config: ApplianceConfig, bcrypt: Bcrypt): Login | undefined {
  if (config.password !== undefined) return { user: 'admin', hash: bcrypt.hashSync(config.password, rounds) }
  if (config.loopback) return undefined
  const password = randomBytes(12).toString('base64url')
  const kept = keptSecret(config.home, passwordFile, () => bcrypt.hashSync(password, rounds))
  return { user: 'admin', hash: kept.value, ...(kept.made ? { shown: password } : {}) }
}

/** Checks a request's Basic credentials. A password that was right once is not hashed again. */
export class BasicAuth {
  #login: Login
  #bcrypt: Bcrypt
  #known: Buffer | undefined

  constructor(login: Login, bcrypt: Bcrypt) {
    this.#login = login
    this.#bcrypt = bcrypt
  }

  async allows(headers: IncomingHttpHeaders): Promise<boolean> {
    const given = basicCredentials(headers.authorization)
    if (!given || given.user !== this.#login.user) return false
    const digest = createHash('sha256').update(given.password).digest()
    if (this.#known && timingSafeEqual(digest, this.#known)) return true
    const right = await this.#bcrypt.compare(given.password, this.#login.hash)
    if (right) this.#known = digest
    return right
  }
}

/** `Authorization: Basic <base64 of user:password>`, RFC 7617. */
function basicCredentials(header: string | undefined): { user: string; password: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')
  if (!match?.[1]) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

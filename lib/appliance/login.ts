// The login of the user `admin`: where its password comes from, and how HTTP's Basic scheme hands it over.
import { randomBytes } from 'node:crypto'
import type { ApplianceConfig } from './config.ts'
import { keptSecret } from './home.ts'
import type { Credentials } from './web/login-gate.ts'
import { hashPassword } from './web/passwords.ts'

export interface Login {
  user: 'admin'
  /** of scrypt; of bcrypt where an earlier version has made it */
  hash: string
  /** the password, where it is known */
  known?: string
  /** it was made a moment ago: to be shown this once */
  isNew?: boolean
}

export const passwordFile = 'admin-password-hash'

/**
 * The login that the configuration asks for: of the given password where there is one; else, off loopback, of a
 * made password whose hash is kept in the home; else none.
 */
export function loginFor(config: ApplianceConfig, hash = hashPassword): Login | undefined {
  const { password: given, home, loopback } = config
  if (given !== undefined) return { user: 'admin', hash: hash(given), known: given }
  if (loopback) return undefined
  const password = randomBytes(12).toString('base64url')
  const kept = keptSecret(home, passwordFile, () => hash(password))
  return { user: 'admin', hash: kept.value, ...(kept.made ? { known: password, isNew: true } : {}) }
}

/** `Authorization: Basic <base64 of user:password>`, RFC 7617. */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  const match = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')
  if (!match?.[1]) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

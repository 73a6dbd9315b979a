// The login of the user `admin`: where its password comes from, and how HTTP's Basic scheme hands it over.
import { randomBytes } from 'node:crypto'
import type { ApplianceConfig } from './config.ts'
import { keepSecret, keptSecret } from './home.ts'
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
 * The login that there is: of the given password; else, off loopback, of the one whose hash is kept in the home, because it was made at an
 * earlier start or chosen in the set-up page; else of one that is made now. Undefined on loopback, where none is needed, and with the
 * set-up page, where it is still to be chosen (setup/first-password.ts).
 */
export function loginFor(config: ApplianceConfig, hash = hashPassword): Login | undefined {
  const { password: given, home, loopback, setup } = config
  if (given !== undefined) return { user: 'admin', hash: hash(given), known: given }
  if (loopback) return undefined
  const kept = keptSecret(home, passwordFile)
  if (kept !== undefined) return { user: 'admin', hash: kept }
  if (setup) return undefined
  const known = randomBytes(12).toString('base64url')
  const made = hash(known)
  keepSecret(home, passwordFile, made)
  return { user: 'admin', hash: made, known, isNew: true }
}

/** `Authorization: Basic <base64 of user:password>`, RFC 7617. */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  const match = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')
  if (!match?.[1]) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

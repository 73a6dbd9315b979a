// The login of the user `admin`: where its password comes from, and how HTTP's Basic scheme hands it over.
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
}

export const passwordFile = 'admin-password-hash'

/**
 * The login that there is: of the given password; else, off loopback, of the one that somebody has chosen in the set-up page, whose hash
 * is kept in the home. Off loopback undefined means that it is still to be chosen (setup/first-password.ts), on loopback that none is needed.
 */
export function loginFor(config: ApplianceConfig, hash = hashPassword): Login | undefined {
  const { password: given, home, loopback } = config
  if (given !== undefined) return { user: 'admin', hash: hash(given), known: given }
  const kept = loopback ? undefined : keptSecret(home, passwordFile)
  return kept === undefined ? undefined : { user: 'admin', hash: kept }
}

/** `Authorization: Basic <base64 of user:password>`, RFC 7617. */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  const match = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')
  if (!match?.[1]) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

// A certificate that the machine makes for itself, by openssl: encrypted from the first request on, and a browser warns of it once.
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { asError, errorCode } from '../../kit/errors.ts'
import { keepSecret, keptSecret } from '../home.ts'

/** in the home: the key and the certificate, PEM */
export const selfSignedFile = 'self-signed.pem'
/** a certificate for longer is refused by Apple's browsers */
const days = 800
/** ms before its end at which a start makes another one */
const renewal = 60 * 86_400_000

export interface SelfSigned {
  /** key and certificate */
  pem: string
  /** SHA-256, as browsers show it: pairs of hexadecimal digits with colons between them */
  fingerprint: string
}

/**
 * The certificate in the home; made where there is none, or where it ends soon. Throws where it cannot be made or kept; the
 * message says what to do.
 * @param names that it is valid for: host names without a domain or with one, and IP addresses
 * @param now ms since 1970
 */
export function selfSigned(home: string, names: readonly string[], now: number): SelfSigned {
  const kept = certificateIn(keptSecret(home, selfSignedFile))
  if (kept && kept.ends - now > renewal) return kept
  const pem = makePem(names)
  keepSecret(home, selfSignedFile, pem)
  const made = certificateIn(pem)
  if (!made) throw new Error('openssl has made no certificate')
  return made
}

/** Undefined where there is none, or a damaged one. */
function certificateIn(pem: string | undefined): (SelfSigned & { ends: number }) | undefined {
  if (pem === undefined || !pem.includes('PRIVATE KEY')) return undefined
  try {
    const { fingerprint256, validTo } = new X509Certificate(pem)
    return { pem, fingerprint: fingerprint256, ends: Date.parse(validTo) }
  } catch {
    return undefined
  }
}

function makePem(names: readonly string[]): string {
  const all = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',')
  const words = [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', String(days), '-keyout', '-', '-out', '-', '-subj', '/CN=Fieldlog'],
    ...['-addext', `subjectAltName=${all}`, '-addext', 'extendedKeyUsage=serverAuth'],
  ]
  try {
    return execFileSync('openssl', words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    })
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new Error('it is made by the program openssl, which is not there: sudo apt install openssl')
    throw new Error(`openssl could not make it: ${asError(error).message}`)
  }
}

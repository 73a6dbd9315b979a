// Hashing and checking passwords, off the main thread: a check takes the better part of 100 ms on purpose, and the
// main thread stamps the lines that come in meanwhile.
import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

/** 16 MB and about 50 ms; more would be felt on a small machine. */
const cost = { N: 2 ** 14, r: 8, p: 1 }
const keyLength = 32

/** Checks a password against one hash. */
export type PasswordCheck = (password: string) => Promise<boolean>

/** `scrypt$<N>$<r>$<p>$<salt>$<key>`, the last two in base64url. Blocks: for the start only. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16)
  const key = scryptSync(password, salt, keyLength, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/**
 * The check for a hash of ours or, from a home of an earlier version, of bcrypt.
 * @param bcrypt path of the module bcryptjs
 */
export function passwordCheck(hash: string, bcrypt: string): PasswordCheck {
  const [kind, N, r, p, salt, key] = hash.split('$')
  if (kind !== 'scrypt') return bcryptCheck(hash, bcrypt)
  const expected = Buffer.from(key ?? '', 'base64url')
  const options = { N: Number(N), r: Number(r), p: Number(p), maxmem: 256 * Number(N) * Number(r) }
  const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)
  return async (password) => {
    const derived = await derive(password, Buffer.from(salt ?? '', 'base64url'), keyLength, options)
    return derived.length === expected.length && timingSafeEqual(derived, expected)
  }
}

/** bcryptjs computes in JavaScript, in whatever thread it is called: it gets one of its own for each check. */
function bcryptCheck(hash: string, bcrypt: string): PasswordCheck {
  const script = new URL(`./bcrypt-worker${extname(import.meta.filename)}`, import.meta.url)
  return async (password) => {
    const worker = new Worker(script, { workerData: { password, hash, bcrypt } })
    const [right] = (await once(worker, 'message')) as [boolean]
    return right
  }
}

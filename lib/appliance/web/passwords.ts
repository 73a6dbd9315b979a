// Hashing and checking passwords. A check takes the better part of 100 ms on purpose: it has a thread of its own, for
// the main one stamps the lines that come in meanwhile, and those of the pool write them to the disk.
import { randomBytes, type ScryptOptions, scrypt, scryptSync } from 'node:crypto'
import { once } from 'node:events'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

/** 16 MB and about 50 ms; more would be felt on a small machine. */
const cost = { N: 2 ** 14, r: 8, p: 1 }
const keyLength = 32
const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** Checks a password against one hash. */
export type PasswordCheck = (password: string) => Promise<boolean>

/** `scrypt$<N>$<r>$<p>$<salt>$<key>`, the last two in base64url. Blocks: for the start only. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16)
  return hashText(salt, scryptSync(password, salt, keyLength, cost))
}

/** The same while other work goes on, in a thread of the pool. */
export async function hashInBackground(password: string): Promise<string> {
  const salt = randomBytes(16)
  return hashText(salt, await derive(password, salt, keyLength, cost))
}

function hashText(salt: Buffer, key: Buffer): string {
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/**
 * The check for a hash of ours or, from a home of an earlier version, of bcrypt. The thread is started at the first
 * check, and stays.
 * @param bcrypt path of the module bcryptjs
 */
export function passwordCheck(hash: string, bcrypt: string): PasswordCheck {
  const script = new URL(`./password-worker${extname(import.meta.filename)}`, import.meta.url)
  let worker: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()
  const ask = async (password: string) => {
    if (!worker) {
      worker = new Worker(script, { workerData: { hash, bcrypt }, env: {} })
      worker.unref()
    }
    worker.postMessage(password)
    const [right] = (await once(worker, 'message')) as [boolean]
    return right
  }
  return (password) => {
    const answer = last.then(() => ask(password))
    last = answer.catch(() => {
      // the one who asked hears of it; the next one gets a new thread
      worker = undefined
    })
    return answer
  }
}

// The thread that checks passwords against one hash, one after the other.
import { scryptSync, timingSafeEqual } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

const { hash, bcrypt } = workerData as { hash: string; bcrypt: string }

stepBack()
const check = hash.startsWith('scrypt$') ? scryptCheck() : bcryptCheck()
parentPort?.on('message', (password: string) => parentPort?.postMessage(check(password)))

/** Where there are few processors, this thread must not take the one of the main thread. */
function stepBack(): void {
  try {
    // on Linux a thread has a priority, and a number, of its own
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), 10)
  } catch {
    // elsewhere it is as important as the others
  }
}

function scryptCheck(): (password: string) => boolean {
  const [, N, r, p, salt = '', key = ''] = hash.split('$')
  const expected = Buffer.from(key, 'base64url')
  const options = { N: Number(N), r: Number(r), p: Number(p), maxmem: 256 * Number(N) * Number(r) }
  return (password) => {
    if (expected.length === 0) return false
    return timingSafeEqual(
      scryptSync(password, Buffer.from(salt, 'base64url'), expected.length, options),
      expected,
    )
  }
}

/** As earlier versions kept it. */
function bcryptCheck(): (password: string) => boolean {
  const { compareSync } = createRequire(import.meta.url)(bcrypt) as {
    compareSync(password: string, hash: string): boolean
  }
  return (password) => compareSync(password, hash)
}

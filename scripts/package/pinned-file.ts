// A file from the network, which the cache folder keeps, so that the next build needs none. What comes is compared with
// the digest that the source pins.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Digest {
  algorithm: 'sha256' | 'sha512'
  encoding: 'hex' | 'base64'
  value: string
}

/** @param fetch puts the file at the path @param what for the message where it is another */
export function pinnedFile(path: string, what: string, digest: Digest, fetch: () => void): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    fetch()
  }
  const found = createHash(digest.algorithm).update(readFileSync(path)).digest(digest.encoding)
  if (found === digest.value) return path
  throw new Error(`${path} is not the ${what} that is pinned (${digest.value}): remove it, and build again`)
}

// The thread that checks one password against a bcrypt hash, and ends.
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

const { password, hash, bcrypt } = workerData as { password: string; hash: string; bcrypt: string }
const { compareSync } = createRequire(import.meta.url)(bcrypt) as {
  compareSync(password: string, hash: string): boolean
}
parentPort?.postMessage(compareSync(password, hash))

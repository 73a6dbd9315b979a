// The home folder: Node-RED's user directory, with the flow of the first start and our own secrets in it.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { putFile } from '../journal/disk/put-file.ts'
import { asError } from '../kit/errors.ts'

/** The home cannot be used; the message says which and why. */
class HomeError extends Error {
  override name = 'HomeError'
  readonly code = 'HOME'
}

/** Makes the folder when it is missing and proves that it can be written. Throws HomeError. */
export function openHome(home: string): void {
  const probe = join(home, `.fieldlog-write-test-${process.pid}`)
  try {
    makeFolder(home)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    throw new HomeError(
      `cannot write to the home folder ${home} (${asError(error).message}); set FIELDLOG_HOME to a folder this user can write`,
    )
  }
}

/** As `mkdir -p`. Node's own recursive mkdir never returns under /proc, where mkdir says ENOENT for ever. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path)
}

/** The text of a secret file in the home; undefined where there is none, or an empty one. */
export function keptSecret(home: string, name: string): string | undefined {
  const path = join(home, name)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined
}

/** Keeps a text in a file of the home with mode 600: whole, and on the disk when this returns, or not at all. */
export function keepSecret(home: string, name: string, text: string): void {
  putFile(join(home, name), `${text}\n`, 0o600)
  const folder = openSync(home, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** The key of Node-RED's credentials file; made at the first start. */
export function credentialSecret(home: string): string {
  const name = 'credential-secret'
  const kept = keptSecret(home, name)
  if (kept !== undefined) return kept
  const made = randomBytes(32).toString('hex')
  keepSecret(home, name, made)
  return made
}

interface FlowNode {
  id: string
  type: string
}

/** The tabs of flows one behind the other; a config node that several have, such as the broker, is there once. */
export function joinFlows(...flowTexts: string[]): string {
  const all = flowTexts.flatMap((text) => JSON.parse(text) as FlowNode[])
  const nodes = [...new Map(all.map((node) => [node.id, node])).values()]
  return `${JSON.stringify(nodes, null, 2)}\n`
}

/**
 * Puts the default flow into a home that has none. A flow that is there, edited or not, stays as it is.
 * The brokers' logins are references to the environment, so no secret is written, neither in the flow file
 * nor in the encrypted credentials. Returns whether this was the first start.
 */
export function installDefaultFlow(home: string, flowText: string, secret: string): boolean {
  const flowFile = join(home, 'flows.json')
  if (existsSync(flowFile)) return false
  const brokers = (JSON.parse(flowText) as FlowNode[]).filter((node) => node.type === 'mqtt-broker')
  const login = { user: '$' + '{FIELDLOG_MQTT_USER}', password: '$' + '{FIELDLOG_MQTT_PASSWORD}' }
  const credentials = Object.fromEntries(brokers.map((broker) => [broker.id, login]))
  const credentialsFile = join(home, 'flows_cred.json')
  // credentials without their flow: someone set the flow aside to start anew and may want it back
  if (existsSync(credentialsFile)) renameSync(credentialsFile, `${credentialsFile}.old`)
  writeSecretly(credentialsFile, JSON.stringify(encryptCredentials(credentials, secret)))
  // the flow comes last: a start that dies before leaves a home that is still new
  putFile(flowFile, flowText)
  return true
}

/**
 * The flow of a home, for what a start says of it; undefined where the file is none. Such a file must not keep the gateway from
 * starting: Node-RED takes the backup that it has of an empty one, and the editor shows the rest.
 */
export function readFlow<Node extends FlowNode>(home: string): Node[] | undefined {
  try {
    const flow: unknown = JSON.parse(readFileSync(join(home, 'flows.json'), 'utf8'))
    return Array.isArray(flow) ? flow : undefined
  } catch {
    return undefined
  }
}

/**
 * Node-RED's form of an encrypted credentials file: AES-256-CTR under the SHA-256 of the secret, the 16-byte
 * initial vector as hex, then the cipher text as base64 (@node-red/runtime/lib/nodes/credentials.js).
 */
export function encryptCredentials(credentials: object, secret: string): { $: string } {
  const key = createHash('sha256').update(secret).digest()
  const vector = randomBytes(16)
  const cipher = createCipheriv('aes-256-ctr', key, vector)
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64')
  return { $: vector.toString('hex') + text }
}

/** What `encryptCredentials` was given, or Node-RED has written. Throws where the secret is another one. */
export function decryptCredentials(
  stored: { $?: unknown },
  secret: string,
): Record<string, Record<string, unknown>> {
  // Node-RED writes them as they are where it is given no secret
  if (typeof stored.$ !== 'string') return stored as Record<string, Record<string, unknown>>
  const key = createHash('sha256').update(secret).digest()
  const cipher = createDecipheriv('aes-256-ctr', key, Buffer.from(stored.$.slice(0, 32), 'hex'))
  return JSON.parse(cipher.update(stored.$.slice(32), 'base64', 'utf8') + cipher.final('utf8'))
}

function writeSecretly(path: string, text: string): void {
  putFile(path, text, 0o600)
}

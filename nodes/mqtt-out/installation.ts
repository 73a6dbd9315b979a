// What tells this installation from all others: a few random letters, made once and kept in the user directory. Without
// it two machines with the same flow and the same host name would have the same client id.
import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asError, errorCode } from '../../lib/kit/errors.ts'

const name = 'fieldlog-installation'
const form = /^[a-z0-9]{8}$/

/**
 * The installation's letters.
 * @param report is told, in words, where they cannot be kept: then they are others after the next start
 */
export function installationId(userDir: string, report: (text: string) => void): string {
  const path = join(userDir, name)
  try {
    const known = readFileSync(path, 'utf8').trim()
    if (form.test(known)) return known
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') report(cannotKeep(path, error))
  }
  const made = draw()
  try {
    mkdirSync(userDir, { recursive: true })
    writeFileSync(path, `${made}\n`, { mode: 0o600 })
  } catch (error) {
    report(cannotKeep(path, error))
  }
  return made
}

function cannotKeep(path: string, error: unknown): string {
  const text = `${path} cannot be read and written (${asError(error).message})`
  return `mqtt: ${text}: the client id is another one after each start`
}

function draw(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
}

// What tells this installation from all others: a few random letters, made once and kept in the user directory. Without
// it two machines with the same flow and the same host name would have the same client id.
import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { putFile } from '../../lib/journal/disk/put-file.ts'
import { asError, errorCode } from '../../lib/kit/errors.ts'

const name = 'fieldlog-installation'
const form = /^[a-z0-9]{8}$/

/** By path, where they cannot be kept: with others at each call the nodes of one broker would take each other's session away. */
const unkept = new Map<string, string>()

/**
 * The installation's letters.
 * @param report is told, in words and once, where they cannot be kept: then they are others after the next start
 */
export function installationId(userDir: string, report: (text: string) => void): string {
  const path = join(userDir, name)
  try {
    const known = readFileSync(path, 'utf8').trim()
    if (form.test(known)) return known
  } catch (error) {
    // it may be readable again after the next start, and is not written over
    if (errorCode(error) !== 'ENOENT') return unkeptId(path, error, report)
  }
  const made = unkept.get(path) ?? draw()
  try {
    mkdirSync(userDir, { recursive: true })
    putFile(path, `${made}\n`, 0o600)
    return made
  } catch (error) {
    return unkeptId(path, error, report)
  }
}

function unkeptId(path: string, error: unknown, report: (text: string) => void): string {
  const known = unkept.get(path)
  if (known !== undefined) return known
  const text = `${path} cannot be read and written (${asError(error).message})`
  report(`mqtt: ${text}: the client id is another one after each start`)
  const made = draw()
  unkept.set(path, made)
  return made
}

function draw(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
}

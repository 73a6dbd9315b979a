// Makes sure that a journal has one writer, by an exclusive SQLite transaction on `.lock`. The operating system ends
// it with the process. Node.js has no flock; docs/decisions/004-sqlite-as-lock.md says what else was considered.
import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { asError, withCode } from '../../kit/errors.ts'

/** Thrown where another writer holds the journal. */
export class JournalLockedError extends Error {
  override name = 'JournalLockedError'
  readonly code = 'JOURNAL_LOCKED'
}

/** A held lock; `release` gives it back. */
export interface Lock {
  release(): void
}

/**
 * Takes the journal's lock, or throws a JournalLockedError that names the holder. The directory must be there.
 */
export function takeLock(directory: string, now: number): Lock {
  const holderFile = join(directory, '.lock-holder')
  const database = openDatabase(directory, holderFile)
  const holder = `process ${process.pid} on ${hostname()}, since ${new Date(now).toISOString()}`
  try {
    writeFileSync(holderFile, `${holder}\n`)
  } catch {
    // a full disk: the lock holds all the same, only its holder cannot be named
  }
  return { release: () => database.close() }
}

function openDatabase(directory: string, holderFile: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(directory, '.lock'))
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch (thrown) {
    database?.close()
    if (!isHeld(thrown)) {
      const text = `journal: cannot lock ${directory}: ${asError(thrown).message}`
      throw withCode('JOURNAL_LOCK_FAILED', new Error(text))
    }
    throw new JournalLockedError(
      `journal: ${directory} is written by another writer already (${holderName(holderFile)}); ` +
        'stop that one, or choose another directory',
    )
  }
}

/** SQLITE_BUSY or SQLITE_LOCKED: the low byte of a result code is its kind, the rest tells details. */
function isHeld(thrown: unknown): boolean {
  const { errcode = 0 } = thrown as { errcode?: number }
  return [5, 6].includes(errcode & 0xff)
}

function holderName(holderFile: string): string {
  try {
    return readFileSync(holderFile, 'utf8').trim()
  } catch {
    return 'it left no name'
  }
}

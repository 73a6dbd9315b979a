// One SQLite file: opened, looked over, and what its table `meta` says. Only the worker thread has one open for writing.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { errorCode, withCode } from '../../kit/errors.ts'
import { applicationId, schemaVersion, tables } from '../model/schema.ts'

export type Value = number | string | null

/** ms that a writer waits for another one's lock */
const lockPatience = 2_000
/**
 * Bytes of the log after which it goes into the file; SQLite's own is a quarter of it. Only then is the disk waited for, and a page that
 * many transactions changed is written once. One that grew in a long transaction shrinks to it.
 */
const logLimit = 16_384_000

/**
 * bytes, half of SQLite's own, in files that are made from now on: where a line comes now and then each transaction changes three pages a
 * little, and all of them go into the log. In smaller ones a row of some 30 fields would not find room beside others.
 */
const pageSize = 2_048

/** kB of pages in memory: a batch touches a page for each series and field */
const cacheSize = 16_000

/** The beginning of SQLite's result codes; the rest of a code says more. */
const corrupt = 11
const notADatabase = 26

/** What cannot be used as it is: it is moved aside, and made again. */
const unusable = 'STORE_UNUSABLE'

/** Whether the file itself is wrong, and not only out of reach. */
export function isDamage(error: unknown): boolean {
  if (errorCode(error) === unusable) return true
  const { errcode } = Object(error) as { errcode?: unknown }
  return typeof errcode === 'number' && ((errcode & 0xff) === corrupt || (errcode & 0xff) === notADatabase)
}

export class StoreFile {
  readonly path: string
  readonly db: DatabaseSync
  /** whether it was made now */
  readonly isNew: boolean
  readonly #inode: number
  readonly #setMeta: StatementSync
  readonly #getMeta: StatementSync

  private constructor(path: string, db: DatabaseSync, isNew: boolean) {
    this.path = path
    this.db = db
    this.isNew = isNew
    this.#setMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)')
    this.#getMeta = db.prepare('SELECT value FROM meta WHERE key = ?')
    this.#inode = statSync(path).ino
  }

  /**
   * Opens a file, or makes it where there is none. Rejects with the code `STORE_UNUSABLE`, or one that `isDamage` knows, where it must
   * be moved aside.
   * @param isSound it was made and closed just now: looking over all its pages would only take time
   */
  static open(path: string, isSound = false): StoreFile {
    mkdirSync(dirname(path), { recursive: true })
    const isNew = !existsSync(path)
    // a log without its file belongs to nothing, and would be taken for the new one's
    if (isNew) removeLogs(path)
    const db = new DatabaseSync(path)
    try {
      db.exec(`PRAGMA busy_timeout = ${lockPatience}`)
      if (isNew) create(db)
      else check(db, path, isSound)
      db.exec(
        `PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${cacheSize}; PRAGMA journal_size_limit = ${logLimit}; PRAGMA wal_autocheckpoint = ${Math.floor(logLimit / Number(pragma(db, 'page_size')))}`,
      )
      return new StoreFile(path, db, isNew)
    } catch (error) {
      db.close()
      if (isNew) removeFile(path)
      throw error
    }
  }

  /** A value of `meta`. */
  get(key: string): Value | undefined {
    return (this.#getMeta.get(key) as { value: Value } | undefined)?.value
  }

  /** The same, where it is a number. */
  number(key: string): number | undefined {
    const value = this.get(key)
    return value === undefined || value === null ? undefined : Number(value)
  }

  set(key: string, value: Value): void {
    this.#setMeta.run(key, value)
  }

  delete(key: string): void {
    this.db.prepare('DELETE FROM meta WHERE key = ?').run(key)
  }

  /** All or nothing. */
  transaction<Result>(work: () => Result): Result {
    this.db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.db.exec('COMMIT')
      return result
    } catch (error) {
      // a full disk has rolled it back already
      if (this.db.isTransaction) this.db.exec('ROLLBACK')
      throw error
    }
  }

  /** All of it goes into the file. Throws where another connection reads it, which the log is kept for. */
  emptyLog(): void {
    const { busy } = this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
    if (busy !== 0)
      throw withCode('STORE_READ', new Error('its log cannot be emptied: end the program that reads it'))
  }

  /** False where somebody deleted or replaced it. */
  get isInPlace(): boolean {
    return statSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode
  }

  /** Of the file and its log. */
  get bytes(): number {
    return [this.path, `${this.path}-wal`].reduce(
      (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  }

  close(): void {
    if (this.db.isOpen) this.db.close()
  }
}

function create(db: DatabaseSync): void {
  // before the first table: pages of what is deleted can be given back in small steps
  db.exec(`PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL`)
  db.exec(
    `BEGIN; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; ${tables} COMMIT`,
  )
}

function check(db: DatabaseSync, path: string, isSound: boolean): void {
  const application = pragma(db, 'application_id')
  const version = pragma(db, 'user_version')
  if (application !== applicationId) throw notUsable(path, 'it is no store of Fieldlog')
  if (version !== schemaVersion) {
    throw notUsable(
      path,
      `it has version ${version} of the tables, and this software writes ${schemaVersion}`,
    )
  }
  const found = isSound ? 'ok' : pragma(db, 'quick_check(1)')
  if (found !== 'ok') throw notUsable(path, `it is damaged (${String(found).split('\n').at(-1)})`)
}

function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
}

function notUsable(path: string, reason: string): Error {
  return withCode(unusable, new Error(`${path}: ${reason}`))
}

/** Gives a file that cannot be used another name, with its log. @param at ms since 1970 @returns the new path */
export function moveAside(path: string, at: number): string {
  const stamp = new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')
  let target = `${path}.bad-${stamp}`
  for (let n = 1; existsSync(target); n++) target = `${path}.bad-${stamp}-${n}`
  renameSync(path, target)
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${target}-wal`)
  removeLogs(path)
  return target
}

/** With its log. */
export function removeFile(path: string): void {
  rmSync(path, { force: true })
  removeLogs(path)
}

/**
 * Gives a complete and closed file the name of another one. Readers that have the old one open go on reading it: its log goes by its
 * name, and must not be taken for that of the new one.
 */
export function takePlace(path: string, target: string): void {
  removeLogs(target)
  renameSync(path, target)
}

function removeLogs(path: string): void {
  for (const ending of ['-wal', '-shm']) rmSync(`${path}${ending}`, { force: true })
}

// The store's file as the queries read it: a read-only connection with its prepared statements. The file may be swapped by a
// rename, deleted or absent at any moment, so it is looked at before each question, and opened again when it is another one.
import { statSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { asError, errorCode, withCode } from '../../../kit/errors.ts'
import { applicationId, schemaVersion } from '../../model/schema.ts'

/** Of one row, in the order of the columns that were selected. */
export type Row = unknown[]

/** ms that a question waits for a lock: a reader of a file in WAL mode meets one only while the file is made or recovered */
const lockWait = 1_000

/** There is no store that could be read. */
export function noStore(what: string): Error & { readonly code: string } {
  return withCode('NO_STORE', new Error(`the history cannot be read: ${what}`))
}

/** A question would read too much, or takes too long. */
export function tooLong(what: string): Error & { readonly code: string } {
  return withCode('TOO_LONG', new Error(`${what}: choose a shorter range or a coarser level`))
}

/** An open connection. SQL comes with `?` for every value; names of tables and columns are made of ids that the store gave. */
export class Store {
  /** the same for as long as it is the same file */
  readonly identity: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, identity: string) {
    this.#database = database
    this.identity = identity
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    const rows: unknown[] = this.#prepared(sql).all(...values)
    return rows.length > 0 && !Array.isArray(rows[0])
      ? rows.map((row) => Object.values(row as object))
      : (rows as Row[])
  }

  first(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.all(sql, ...values)[0]
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    // Node.js 22 before 22.16 gives only objects, which `all` turns into arrays
    statement.setReturnArrays?.(true)
    this.#statements.set(sql, statement)
    return statement
  }
}

export class StoreFile {
  readonly #path: string
  #open: Store | undefined

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Asks the store. What fails in SQLite is asked once more with a new connection: the file may have been swapped meanwhile.
   * Throws with the code `NO_STORE` where there is none to read, and what the question throws.
   */
  ask<Answer>(question: (store: Store) => Answer): Answer {
    try {
      return question(this.#current())
    } catch (error) {
      if (!isOfSqlite(error)) throw error
      this.close()
    }
    try {
      return question(this.#current())
    } catch (error) {
      if (!isOfSqlite(error)) throw error
      this.close()
      throw noStore(`${this.#path}: ${asError(error).message}`)
    }
  }

  close(): void {
    const open = this.#open
    this.#open = undefined
    open?.close()
  }

  #current(): Store {
    const identity = identityOf(this.#path)
    if (this.#open && this.#open.identity === identity) return this.#open
    this.close()
    if (identity === undefined) throw noStore(`there is no file ${this.#path}`)
    const opened = new Store(openDatabase(this.#path), identity)
    this.#open = opened
    return opened
  }
}

/** Undefined where there is no file. While the connection is open its inode cannot become another file's. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino, birthtimeMs } = statSync(path)
    return `${dev}:${ino}:${birthtimeMs}`
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw noStore(asError(error).message)
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    database.exec(`PRAGMA busy_timeout = ${lockWait}`)
    const found = ['application_id', 'user_version'].map((name) =>
      Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {}).at(0),
    )
    if (found[0] !== applicationId) throw noStore(`${path} is no store of a gateway`)
    if (found[1] !== schemaVersion) {
      throw noStore(`${path} has tables of version ${found[1]}, and this program reads ${schemaVersion}`)
    }
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function isOfSqlite(error: unknown): boolean {
  return errorCode(error) === 'ERR_SQLITE_ERROR' || errorCode(error) === 'ERR_INVALID_STATE'
}

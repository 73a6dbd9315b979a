// The table of rejected events: the newest ones, and no more than are worth looking at.
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Rejected events that are kept. */
const mostRejects = 10_000

export interface Reject {
  seq: number
  sub: number
  time: number
  type: string | null
  source: string
  raw: string
  reasons: string
}

export class Rejects {
  readonly #db: DatabaseSync
  readonly #add: StatementSync
  #count: number

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#add = db.prepare('INSERT OR IGNORE INTO reject VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#count = Number(Object.values(db.prepare('SELECT count(*) FROM reject').get() ?? {})[0])
  }

  /** What is there already changes nothing. */
  add({ seq, sub, time, type, source, raw, reasons }: Reject): void {
    this.#count += Number(this.#add.run(seq, sub, time, type, source, raw, reasons).changes)
  }

  prune(): void {
    if (this.#count <= mostRejects) return
    const { changes } = this.#db
      .prepare(
        `DELETE FROM reject WHERE (seq, sub) IN
          (SELECT seq, sub FROM reject ORDER BY seq DESC, sub DESC LIMIT -1 OFFSET ${mostRejects})`,
      )
      .run()
    this.#count -= Number(changes)
  }
}

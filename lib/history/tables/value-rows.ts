// The rows of one type's table as aggregates need them, and the aggregates of minutes: statements that are prepared once.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Aggregate, StoredAggregate } from '../model/aggregate.ts'
import type { ValueRow } from '../model/buckets.ts'
import { type Level, levels, verdictCodes } from '../model/schema.ts'

/** A field with a column, as a row of its type gives it. */
export interface ColumnField {
  id: number
  col: number
}

/** The fields of a type that have a column. */
export type FieldsOf = (type: number) => readonly ColumnField[]

/** A time, from a beginning up to, not including, an end; ms since 1970. */
export interface Span {
  from: number
  to: number
}

export class ValueRows {
  readonly #db: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #stored: StatementSync
  readonly #rowsOf = new Map<string, StatementSync>()
  readonly #copies = new Map<string, StatementSync>()

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#put = db.prepare('INSERT OR REPLACE INTO agg VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#remove = db.prepare('DELETE FROM agg WHERE level = ? AND series = ? AND field = ? AND t = ?')
    this.#stored = db.prepare(
      'SELECT n, good, min, max, mean, m2, t FROM agg WHERE level = ? AND series = ? AND field = ? AND t >= ? AND t < ? ORDER BY t',
    )
    this.#stored.setReturnArrays(true)
  }

  /** In key order, which is the same in every store. */
  rows(type: number, fields: readonly ColumnField[], series: number, { from, to }: Span): ValueRow[] {
    const columns = fields.map(({ col }) => `f${col}`).join(', ')
    const place = `${type} ${columns}`
    let statement = this.#rowsOf.get(place)
    if (!statement) {
      statement = this.#db.prepare(
        `SELECT verdict, time, ${columns} FROM t_${type} WHERE series = ? AND time >= ? AND time < ? ORDER BY time, seq, sub`,
      )
      statement.setReturnArrays(true)
      this.#rowsOf.set(place, statement)
    }
    return statement.all(series, from, to) as unknown as ValueRow[]
  }

  /** The aggregates of a field at a level, in order. */
  aggregates(level: Level, series: number, field: number, { from, to }: Span): StoredAggregate[] {
    return this.#stored.all(level, series, field, from, to) as unknown as StoredAggregate[]
  }

  put(level: Level, series: number, field: number, start: number, aggregate: Aggregate): void {
    this.#put.run(level, series, field, start, ...aggregate)
  }

  remove(level: Level, series: number, field: number, start: number): void {
    this.#remove.run(level, series, field, start)
  }

  /**
   * The minutes of a field in a time in which no minute has two rows. The aggregate of one value is that value: the database copies
   * these rows by itself, which takes a fraction of the time. No time is before 1970: the database's remainder of those is negative.
   */
  copy(type: number, { id, col }: ColumnField, series: number, { from, to }: Span): void {
    const place = `${type} ${col}`
    let statement = this.#copies.get(place)
    if (!statement) {
      statement = this.#db.prepare(
        `INSERT OR REPLACE INTO agg SELECT 1, series, ?, time - time % ${levels[1]}, 1, verdict = ${verdictCodes.good},
          f${col}, f${col}, f${col}, 0 FROM t_${type} WHERE series = ? AND time >= ? AND time < ? AND f${col} IS NOT NULL`,
      )
      this.#copies.set(place, statement)
    }
    statement.run(id, series, from, to)
  }
}

// Makes all aggregates of a file whose rows are complete, in small steps.
//
// A row is written three times faster at the end of its table than between others, as SQLite then need not look for its place. So the
// minutes of all series come first, in the order of the table's key, and the coarser levels after them from a second reading of the rows.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { combined } from '../model/aggregate.ts'
import { coarser, minutesWithRows, ofRows, startOf, timedOf } from '../model/buckets.ts'
import { levels } from '../model/schema.ts'
import type { ColumnField, FieldsOf, Span, ValueRows } from './value-rows.ts'

const [minute, hour, day] = [levels[1], levels[3], levels[4]]

/** Rows of one series that the database copies, or of which only the times are read, at once; an hour of rows is never divided. */
const copiedRows = 4_000
/** … that are read: what lives for so short a time that the collector of young objects takes it leaves memory small */
const readRows = 1_000
/** Of these pieces so many are one step: each has its transaction, and is asked for by the other thread. */
const piecesOfStep = 4

interface Series {
  id: number
  type: number
  first: number
}

/** Hours that follow one another, with about as many rows as are taken at once. */
interface Stretch extends Span {
  /** no minute in it has two rows */
  isSparse: boolean
  rows: number
}

export class AllAggregates {
  readonly #db: DatabaseSync
  readonly #values: ValueRows
  readonly #fieldsOf: FieldsOf
  readonly #times = new Map<number, StatementSync>()
  readonly #pieces: Generator<void>

  constructor(db: DatabaseSync, values: ValueRows, fieldsOf: FieldsOf) {
    this.#db = db
    this.#values = values
    this.#fieldsOf = fieldsOf
    this.#pieces = this.#make()
  }

  /** To be called in a transaction. @returns whether there is more */
  step(): boolean {
    for (let n = 0; n < piecesOfStep; n++) if (this.#pieces.next().done) return false
    return true
  }

  *#make(): Generator<void> {
    const all = this.#db
      .prepare('SELECT id, type, first FROM series ORDER BY id')
      .all() as unknown as Series[]
    for (const series of all) yield* this.#makeMinutes(series)
    for (const series of all) yield* this.#makeCoarser(series)
  }

  *#makeMinutes(series: Series): Generator<void> {
    const fields = this.#fieldsOf(series.type).toSorted((one, other) => one.id - other.id)
    if (fields.length === 0) return
    const stretches: Stretch[] = []
    for (const span of this.#spansOf(series, copiedRows)) {
      this.#divide(series, span, stretches)
      yield
    }
    for (const field of fields) {
      for (const stretch of stretches) {
        if (!stretch.isSparse) continue
        this.#values.copy(series.type, field, series.id, stretch)
        yield
      }
    }
    for (const stretch of stretches) {
      if (stretch.isSparse) continue
      this.#makeDense(series, fields, stretch)
      yield
    }
  }

  /** Adds the hours of a span to the stretches. */
  #divide(series: Series, span: Span, stretches: Stretch[]): void {
    const times = this.#timesIn(series, span)
    for (let at = 0; at < times.length; ) {
      const from = startOf(times[at]![0], hour)
      const begin = at
      // the database's remainder of a negative time is negative
      let isSparse = from >= 0
      let last = Number.NEGATIVE_INFINITY
      for (; at < times.length && times[at]![0] < from + hour; at++) {
        const start = startOf(times[at]![0], minute)
        if (start === last) isSparse = false
        last = start
      }
      const stretch = stretches.at(-1)
      const rows = at - begin
      if (stretch?.isSparse === isSparse && stretch.rows < (isSparse ? copiedRows : readRows)) {
        stretch.to = from + hour
        stretch.rows += rows
      } else stretches.push({ from, to: from + hour, isSparse, rows })
    }
  }

  /** The rows are read once for all fields. */
  #makeDense({ id, type }: Series, fields: readonly ColumnField[], stretch: Span): void {
    const minutes = minutesWithRows(this.#values.rows(type, fields, id, stretch))
    for (let i = 0; i < fields.length; i++) {
      for (const { start, rows } of minutes) {
        const aggregate = ofRows(rows, i)
        if (aggregate) this.#values.put(1, id, fields[i]!.id, start, aggregate)
      }
    }
  }

  *#makeCoarser(series: Series): Generator<void> {
    const fields = this.#fieldsOf(series.type)
    if (fields.length === 0) return
    for (const span of this.#spansOf(series, readRows)) {
      const minutes = minutesWithRows(this.#values.rows(series.type, fields, series.id, span))
      for (let i = 0; i < fields.length; i++) {
        let finer = timedOf(minutes, i)
        for (const level of [2, 3] as const) {
          finer = coarser(finer, levels[level])
          for (const { start, aggregate } of finer)
            this.#values.put(level, series.id, fields[i]!.id, start, aggregate)
        }
        this.#makeDays(series.id, fields[i]!.id, new Set(finer.map(({ start }) => startOf(start, day))))
      }
      yield
    }
  }

  /** From all hours of each: a day may have begun in the span before. */
  #makeDays(series: number, field: number, starts: ReadonlySet<number>): void {
    for (const from of starts) {
      const hours = this.#values.aggregates(3, series, field, { from, to: from + day })
      const aggregate = combined(hours)
      if (aggregate) this.#values.put(4, series, field, from, aggregate)
    }
  }

  /** Pieces of the time of a series with about so many rows each; whole hours. */
  *#spansOf({ id, type, first }: Series, rows: number): Generator<Span> {
    const next = this.#db.prepare(
      `SELECT time FROM t_${type} WHERE series = ? AND time >= ? ORDER BY time LIMIT 1 OFFSET ?`,
    )
    let from = startOf(first, hour)
    for (;;) {
      const beyond = next.get(id, from, rows) as { time: number } | undefined
      if (!beyond) break
      const to = startOf(beyond.time, hour) + hour
      yield { from, to }
      // a gap of years is passed at once
      const following = next.get(id, to, 0) as { time: number } | undefined
      if (!following) return
      from = startOf(following.time, hour)
    }
    yield { from, to: Number.MAX_SAFE_INTEGER }
  }

  #timesIn({ id, type }: Series, { from, to }: Span): Array<[number]> {
    let statement = this.#times.get(type)
    if (!statement) {
      statement = this.#db.prepare(
        `SELECT time FROM t_${type} WHERE series = ? AND time >= ? AND time < ? ORDER BY time`,
      )
      statement.setReturnArrays(true)
      this.#times.set(type, statement)
    }
    return statement.all(id, from, to) as unknown as Array<[number]>
  }
}

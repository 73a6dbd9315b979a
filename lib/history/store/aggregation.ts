// Keeps the aggregates of one store in step with its rows. The minutes are made in the transaction that touches them; the coarser levels
// later, many batches at a time. `meta.coarseFrom` says from which time on they may be behind, so that a crash forgets none.
import type { StatementSync } from 'node:sqlite'
import { type Aggregate, aggregateOf, combined } from '../model/aggregate.ts'
import { type Level, levels } from '../model/schema.ts'
import type { StoreFile } from './store-file.ts'

const minute = levels[1]
/** Dirty quarters of an hour that memory holds at most. */
const mostDirty = 2_000

/** A field with a column, as a row of its type gives it. */
export interface ColumnField {
  id: number
  col: number
}

/** Minutes whose rows have changed, by series. */
export type Touched = Map<number, { type: number; starts: Set<number> }>

export class Aggregation {
  readonly #file: StoreFile
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #finer: StatementSync
  readonly #fieldsOf: (type: number) => readonly ColumnField[]
  readonly #rowsOf = new Map<string, StatementSync>()
  /** by series: its type, and the quarters of an hour whose minutes have changed */
  readonly #dirty: Touched = new Map()
  #dirtyCount = 0
  /** as noted in the file */
  #coarseFrom: number

  /** @param fieldsOf the fields of a type that have a column */
  constructor(file: StoreFile, fieldsOf: (type: number) => readonly ColumnField[]) {
    this.#file = file
    this.#fieldsOf = fieldsOf
    const { db } = file
    this.#put = db.prepare('INSERT OR REPLACE INTO agg VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#remove = db.prepare('DELETE FROM agg WHERE level = ? AND series = ? AND field = ? AND t = ?')
    this.#finer = db.prepare(
      'SELECT n, good, min, max, mean, m2, t FROM agg WHERE level = ? AND series = ? AND field = ? AND t >= ? AND t < ? ORDER BY t',
    )
    this.#finer.setReturnArrays(true)
    this.#coarseFrom = file.number('coarseFrom') ?? Number.POSITIVE_INFINITY
  }

  /** What a crash left behind. To be called once, before anything is written. */
  recover(): void {
    if (this.#coarseFrom === Number.POSITIVE_INFINITY) return
    const minutes = this.#file.db.prepare(
      'SELECT t FROM agg WHERE level = 1 AND series = ? AND field = ? AND t >= ?',
    )
    const all = this.#file.db.prepare('SELECT id, type FROM series').all() as Array<{
      id: number
      type: number
    }>
    for (const { id, type } of all) {
      for (const field of this.#fieldsOf(type)) {
        for (const { t } of minutes.iterate(id, field.id, this.#coarseFrom) as Iterable<{ t: number }>)
          this.#mark(id, type, startOf(t, levels[2]))
      }
    }
    this.#file.transaction(() => this.makeCoarse())
  }

  /**
   * Makes the minutes again whose rows have changed; within a transaction.
   */
  makeMinutes(minutes: Touched): void {
    let first = Number.POSITIVE_INFINITY
    for (const [series, { type, starts }] of minutes) {
      for (const start of starts) {
        this.#makeMinute(series, type, start)
        this.#mark(series, type, startOf(start, levels[2]))
        if (start < first) first = start
      }
    }
    const day = startOf(first, levels[4])
    if (day < this.#coarseFrom) {
      this.#coarseFrom = day
      this.#file.set('coarseFrom', day)
    }
  }

  /** Whether memory wants `makeCoarse` to be called. */
  get isFull(): boolean {
    return this.#dirtyCount >= mostDirty
  }

  get isBehind(): boolean {
    return this.#dirtyCount > 0
  }

  /** Makes the coarser levels; within a transaction. */
  makeCoarse(): void {
    if (this.#dirtyCount === 0) return
    for (const [series, { type, starts: quarters }] of this.#dirty) {
      const fields = this.#fieldsOf(type)
      let starts = quarters
      for (const level of [2, 3, 4] as const) {
        const length = levels[level]
        starts = new Set([...starts].map((start) => startOf(start, length)))
        for (const { from, to } of runsOf(starts, length))
          for (const { id } of fields) this.#makeFromFiner(level, series, id, from, to)
      }
    }
    this.#dirty.clear()
    this.#dirtyCount = 0
    this.#coarseFrom = Number.POSITIVE_INFINITY
    this.#file.delete('coarseFrom')
  }

  #mark(series: number, type: number, quarter: number): void {
    let known = this.#dirty.get(series)
    if (!known) {
      known = { type, starts: new Set() }
      this.#dirty.set(series, known)
    }
    if (known.starts.has(quarter)) return
    known.starts.add(quarter)
    this.#dirtyCount++
  }

  #makeMinute(series: number, type: number, start: number): void {
    const fields = this.#fieldsOf(type)
    if (fields.length === 0) return
    const rows = this.#rows(type, fields).all(series, start, start + minute) as unknown as Array<
      Array<number | null>
    >
    for (let i = 0; i < fields.length; i++) {
      const values: number[] = []
      const isGood: boolean[] = []
      for (const row of rows) {
        const value = row[i + 1]
        if (value === null || value === undefined) continue
        values.push(value)
        isGood.push(row[0] === 1)
      }
      this.#store(1, series, fields[i]!.id, start, aggregateOf(values, isGood))
    }
  }

  /** The buckets of a level from one start up to, not including, another one. */
  #makeFromFiner(level: Exclude<Level, 1>, series: number, field: number, from: number, to: number): void {
    const length = levels[level]
    const rows = this.#finer.all(level - 1, series, field, from, to) as unknown as Array<
      [...Aggregate, t: number]
    >
    let at = 0
    for (let start = from; start < to; start += length) {
      const begin = at
      while (at < rows.length && rows[at]![6] < start + length) at++
      this.#store(level, series, field, start, combined(rows.slice(begin, at) as unknown as Aggregate[]))
    }
  }

  #store(level: Level, series: number, field: number, start: number, aggregate: Aggregate | undefined): void {
    if (aggregate) this.#put.run(level, series, field, start, ...aggregate)
    else this.#remove.run(level, series, field, start)
  }

  /** In key order, which is the same in every store. */
  #rows(type: number, fields: readonly ColumnField[]): StatementSync {
    const columns = fields.map(({ col }) => `f${col}`).join(', ')
    const place = `${type} ${columns}`
    const known = this.#rowsOf.get(place)
    if (known) return known
    const statement = this.#file.db.prepare(
      `SELECT verdict, ${columns} FROM t_${type} WHERE series = ? AND time >= ? AND time < ? ORDER BY time, seq, sub`,
    )
    statement.setReturnArrays(true)
    this.#rowsOf.set(place, statement)
    return statement
  }
}

/** The start of the bucket that a time is in; times before 1970, too. */
export function startOf(time: number, length: number): number {
  return Math.floor(time / length) * length
}

/** Buckets that follow one another without a gap are one run. */
function runsOf(starts: ReadonlySet<number>, length: number): Array<{ from: number; to: number }> {
  const runs: Array<{ from: number; to: number }> = []
  for (const start of [...starts].toSorted((one, other) => one - other)) {
    const last = runs.at(-1)
    if (last?.to === start) last.to = start + length
    else runs.push({ from: start, to: start + length })
  }
  return runs
}

// Keeps the aggregates of one store in step with its rows. They are made some time after the rows, many at a time, since each is in another
// place of the file. `meta.aggregatesFrom` says from which time on they may be behind, so that a crash forgets none.
import type { StatementSync } from 'node:sqlite'
import { type Aggregate, aggregateOf, combined } from '../model/aggregate.ts'
import { type Level, levels, verdictCodes } from '../model/schema.ts'
import type { StoreFile } from './store-file.ts'

const minute = levels[1]
/** Minutes that wait at most. */
const mostDirty = 20_000
/** Minutes that are nearer to each other are read together, ms. */
const worthReading = 5 * minute

/** Minutes with one row each that are copied together, at least. */
const worthCopying = 4

/** Rows of one series that are read in one step of making everything; an hour of rows is never divided. */
const stepRows = 2_000

/** Verdict, time, and the values of the fields. */
type ValueRow = Array<number | null>

interface Minute {
  start: number
  rows: ValueRow[]
}

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
  readonly #copies = new Map<string, StatementSync>()
  readonly #dirty: Touched = new Map()
  #dirtyCount = 0
  /** as noted in the file */
  #from: number
  /** No aggregate is made before `makeStep` makes all of them, as `meta.aggregates` notes. */
  #isDeferred: boolean
  /** where `makeStep` is: from which time (ms) on the first of these series has none; undefined where it has not begun */
  #left: Array<{ series: number; type: number; from: number }> | undefined

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
    this.#from = file.number('aggregatesFrom') ?? Number.POSITIVE_INFINITY
    this.#isDeferred = file.get('aggregates') === 'deferred'
  }

  /**
   * Makes no aggregates until `makeStep` makes all of them: each series is read once then, which takes a fraction of the time. Until
   * then a crash forgets none, as there are none.
   */
  defer(): void {
    this.#isDeferred = true
    this.#left = undefined
    this.#file.set('aggregates', 'deferred')
  }

  /** Makes some of what was deferred; within a transaction. @returns whether there is more */
  makeStep(): boolean {
    if (!this.#isDeferred) return false
    this.#left ??= this.#file.db
      .prepare('SELECT id AS series, type, first AS "from" FROM series')
      .all() as Array<{
      series: number
      type: number
      from: number
    }>
    const next = this.#left.at(-1)
    if (!next) {
      this.#isDeferred = false
      this.#left = undefined
      this.#file.delete('aggregates')
      return false
    }
    const end = this.#makeFrom(next)
    if (end === undefined) this.#left.pop()
    else next.from = end
    return true
  }

  /** What a crash left behind. To be called once, before anything is written. */
  recover(): void {
    if (this.#from === Number.POSITIVE_INFINITY || this.#isDeferred) return
    const { db } = this.#file
    const all = db.prepare('SELECT id, type FROM series').all() as Array<{ id: number; type: number }>
    for (const { id, type } of all) {
      const times = db.prepare(`SELECT time FROM t_${type} WHERE series = ? AND time >= ?`)
      const starts = new Set<number>()
      for (const { time } of times.iterate(id, this.#from) as Iterable<{ time: number }>)
        starts.add(startOf(time, minute))
      if (starts.size > 0) this.#dirty.set(id, { type, starts })
    }
    this.#file.transaction(() => this.make())
  }

  /** The rows of these minutes have changed: their aggregates are made later; within a transaction. */
  makeLater(touched: Touched): void {
    if (this.#willBeMade) return
    let first = this.#from
    for (const [series, { type, starts }] of touched) {
      let known = this.#dirty.get(series)
      if (!known) {
        known = { type, starts: new Set() }
        this.#dirty.set(series, known)
      }
      const before = known.starts.size
      for (const start of starts) {
        known.starts.add(start)
        if (start < first) first = start
      }
      this.#dirtyCount += known.starts.size - before
    }
    if (first === this.#from) return
    this.#from = first
    this.#file.set('aggregatesFrom', first)
  }

  /** Whether memory wants `make` to be called. */
  get isFull(): boolean {
    return this.#dirtyCount >= mostDirty
  }

  get isBehind(): boolean {
    return this.#dirtyCount > 0
  }

  /** Makes what was left for later; within a transaction. */
  make(): void {
    this.makeNow(this.#dirty)
    this.#dirty.clear()
    this.#dirtyCount = 0
    if (this.#from === Number.POSITIVE_INFINITY) return
    this.#from = Number.POSITIVE_INFINITY
    this.#file.delete('aggregatesFrom')
  }

  /**
   * The aggregates of these minutes, and of what they are in; within a transaction.
   * @param isRemoval rows were removed: what has no value any more goes, too
   */
  makeNow(touched: Touched, isRemoval = false): void {
    if (this.#willBeMade) return
    for (const [series, { type, starts }] of touched) {
      const fields = this.#fieldsOf(type)
      if (fields.length === 0) continue
      for (const { from, to } of runsOf(starts, minute, worthReading)) {
        for (const part of partsOf(this.#minutesOf(series, type, from, to, starts))) {
          if (part.isSparse && !isRemoval) this.#copyRows(series, type, part.minutes)
          else this.#makeMinutes(series, fields, part.minutes)
        }
      }
      this.#makeCoarser(series, fields, starts)
    }
  }

  /** No series has been read yet. */
  get #willBeMade(): boolean {
    return this.#isDeferred && this.#left === undefined
  }

  /** All levels of a series from a time on. @returns where to go on; undefined at the end */
  #makeFrom({ series, type, from }: { series: number; type: number; from: number }): number | undefined {
    const fields = this.#fieldsOf(type)
    if (fields.length === 0) return undefined
    const begin = startOf(from, levels[3])
    const last = this.#file.db
      .prepare(
        `SELECT time FROM t_${type} WHERE series = ? AND time >= ? ORDER BY time LIMIT 1 OFFSET ${stepRows}`,
      )
      .get(series, begin) as { time: number } | undefined
    const end = last && startOf(last.time, levels[3]) + levels[3]
    const rows = this.#rows(type, fields).all(
      ...[series, begin, end ?? Number.MAX_SAFE_INTEGER],
    ) as unknown as ValueRow[]
    const parts = partsOf(minutesWithRows(rows))
    for (const { isSparse, minutes } of parts) {
      if (isSparse) this.#copyRows(series, type, minutes)
      else this.#makeMinutes(series, fields, minutes)
    }
    const all = parts.flatMap(({ minutes }) => minutes)
    for (let i = 0; i < fields.length; i++) {
      let finer = timedOf(all, i)
      for (const level of [2, 3] as const) {
        finer = coarser(finer, levels[level])
        for (const { start, aggregate } of finer)
          this.#put.run(level, series, fields[i]!.id, start, ...aggregate)
      }
      // a day may have begun in the step before
      if (finer.length === 0) continue
      const to = startOf(finer.at(-1)!.start, levels[4]) + levels[4]
      this.#makeFromFiner(4, series, fields[i]!.id, startOf(finer[0]!.start, levels[4]), to)
    }
    return end
  }

  #makeCoarser(series: number, fields: readonly ColumnField[], minutes: ReadonlySet<number>): void {
    let starts = minutes
    for (const level of [2, 3, 4] as const) {
      const length = levels[level]
      starts = new Set([...starts].map((start) => startOf(start, length)))
      for (const { id } of fields)
        for (const { from, to } of runsOf(starts, length, 0)) this.#makeFromFiner(level, series, id, from, to)
    }
  }

  /** Field by field, as the table is in that order. */
  #makeMinutes(series: number, fields: readonly ColumnField[], minutes: readonly Minute[]): void {
    for (let i = 0; i < fields.length; i++) {
      for (const { start, rows } of minutes) this.#store(1, series, fields[i]!.id, start, ofRows(rows, i))
    }
  }

  /** The aggregate of one value is that value: the database copies these rows by itself, which takes a fraction of the time. */
  #copyRows(series: number, type: number, minutes: readonly Minute[]): void {
    const from = minutes[0]!.start
    const to = minutes.at(-1)!.start + minute
    for (const { id, col } of this.#fieldsOf(type)) {
      const place = `${type} ${col}`
      let copy = this.#copies.get(place)
      if (!copy) {
        copy = this.#file.db.prepare(
          `INSERT OR REPLACE INTO agg SELECT 1, series, ?, time - time % ${minute}, 1, verdict = ${verdictCodes.good},
            f${col}, f${col}, f${col}, 0 FROM t_${type} WHERE series = ? AND time >= ? AND time < ? AND f${col} IS NOT NULL`,
        )
        this.#copies.set(place, copy)
      }
      copy.run(id, series, from, to)
    }
  }

  /** The minutes of a run that have rows, or were touched, in order. */
  #minutesOf(series: number, type: number, from: number, to: number, touched: ReadonlySet<number>): Minute[] {
    const rows = this.#rows(type, this.#fieldsOf(type)).all(series, from, to) as unknown as ValueRow[]
    const minutes: Minute[] = []
    let at = 0
    for (let start = from; start < to; start += minute) {
      const begin = at
      while (at < rows.length && rows[at]![1]! < start + minute) at++
      if (at > begin || touched.has(start)) minutes.push({ start, rows: rows.slice(begin, at) })
    }
    return minutes
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
      `SELECT verdict, time, ${columns} FROM t_${type} WHERE series = ? AND time >= ? AND time < ? ORDER BY time, seq, sub`,
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

/** Buckets with no more than a gap (ms) between them are one run. */
function runsOf(
  starts: ReadonlySet<number>,
  length: number,
  gap: number,
): Array<{ from: number; to: number }> {
  const runs: Array<{ from: number; to: number }> = []
  for (const start of [...starts].toSorted((one, other) => one - other)) {
    const last = runs.at(-1)
    if (last && start - last.to <= gap) last.to = start + length
    else runs.push({ from: start, to: start + length })
  }
  return runs
}

/** Of the field with this place in the rows; undefined where none of them has it. */
function ofRows(rows: readonly ValueRow[], place: number): Aggregate | undefined {
  if (rows.length === 1) return ofOne(rows[0]!, place)
  const values: number[] = []
  const isGood: boolean[] = []
  for (const row of rows) {
    const value = row[place + 2]
    if (value === null || value === undefined) continue
    values.push(value)
    isGood.push(row[0] === verdictCodes.good)
  }
  return aggregateOf(values, isGood)
}

/** The same as `aggregateOf`, for most rows of slow devices. */
function ofOne(row: ValueRow, place: number): Aggregate | undefined {
  const value = row[place + 2]
  if (value === null || value === undefined) return undefined
  return [1, row[0] === verdictCodes.good ? 1 : 0, value, value, value, 0]
}

interface Timed {
  start: number
  aggregate: Aggregate
}

/** The aggregates of a field, minute by minute. */
function timedOf(minutes: readonly Minute[], place: number): Timed[] {
  const all: Timed[] = []
  for (const { start, rows } of minutes) {
    const aggregate = ofRows(rows, place)
    if (aggregate) all.push({ start, aggregate })
  }
  return all
}

/** Buckets of this length, from all the finer ones in them, which are in order. */
function coarser(finer: readonly Timed[], length: number): Timed[] {
  const all: Timed[] = []
  for (let at = 0; at < finer.length; ) {
    const start = startOf(finer[at]!.start, length)
    const parts: Aggregate[] = []
    for (; at < finer.length && finer[at]!.start < start + length; at++) parts.push(finer[at]!.aggregate)
    all.push({ start, aggregate: combined(parts)! })
  }
  return all
}

/** Rows that are in the order of time, by their minutes. */
function minutesWithRows(rows: readonly ValueRow[]): Minute[] {
  const minutes: Minute[] = []
  for (const row of rows) {
    const start = startOf(row[1]!, minute)
    const last = minutes.at(-1)
    if (last?.start === start) last.rows.push(row)
    else minutes.push({ start, rows: [row] })
  }
  return minutes
}

/** Minutes that follow one another with one row each, and the others. */
function partsOf(minutes: readonly Minute[]): Array<{ isSparse: boolean; minutes: Minute[] }> {
  const parts: Array<{ isSparse: boolean; minutes: Minute[] }> = []
  for (const one of minutes) {
    // the database's remainder of a negative time is negative
    const isSparse = one.rows.length === 1 && one.start >= 0
    const last = parts.at(-1)
    if (last?.isSparse === isSparse) last.minutes.push(one)
    else parts.push({ isSparse, minutes: [one] })
  }
  for (const part of parts) part.isSparse &&= part.minutes.length >= worthCopying
  return parts
}

// Keeps the aggregates of one store in step with its rows. They are made some time after the rows, many at a time, since each is in another
// place of the file. `meta.aggregatesFrom` says from which time on they may be behind, so that a crash forgets none.
import { type Aggregate, combined } from '../model/aggregate.ts'
import { type Minute, ofRows, partsOf, runsOf, startOf } from '../model/buckets.ts'
import { type Level, levels } from '../model/schema.ts'
import { AllAggregates } from '../tables/all-aggregates.ts'
import { type ColumnField, type FieldsOf, ValueRows } from '../tables/value-rows.ts'
import type { StoreFile } from './store-file.ts'

const minute = levels[1]
/** Minutes that wait at most. */
const mostDirty = 20_000
/** Minutes that are nearer to each other are read together, ms. */
const worthReading = 5 * minute

/** Minutes whose rows have changed, by series. */
export type Touched = Map<number, { type: number; starts: Set<number> }>

export class Aggregation {
  readonly #file: StoreFile
  readonly #values: ValueRows
  readonly #fieldsOf: FieldsOf
  readonly #dirty: Touched = new Map()
  #dirtyCount = 0
  /** as noted in the file */
  #from: number
  /** No aggregate is made before `makeStep` makes all of them, as `meta.aggregates` notes. */
  #isDeferred: boolean
  /** what `makeStep` is at; undefined where it has not begun */
  #all: AllAggregates | undefined

  constructor(file: StoreFile, fieldsOf: FieldsOf) {
    this.#file = file
    this.#fieldsOf = fieldsOf
    this.#values = new ValueRows(file.db)
    this.#from = file.number('aggregatesFrom') ?? Number.POSITIVE_INFINITY
    this.#isDeferred = file.get('aggregates') === 'deferred'
  }

  /**
   * Makes no aggregates until `makeStep` makes all of them: each series is read twice then, which takes a fraction of the time. Until
   * then a crash forgets none: it begins again with the first series.
   */
  defer(): void {
    this.#isDeferred = true
    this.#all = undefined
    this.#file.set('aggregates', 'deferred')
  }

  /**
   * Makes some of what was deferred, and in the end what was touched meanwhile; within a transaction. @returns whether there is more
   */
  makeStep(): boolean {
    if (!this.#isDeferred) return false
    this.#all ??= new AllAggregates(this.#file.db, this.#values, this.#fieldsOf)
    if (this.#all.step()) return true
    this.#isDeferred = false
    this.#all = undefined
    this.#file.delete('aggregates')
    this.make()
    return false
  }

  /** Whether it has to be told which minutes are touched: not before making everything begins, which will find all rows that are there. */
  get isFollowing(): boolean {
    return !this.#isDeferred || this.#all !== undefined
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
    if (!this.isFollowing) return
    this.#note(touched)
    // whatever a crash interrupts is begun again while everything is deferred
    if (this.#isDeferred) return
    let first = this.#from
    for (const { starts } of touched.values()) for (const start of starts) if (start < first) first = start
    if (first === this.#from) return
    this.#from = first
    this.#file.set('aggregatesFrom', first)
  }

  #note(touched: Touched): void {
    for (const [series, { type, starts }] of touched) {
      let known = this.#dirty.get(series)
      if (!known) {
        known = { type, starts: new Set() }
        this.#dirty.set(series, known)
      }
      const before = known.starts.size
      for (const start of starts) known.starts.add(start)
      this.#dirtyCount += known.starts.size - before
    }
  }

  /** Whether memory wants `make` to be called. */
  get isFull(): boolean {
    return this.#dirtyCount >= mostDirty && !this.#isDeferred
  }

  get isBehind(): boolean {
    return this.#dirtyCount > 0
  }

  /** Makes what was left for later; within a transaction. */
  make(): void {
    if (this.#isDeferred) return
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
    if (this.#isDeferred) {
      this.makeLater(touched)
      return
    }
    for (const [series, { type, starts }] of touched) {
      const fields = this.#fieldsOf(type)
      if (fields.length === 0) continue
      for (const { from, to } of runsOf(starts, minute, worthReading)) {
        for (const part of partsOf(this.#minutesOf(series, type, from, to, starts))) {
          if (part.isSparse && !isRemoval) this.#copy(series, type, part.minutes)
          else this.#makeMinutes(series, fields, part.minutes)
        }
      }
      this.#makeCoarser(series, fields, starts)
    }
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

  #copy(series: number, type: number, minutes: readonly Minute[]): void {
    const span = { from: minutes[0]!.start, to: minutes.at(-1)!.start + minute }
    for (const field of this.#fieldsOf(type)) this.#values.copy(type, field, series, span)
  }

  /** The minutes of a run that have rows, or were touched, in order. */
  #minutesOf(series: number, type: number, from: number, to: number, touched: ReadonlySet<number>): Minute[] {
    const rows = this.#values.rows(type, this.#fieldsOf(type), series, { from, to })
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
    const rows = this.#values.aggregates((level - 1) as Level, series, field, { from, to })
    let at = 0
    for (let start = from; start < to; start += length) {
      const begin = at
      while (at < rows.length && rows[at]![6] < start + length) at++
      this.#store(level, series, field, start, combined(rows.slice(begin, at)))
    }
  }

  #store(level: Level, series: number, field: number, start: number, aggregate: Aggregate | undefined): void {
    if (aggregate) this.#values.put(level, series, field, start, aggregate)
    else this.#values.remove(level, series, field, start)
  }
}

// Writes batches into one store: rows, rejects, and what the tables type, series, field and epoch say of them.
import type { StatementSync } from 'node:sqlite'
import { startOf } from '../model/buckets.ts'
import { KnownSeries, type SeriesRow, type TypeRow } from '../tables/known-series.ts'
import { Rejects } from '../tables/rejects.ts'
import { RuleCounts } from '../tables/rule-counts.ts'
import { Aggregation, type Touched } from './aggregation.ts'
import { type Batch, rowHead, type Shape } from './batch.ts'
import type { Part } from './part.ts'
import type { StoreFile, Value } from './store-file.ts'

const minute = 60_000
/**
 * What is so much older than the newest row of its series, ms, has its aggregates made at once: what is left for later reaches back no
 * farther, so that little has to be made again after a crash.
 */
const lateness = 7_200_000

/** How rows of a type are written. */
interface RowTable {
  /** made anew when a column has come */
  insert: StatementSync
  /** what `insert` is run with: one array for all rows */
  row: Value[]
}

/** A shape as this file knows it. */
interface Target {
  series: SeriesRow
  table: RowTable
  rules: string
  /** for each field of the shape its column, from 1; 0 for none */
  cols: number[]
}

interface TouchedMinutes {
  late: Touched
  usual: Touched
}

export interface WriteOptions {
  /** every event up to it is in the store when this is committed; undefined: as before */
  upTo: number | undefined
  /** rows of earlier times are not kept, ms since 1970 */
  oldest: number
  /** those of all batches so far */
  shapes: ReadonlyMap<number, Shape>
}

export class RowWriter {
  readonly file: StoreFile
  readonly aggregation: Aggregation
  readonly #known: KnownSeries
  readonly #rejects: Rejects
  readonly #rules: RuleCounts
  readonly #epochs = new Map<string, number>()
  readonly #targets = new Map<number, Target>()
  /** by the type's id */
  readonly #tables = new Map<number, RowTable>()
  #upTo: number
  #top: number
  #topEpoch: string | undefined

  constructor(file: StoreFile) {
    this.file = file
    const { db } = file
    this.#known = new KnownSeries(db)
    this.#rejects = new Rejects(db)
    this.#rules = new RuleCounts(file.get('rules') as string | undefined)
    this.#upTo = file.number('upTo') ?? 0
    this.#top = Number(String(file.get('top') ?? '').split('-')[1] ?? 0)
    for (const { epoch, first } of db.prepare('SELECT epoch, first FROM epoch').all() as Array<{
      epoch: string
      first: number
    }>)
      this.#epochs.set(epoch, first)
    this.aggregation = new Aggregation(file, (type) => this.#known.columnsOf(type))
    this.aggregation.recover()
  }

  get upTo(): number {
    return this.#upTo
  }

  /** The shapes that came so far are not used any more. */
  forgetShapes(): void {
    this.#targets.clear()
  }

  /** Rows whose verdicts are of other rules than those of the latest event of their type. */
  get oldVerdicts(): number {
    return this.#rules.old
  }

  /** Rows of all types. */
  get rows(): number {
    return this.#known.rows
  }

  /** Writes within a transaction; what the caches know is only right if that is committed. @returns rows that were new */
  write(batch: Batch, options: WriteOptions): number {
    const touched: TouchedMinutes = { late: new Map(), usual: new Map() }
    const written = this.#writeRows(batch, options, touched)
    for (const reject of batch.rejects) {
      this.#noteEpoch(reject.epoch, reject.seq)
      this.#rejects.add(reject)
    }
    this.#rejects.prune()
    this.aggregation.makeNow(touched.late)
    this.aggregation.makeLater(touched.usual)
    this.#known.saveChanged()
    if (written > 0) this.#saveRules()
    this.#saveTop()
    if (options.upTo !== undefined) this.setUpTo(options.upTo)
    if (this.aggregation.isFull) this.aggregation.make()
    return written
  }

  setUpTo(seq: number): void {
    if (seq <= this.#upTo) return
    this.#upTo = seq
    this.file.set('upTo', seq)
  }

  /**
   * Removes the rows of a part that a replay will bring again; within a transaction. Those of later seqs have come since.
   * @param limit at most so many @returns how many were removed
   */
  remove({ from, to, type, ranges }: Part, limit: number): number {
    const lastSeq = ranges.at(-1)?.to ?? 0
    const touched: Touched = new Map()
    let left = limit
    for (const series of this.#known.all) {
      if (left <= 0) break
      if (type !== undefined && series.type.name !== type) continue
      if (series.last < from || series.first > to) continue
      left -= this.#removeOf(series, { from, to, lastSeq }, left, touched)
    }
    if (left === limit) return 0
    this.aggregation.makeNow(touched, true)
    this.#saveRules()
    return limit - left
  }

  /** The lowest and the highest seq of what `remove` would remove; undefined where that is nothing. */
  seqsOf(from: number, to: number, typeName: string | undefined): { from: number; to: number } | undefined {
    let [low, high] = [Number.POSITIVE_INFINITY, 0]
    for (const { id, type } of this.#known.all) {
      if (typeName !== undefined && type.name !== typeName) continue
      const found = this.file.db
        .prepare(
          `SELECT min(seq) AS low, max(seq) AS high FROM t_${type.id} WHERE series = ? AND time BETWEEN ? AND ?`,
        )
        .get(id, from, to) as { low: number | null; high: number | null }
      if (found.low === null || found.high === null) continue
      low = Math.min(low, found.low)
      high = Math.max(high, found.high)
    }
    return high === 0 ? undefined : { from: low, to: high }
  }

  /** Of the rows, ms since 1970; undefined where there are none. */
  get oldestTime(): number | undefined {
    let oldest: number | undefined
    for (const { id, type } of this.#known.all) {
      const first = this.file.db.prepare(`SELECT min(time) AS time FROM t_${type.id} WHERE series = ?`)
      const { time } = first.get(id) as { time: number | null }
      if (time !== null && (oldest === undefined || time < oldest)) oldest = time
    }
    return oldest
  }

  /** Removes raw rows that are older than this; within a transaction. @returns how many, `limit` at most */
  dropRaw(before: number, limit: number): number {
    let left = limit
    for (const series of this.#known.all) {
      if (left <= 0) break
      const removed = Number(
        this.file.db
          .prepare(
            `DELETE FROM t_${series.type.id} WHERE (series, time, seq, sub) IN
              (SELECT series, time, seq, sub FROM t_${series.type.id} WHERE series = ? AND time < ? LIMIT ?)`,
          )
          .run(series.id, before, left).changes,
      )
      if (removed === 0) continue
      left -= removed
      series.n -= removed
      this.#rules.uncount(series.type.name, removed)
      this.#known.save(series)
    }
    if (left < limit) this.#saveRules()
    return limit - left
  }

  /** Whether the numbers of rows that the series tell are those of the tables. */
  isCounted(): boolean {
    let rows = 0
    for (const { id } of this.#known.types)
      rows += Number(Object.values(this.file.db.prepare(`SELECT count(*) FROM t_${id}`).get() ?? {})[0])
    return rows === this.rows
  }

  #removeOf(
    series: SeriesRow,
    { from, to, lastSeq }: { from: number; to: number; lastSeq: number },
    limit: number,
    touched: Touched,
  ): number {
    const table = `t_${series.type.id}`
    const found = this.file.db
      .prepare(
        `SELECT time, seq, sub FROM ${table} WHERE series = ? AND time BETWEEN ? AND ? AND seq <= ? LIMIT ?`,
      )
      .all(series.id, from, to, lastSeq, limit) as Array<{ time: number; seq: number; sub: number }>
    if (found.length === 0) return 0
    const remove = this.file.db.prepare(
      `DELETE FROM ${table} WHERE series = ? AND time = ? AND seq = ? AND sub = ?`,
    )
    const { starts } = touchedOf(touched, series)
    for (const { time, seq, sub } of found) {
      remove.run(series.id, time, seq, sub)
      starts.add(startOf(time, minute))
    }
    series.n -= found.length
    this.#rules.uncount(series.type.name, found.length)
    this.#known.save(series)
    return found.length
  }

  #writeRows({ numbers, texts }: Batch, { oldest, shapes }: WriteOptions, touched: TouchedMinutes): number {
    let written = 0
    const { isFollowing } = this.aggregation
    for (let at = 0; at < numbers.length; ) {
      const shape = shapes.get(numbers[at]!)!
      const target = this.#targetOf(shape)
      const { series } = target
      const time = numbers[at + 1]!
      const seq = numbers[at + 2]!
      this.#noteEpoch(shape.epoch, seq)
      if (time >= oldest) {
        const isNew = this.#insert(target, numbers, at, texts)
        if (isNew) {
          written++
          this.#count(target, time)
          if (isFollowing) {
            const isLate = time < series.last - lateness
            touchedOf(isLate ? touched.late : touched.usual, series).starts.add(startOf(time, minute))
          }
        }
      }
      this.#rules.note(series.type.name, shape.rules)
      at += rowHead + shape.fields.length
    }
    return written
  }

  #insert(
    { series, table, cols }: Target,
    numbers: Float64Array,
    at: number,
    texts: Batch['texts'],
  ): boolean {
    const text = numbers[at + 5]!
    const has = text >= 0
    const { row } = table
    row[0] = series.id
    for (let i = 1; i <= 4; i++) row[i] = numbers[at + i]!
    for (let i = 0; i < 3; i++) row[5 + i] = has ? texts[text + i]! : null
    for (let i = 8; i < row.length; i++) row[i] = null
    for (let i = 0; i < cols.length; i++) {
      const col = cols[i]!
      const value = numbers[at + rowHead + i]!
      // NaN: the field is there, and has no value
      if (col > 0 && !Number.isNaN(value)) row[7 + col] = value
    }
    return table.insert.run(...row).changes === 1
  }

  #count({ series, rules }: Target, time: number): void {
    if (series.n === 0 && series.first === 0 && series.last === 0) series.first = series.last = time
    else if (time < series.first) series.first = time
    else if (time > series.last) series.last = time
    series.n++
    series.isChanged = true
    this.#rules.count(series.type.name, rules)
  }

  #saveRules(): void {
    this.file.set('rules', this.#rules.text)
  }

  #saveTop(): void {
    if (this.#topEpoch === undefined) return
    this.file.set('top', `${this.#topEpoch}-${this.#top}`)
    this.#topEpoch = undefined
  }

  #noteEpoch(epoch: string, seq: number): void {
    if (seq > this.#top) {
      this.#top = seq
      this.#topEpoch = epoch
    }
    const known = this.#epochs.get(epoch)
    if (known !== undefined && known <= seq) return
    this.#epochs.set(epoch, seq)
    this.file.db
      .prepare(
        'INSERT INTO epoch (epoch, first) VALUES (?, ?) ON CONFLICT (epoch) DO UPDATE SET first = excluded.first',
      )
      .run(epoch, seq)
  }

  #targetOf(shape: Shape): Target {
    const known = this.#targets.get(shape.id)
    if (known) {
      if (known.series.name !== shape.name) this.#rename(known.series, shape.name)
      return known
    }
    const type = this.#known.typeOf(shape.type)
    const series = this.#known.seriesOf(type, shape)
    if (series.name !== shape.name) this.#rename(series, shape.name)
    const cols = shape.fields.map((field) => this.#known.columnOf(type, field))
    const target = { series, table: this.#tableOf(type), rules: shape.rules, cols }
    this.#targets.set(shape.id, target)
    return target
  }

  #rename(series: SeriesRow, name: string): void {
    series.name = name
    series.isChanged = true
  }

  /** With all columns that the type has now. */
  #tableOf(type: TypeRow): RowTable {
    const width = 8 + type.columns.length
    const known = this.#tables.get(type.id)
    if (known?.row.length === width) return known
    const places = Array(width).fill('?').join(', ')
    const insert = this.file.db.prepare(`INSERT OR IGNORE INTO t_${type.id} VALUES (${places})`)
    const row: Value[] = Array.from({ length: width }, () => null)
    // targets of earlier shapes have it, too
    const table = Object.assign(known ?? {}, { insert, row })
    this.#tables.set(type.id, table)
    return table
  }
}

function touchedOf(touched: Touched, { id, type }: SeriesRow): { starts: Set<number> } {
  let known = touched.get(id)
  if (!known) {
    known = { type: type.id, starts: new Set() }
    touched.set(id, known)
  }
  return known
}

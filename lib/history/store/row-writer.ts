// Writes batches into one store: rows, rejects, and what the tables type, series, field and epoch say of them.
import type { StatementSync } from 'node:sqlite'
import { valueTable } from '../model/schema.ts'
import { Aggregation, type ColumnField, startOf, type Touched } from './aggregation.ts'
import { type Batch, type RejectRow, rowHead, type Shape } from './batch.ts'
import type { Part } from './part.ts'
import type { StoreFile, Value } from './store-file.ts'

/** Rejected events that are kept. */
const mostRejects = 10_000
const minute = 60_000
/**
 * What is so much older than the newest row of its series, ms, has its aggregates made at once: what is left for later reaches back no
 * farther, so that little has to be made again after a crash.
 */
const lateness = 7_200_000

interface FieldRow extends ColumnField {
  kind: string
}

interface TypeRow {
  id: number
  name: string
  fields: Map<string, { id: number; kind: string; col: number | null }>
  /** with a column, in the order of the columns */
  columns: FieldRow[]
  /** made anew when a column has come */
  insert: StatementSync | undefined
  /** what `insert` is run with: one array for all rows */
  row: Value[]
}

interface SeriesRow {
  id: number
  type: TypeRow
  name: string
  first: number
  last: number
  n: number
  isChanged: boolean
}

/** A shape as this file knows it. */
interface Target {
  series: SeriesRow
  rules: string
  /** for each field of the shape its column, from 1; 0 for none */
  cols: number[]
}

interface TouchedMinutes {
  late: Touched
  usual: Touched
}

/** How many rows of a type were judged by which rules. */
type RuleCounts = Record<string, Record<string, number>>

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
  readonly #types = new Map<string, TypeRow>()
  readonly #typesById = new Map<number, TypeRow>()
  readonly #series = new Map<string, SeriesRow>()
  readonly #epochs = new Map<string, number>()
  readonly #targets = new Map<number, Target>()
  readonly #addReject: StatementSync
  readonly #saveSeries: StatementSync
  /** by type */
  #rules: RuleCounts
  /** by type: those of the latest event */
  #today: Record<string, string>
  #rejects: number
  #upTo: number
  #top: number
  #topEpoch: string | undefined

  constructor(file: StoreFile) {
    this.file = file
    const { db } = file
    this.#addReject = db.prepare('INSERT OR IGNORE INTO reject VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#saveSeries = db.prepare('UPDATE series SET name = ?, first = ?, last = ?, n = ? WHERE id = ?')
    const rules = JSON.parse(String(file.get('rules') ?? '{"counts":{},"today":{}}')) as {
      counts: RuleCounts
      today: Record<string, string>
    }
    this.#rules = rules.counts
    this.#today = rules.today
    this.#upTo = file.number('upTo') ?? 0
    this.#top = Number(String(file.get('top') ?? '').split('-')[1] ?? 0)
    this.#rejects = Number(Object.values(db.prepare('SELECT count(*) FROM reject').get() ?? {})[0])
    this.#load()
    this.aggregation = new Aggregation(file, (type) => this.#typesById.get(type)?.columns ?? [])
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
    let old = 0
    for (const [type, counts] of Object.entries(this.#rules)) {
      for (const [rules, count] of Object.entries(counts)) if (rules !== this.#today[type]) old += count
    }
    return old
  }

  /** Rows of all types. */
  get rows(): number {
    let sum = 0
    for (const { n } of this.#series.values()) sum += n
    return sum
  }

  /** Writes within a transaction; what the caches know is only right if that is committed. @returns rows that were new */
  write(batch: Batch, options: WriteOptions): number {
    const touched: TouchedMinutes = { late: new Map(), usual: new Map() }
    const written = this.#writeRows(batch, options, touched)
    for (const reject of batch.rejects) this.#writeReject(reject)
    if (this.#rejects > mostRejects) this.#prune()
    this.aggregation.makeNow(touched.late)
    this.aggregation.makeLater(touched.usual)
    for (const series of this.#series.values()) if (series.isChanged) this.#save(series)
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
    for (const series of this.#series.values()) {
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
    for (const { id, type } of this.#series.values()) {
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
    for (const { id, type } of this.#series.values()) {
      const first = this.file.db.prepare(`SELECT min(time) AS time FROM t_${type.id} WHERE series = ?`)
      const { time } = first.get(id) as { time: number | null }
      if (time !== null && (oldest === undefined || time < oldest)) oldest = time
    }
    return oldest
  }

  /** Removes raw rows that are older than this; within a transaction. @returns how many, `limit` at most */
  dropRaw(before: number, limit: number): number {
    let left = limit
    for (const series of this.#series.values()) {
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
      this.#uncount(series.type.name, removed)
      this.#save(series)
    }
    if (left < limit) this.#saveRules()
    return limit - left
  }

  /** Whether the numbers of rows that the series tell are those of the tables. */
  isCounted(): boolean {
    let rows = 0
    for (const { id } of this.#types.values())
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
    this.#uncount(series.type.name, found.length)
    this.#save(series)
    return found.length
  }

  #writeRows({ numbers, texts }: Batch, { oldest, shapes }: WriteOptions, touched: TouchedMinutes): number {
    let written = 0
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
          const isLate = time < series.last - lateness
          touchedOf(isLate ? touched.late : touched.usual, series).starts.add(startOf(time, minute))
        }
      }
      this.#today[series.type.name] = shape.rules
      at += rowHead + shape.fields.length
    }
    return written
  }

  #insert({ series, cols }: Target, numbers: Float64Array, at: number, texts: Batch['texts']): boolean {
    const { type } = series
    const text = numbers[at + 5]!
    const has = text >= 0
    const { row } = type
    row[0] = series.id
    for (let i = 1; i <= 4; i++) row[i] = numbers[at + i]!
    for (let i = 0; i < 3; i++) row[5 + i] = has ? texts[text + i]! : null
    for (let i = 0; i < type.columns.length; i++) row[8 + i] = null
    for (let i = 0; i < cols.length; i++) {
      const col = cols[i]!
      const value = numbers[at + rowHead + i]!
      // NaN: the field is there, and has no value
      if (col > 0 && !Number.isNaN(value)) row[7 + col] = value
    }
    type.insert ??= this.file.db.prepare(
      `INSERT OR IGNORE INTO t_${type.id} VALUES (${Array(8 + type.columns.length)
        .fill('?')
        .join(', ')})`,
    )
    return type.insert.run(...row).changes === 1
  }

  #count({ series, rules }: Target, time: number): void {
    if (series.n === 0 && series.first === 0 && series.last === 0) series.first = series.last = time
    else if (time < series.first) series.first = time
    else if (time > series.last) series.last = time
    series.n++
    series.isChanged = true
    const { name } = series.type
    const counts = this.#rules[name] ?? {}
    counts[rules] = (counts[rules] ?? 0) + 1
    this.#rules[name] = counts
  }

  /** Which rules judged what was removed is not known: those that are not today's first. */
  #uncount(type: string, removed: number): void {
    const counts = this.#rules[type] ?? {}
    let left = removed
    const today = this.#today[type]
    const order = Object.keys(counts).toSorted(
      (one, other) => Number(one === today) - Number(other === today),
    )
    for (const rules of order) {
      const some = Math.min(left, counts[rules]!)
      counts[rules]! -= some
      left -= some
      if (counts[rules] === 0) delete counts[rules]
    }
  }

  #writeReject({ epoch, seq, sub, time, type, source, raw, reasons }: RejectRow): void {
    this.#noteEpoch(epoch, seq)
    this.#rejects += Number(this.#addReject.run(seq, sub, time, type, source, raw, reasons).changes)
  }

  #prune(): void {
    const { changes } = this.file.db
      .prepare(
        `DELETE FROM reject WHERE (seq, sub) IN
          (SELECT seq, sub FROM reject ORDER BY seq DESC, sub DESC LIMIT -1 OFFSET ${mostRejects})`,
      )
      .run()
    this.#rejects -= Number(changes)
  }

  #save(series: SeriesRow): void {
    const { name, first, last, n, id } = series
    this.#saveSeries.run(name, first, last, n, id)
    series.isChanged = false
  }

  #saveRules(): void {
    this.file.set('rules', JSON.stringify({ counts: this.#rules, today: this.#today }))
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
    const type = this.#typeOf(shape.type)
    const series = this.#seriesOf(type, shape)
    if (series.name !== shape.name) this.#rename(series, shape.name)
    const cols = shape.fields.map((field) => this.#columnOf(type, field))
    const target = { series, rules: shape.rules, cols }
    this.#targets.set(shape.id, target)
    return target
  }

  #rename(series: SeriesRow, name: string): void {
    series.name = name
    series.isChanged = true
  }

  #typeOf(name: string): TypeRow {
    const known = this.#types.get(name)
    if (known) return known
    const id = Number(this.file.db.prepare('INSERT INTO type (type) VALUES (?)').run(name).lastInsertRowid)
    this.file.db.exec(valueTable(id))
    return this.#addType(id, name)
  }

  #addType(id: number, name: string): TypeRow {
    const type: TypeRow = { id, name, fields: new Map(), columns: [], insert: undefined, row: [] }
    this.#types.set(name, type)
    this.#typesById.set(id, type)
    return type
  }

  #seriesOf(type: TypeRow, { source, key, name }: Shape): SeriesRow {
    const place = placeOf(type.id, source, key)
    const known = this.#series.get(place)
    if (known) return known
    const { lastInsertRowid } = this.file.db
      .prepare('INSERT INTO series (type, source, key, name, first, last, n) VALUES (?, ?, ?, ?, 0, 0, 0)')
      .run(type.id, source, key, name)
    const series = { id: Number(lastInsertRowid), type, name, first: 0, last: 0, n: 0, isChanged: false }
    this.#series.set(place, series)
    return series
  }

  /** The field's column, from 1; 0 where it has none. A number weighs more than a boolean, and this more than a text. */
  #columnOf(type: TypeRow, { name, kind, unit, decimals }: Shape['fields'][number]): number {
    if (kind === 'none') return 0
    let field = type.fields.get(name)
    const { db } = this.file
    if (!field) {
      const { lastInsertRowid } = db
        .prepare('INSERT INTO field (type, name, kind, unit, decimals) VALUES (?, ?, ?, ?, ?)')
        .run(type.id, name, kind, unit ?? null, decimals ?? null)
      field = { id: Number(lastInsertRowid), kind, col: null }
      type.fields.set(name, field)
    } else {
      // a format that has no unit any more takes away that of an earlier one
      db.prepare('UPDATE field SET unit = ?, decimals = ? WHERE id = ?').run(
        unit ?? null,
        decimals ?? null,
        field.id,
      )
    }
    const weights = ['text', 'boolean', 'number']
    if (weights.indexOf(kind) > weights.indexOf(field.kind)) {
      field.kind = kind
      db.prepare('UPDATE field SET kind = ? WHERE id = ?').run(kind, field.id)
    }
    if (kind === 'text') return 0
    if (field.col === null) {
      field.col = type.columns.length + 1
      db.exec(`ALTER TABLE t_${type.id} ADD COLUMN f${field.col} REAL`)
      db.prepare('UPDATE field SET col = ? WHERE id = ?').run(field.col, field.id)
      type.columns.push({ id: field.id, col: field.col, kind })
      type.insert = undefined
    }
    return field.col
  }

  #load(): void {
    const { db } = this.file
    for (const { epoch, first } of db.prepare('SELECT epoch, first FROM epoch').all() as Array<{
      epoch: string
      first: number
    }>)
      this.#epochs.set(epoch, first)
    for (const row of db.prepare('SELECT id, type FROM type').all() as Array<{ id: number; type: string }>)
      this.#addType(row.id, row.type)
    const fields = db
      .prepare('SELECT id, type, name, kind, col FROM field ORDER BY type, col')
      .all() as Array<{
      id: number
      type: number
      name: string
      kind: string
      col: number | null
    }>
    for (const { id, type, name, kind, col } of fields) {
      const row = this.#typesById.get(type)
      row?.fields.set(name, { id, kind, col })
      if (col !== null) row?.columns.push({ id, col, kind })
    }
    const all = db.prepare('SELECT * FROM series').all() as Array<
      Record<'id' | 'type' | 'first' | 'last' | 'n', number> & Record<'source' | 'key' | 'name', string>
    >
    for (const { id, type, source, key, name, first, last, n } of all) {
      const row = this.#typesById.get(type)!
      this.#series.set(placeOf(type, source, key), { id, type: row, name, first, last, n, isChanged: false })
    }
  }
}

function placeOf(type: number, source: string, key: string): string {
  return `${type}\n${source}\n${key}`
}

function touchedOf(touched: Touched, { id, type }: SeriesRow): { starts: Set<number> } {
  let known = touched.get(id)
  if (!known) {
    known = { type: type.id, starts: new Set() }
    touched.set(id, known)
  }
  return known
}

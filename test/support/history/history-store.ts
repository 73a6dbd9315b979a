// Writes a store with the tables of the schema from plain rows, so that what reads it can be tested without the flow that
// fills it.
import { rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import {
  applicationId,
  levels,
  schemaVersion,
  tables,
  valueTable,
  verdictCodes,
} from '../../../lib/history/model/schema.ts'

export interface StoredRow {
  type?: string
  source?: string
  key?: string
  /** ms since 1970 */
  time: number
  sub?: number
  verdict?: keyof typeof verdictCodes
  reasons?: string[]
  data: Record<string, number | boolean | string>
}

export interface StoredReject {
  seq: number
  time: number
  type: string | null
  source: string
  raw: string
  reasons: string[]
}

export interface StoreContent {
  rows: readonly StoredRow[]
  rejects?: readonly StoredReject[]
  /** of fields, by name */
  units?: Readonly<Record<string, { unit: string; decimals: number }>>
  /** the store's own names of series, by source and key joined by `-` */
  names?: Readonly<Record<string, string>>
}

/** Opens a new store with the tables that all have. */
export function newStore(path: string): DatabaseSync {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  const database = new DatabaseSync(path)
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`,
  )
  database.exec(tables)
  return database
}

/** Writes the file anew. The seqs of the rows are 1, 2, 3 … in their order. */
export function writeStore(path: string, content: StoreContent): void {
  const database = newStore(path)
  database.exec('BEGIN')
  database.prepare('INSERT INTO epoch VALUES (1, ?, 1)').run('k3x9a7qd')
  const store = new Filler(database, content)
  for (const [place, row] of content.rows.entries()) store.add(row, place + 1)
  store.addRejects(content.rejects ?? [])
  store.addAggregates()
  database.exec('COMMIT')
  database.close()
}

class Filler {
  readonly #database: DatabaseSync
  readonly #content: StoreContent
  readonly #types = new Map<string, number>()
  readonly #series = new Map<string, number>()
  readonly #fields = new Map<string, { id: number; type: number; col: number | null }>()

  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, content: StoreContent) {
    this.#database = database
    this.#content = content
  }

  add(row: StoredRow, seq: number): void {
    const { type = 'room', time, sub = 0, verdict = 'good', reasons = [], data } = row
    const typeId = this.#type(type)
    const series = this.#seriesOf(typeId, row)
    const columns: string[] = []
    const values: number[] = []
    const texts: Record<string, string> = {}
    for (const [name, value] of Object.entries(data)) {
      const { col } = this.#field(typeId, name, value)
      if (col === null) texts[name] = String(value)
      else {
        columns.push(`f${col}`)
        values.push(Number(value))
      }
    }
    const fixed = ['series', 'time', 'seq', 'sub', 'verdict', 'extra', 'reasons']
    const all = [...fixed, ...columns]
    this.#prepared(
      `INSERT INTO t_${typeId} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`,
    ).run(
      ...[series, time, seq, sub, verdictCodes[verdict]],
      Object.keys(texts).length > 0 ? JSON.stringify(texts) : null,
      reasons.length > 0 ? JSON.stringify(reasons) : null,
      ...values,
    )
    this.#prepared(
      'UPDATE series SET first = min(first, ?1), last = max(last, ?1), n = n + 1 WHERE id = ?2',
    ).run(time, series)
  }

  addRejects(rejects: readonly StoredReject[]): void {
    const insert = this.#database.prepare('INSERT INTO reject VALUES (?, 0, ?, ?, ?, ?, ?)')
    for (const { seq, time, type, source, raw, reasons } of rejects) {
      insert.run(seq, time, type, source, raw, JSON.stringify(reasons))
    }
  }

  addAggregates(): void {
    for (const { id, type, col } of this.#fields.values()) {
      if (col !== null) addAggregates(this.#database, id, `t_${type}`, `f${col}`)
    }
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }

  #type(type: string): number {
    const known = this.#types.get(type)
    if (known !== undefined) return known
    const id = this.#types.size + 1
    this.#types.set(type, id)
    this.#database.prepare('INSERT INTO type VALUES (?, ?)').run(id, type)
    this.#database.exec(valueTable(id))
    return id
  }

  #seriesOf(typeId: number, { source = 'ttyUSB0', key = '12', time }: StoredRow): number {
    const place = JSON.stringify([typeId, source, key])
    const known = this.#series.get(place)
    if (known !== undefined) return known
    const id = this.#series.size + 1
    this.#series.set(place, id)
    const unnamed = key === '' ? source : `${source}-${key}`
    this.#database
      .prepare('INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?, 0)')
      .run(id, typeId, source, key, this.#content.names?.[unnamed] ?? unnamed, time, time)
    return id
  }

  #field(type: number, name: string, value: unknown): { id: number; col: number | null } {
    const place = JSON.stringify([type, name])
    const known = this.#fields.get(place)
    if (known) return known
    const kind = typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean')
    const columns = [...this.#fields.values()].filter((each) => each.type === type && each.col !== null)
    const field = { id: this.#fields.size + 1, type, col: kind === 'text' ? null : columns.length + 1 }
    this.#fields.set(place, field)
    const { unit = null, decimals = null } = this.#content.units?.[name] ?? {}
    this.#database
      .prepare('INSERT INTO field VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(field.id, type, name, kind, field.col, unit, decimals)
    if (field.col !== null) this.#database.exec(`ALTER TABLE t_${type} ADD COLUMN f${field.col} REAL`)
    return field
  }
}

/** The aggregates of one column, all levels, as docs/history.md says what is in them. Times must not be negative. */
export function addAggregates(database: DatabaseSync, field: number, table: string, column: string): void {
  const ofGood = (call: string) => `coalesce(${call} FILTER (WHERE verdict = 1), ${call})`
  for (const [level, length] of Object.entries(levels)) {
    database.exec(`
      INSERT INTO agg
      SELECT ${level}, series, ${field}, t, n, good, min, max, mean, max(0, squares - counted * mean * mean) FROM (
        SELECT series, time / ${length} * ${length} AS t, count(*) AS n, sum(verdict = 1) AS good,
          iif(sum(verdict = 1) > 0, sum(verdict = 1), count(*)) AS counted,
          ${ofGood(`min(${column})`)} AS min, ${ofGood(`max(${column})`)} AS max,
          ${ofGood(`avg(${column})`)} AS mean, ${ofGood(`sum(${column} * ${column})`)} AS squares
        FROM ${table} WHERE ${column} IS NOT NULL GROUP BY series, t
      )`)
  }
}

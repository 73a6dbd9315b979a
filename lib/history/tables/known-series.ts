// The types, series and fields of a file: what its tables say of them, and those that are new.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { valueTable } from '../model/schema.ts'
import type { ColumnField } from './value-rows.ts'

export interface TypeRow {
  id: number
  name: string
  fields: Map<string, { id: number; kind: string; col: number | null }>
  /** with a column, in the order of the columns */
  columns: ColumnField[]
}

export interface SeriesRow {
  id: number
  type: TypeRow
  name: string
  first: number
  last: number
  n: number
  /** since it was saved */
  isChanged: boolean
}

/** A field as an event has it. */
export interface SeenField {
  name: string
  kind: string
  unit?: string | undefined
  decimals?: number | undefined
}

/** A field of several kinds is of the one that weighs more. */
const weights = ['text', 'boolean', 'number']

export class KnownSeries {
  readonly #db: DatabaseSync
  readonly #types = new Map<string, TypeRow>()
  readonly #typesById = new Map<number, TypeRow>()
  readonly #series = new Map<string, SeriesRow>()
  readonly #save: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#save = db.prepare('UPDATE series SET name = ?, first = ?, last = ?, n = ? WHERE id = ?')
    this.#loadTypes()
    this.#loadSeries()
  }

  get types(): Iterable<TypeRow> {
    return this.#types.values()
  }

  get all(): Iterable<SeriesRow> {
    return this.#series.values()
  }

  /** The fields of a type that have a column. */
  columnsOf(type: number): readonly ColumnField[] {
    return this.#typesById.get(type)?.columns ?? []
  }

  /** Rows of all types. */
  get rows(): number {
    let sum = 0
    for (const { n } of this.#series.values()) sum += n
    return sum
  }

  typeOf(name: string): TypeRow {
    const known = this.#types.get(name)
    if (known) return known
    const id = Number(this.#db.prepare('INSERT INTO type (type) VALUES (?)').run(name).lastInsertRowid)
    this.#db.exec(valueTable(id))
    return this.#addType(id, name)
  }

  seriesOf(type: TypeRow, { source, key, name }: { source: string; key: string; name: string }): SeriesRow {
    const place = placeOf(type.id, source, key)
    const known = this.#series.get(place)
    if (known) return known
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO series (type, source, key, name, first, last, n) VALUES (?, ?, ?, ?, 0, 0, 0)')
      .run(type.id, source, key, name)
    const series = { id: Number(lastInsertRowid), type, name, first: 0, last: 0, n: 0, isChanged: false }
    this.#series.set(place, series)
    return series
  }

  /** The field's column, from 1; 0 where it has none. */
  columnOf(type: TypeRow, seen: SeenField): number {
    if (seen.kind === 'none') return 0
    const field = this.#fieldOf(type, seen)
    if (weights.indexOf(seen.kind) > weights.indexOf(field.kind)) {
      field.kind = seen.kind
      this.#db.prepare('UPDATE field SET kind = ? WHERE id = ?').run(seen.kind, field.id)
    }
    if (seen.kind === 'text') return 0
    if (field.col === null) {
      field.col = type.columns.length + 1
      this.#db.exec(`ALTER TABLE t_${type.id} ADD COLUMN f${field.col} REAL`)
      this.#db.prepare('UPDATE field SET col = ? WHERE id = ?').run(field.col, field.id)
      type.columns.push({ id: field.id, col: field.col })
    }
    return field.col
  }

  save(series: SeriesRow): void {
    const { name, first, last, n, id } = series
    this.#save.run(name, first, last, n, id)
    series.isChanged = false
  }

  saveChanged(): void {
    for (const series of this.#series.values()) if (series.isChanged) this.save(series)
  }

  /** The field with its newest words. */
  #fieldOf(
    type: TypeRow,
    { name, kind, unit, decimals }: SeenField,
  ): { id: number; kind: string; col: number | null } {
    const known = type.fields.get(name)
    if (!known) {
      const { lastInsertRowid } = this.#db
        .prepare('INSERT INTO field (type, name, kind, unit, decimals) VALUES (?, ?, ?, ?, ?)')
        .run(type.id, name, kind, unit ?? null, decimals ?? null)
      const field = { id: Number(lastInsertRowid), kind, col: null }
      type.fields.set(name, field)
      return field
    }
    // a format that has no unit any more takes away that of an earlier one
    this.#db
      .prepare('UPDATE field SET unit = ?, decimals = ? WHERE id = ?')
      .run(unit ?? null, decimals ?? null, known.id)
    return known
  }

  #addType(id: number, name: string): TypeRow {
    const type: TypeRow = { id, name, fields: new Map(), columns: [] }
    this.#types.set(name, type)
    this.#typesById.set(id, type)
    return type
  }

  #loadTypes(): void {
    const types = this.#db.prepare('SELECT id, type FROM type').all() as Array<{ id: number; type: string }>
    for (const { id, type } of types) this.#addType(id, type)
    const fields = this.#db
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
      if (col !== null) row?.columns.push({ id, col })
    }
  }

  #loadSeries(): void {
    const all = this.#db.prepare('SELECT * FROM series').all() as Array<
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

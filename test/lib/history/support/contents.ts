// Everything in a store as text in key order. Ids of types, series and fields depend on the order of arrival: names stand for them.
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

export interface Contents {
  lines: string[]
  sha256: string
  rows: number
  aggregates: number
}

export function contentsOf(path: string): Contents {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const parts = [rowsOf(db), aggregatesOf(db), simple(db, 'SELECT epoch, first FROM epoch ORDER BY epoch')]
    const rejects = simple(db, 'SELECT * FROM reject ORDER BY seq, sub')
    const series = simple(
      db,
      'SELECT t.type, source, key, name, first, last, n FROM series s JOIN type t ON t.id = s.type ORDER BY 1, 2, 3',
    )
    const fields = simple(
      db,
      'SELECT t.type, name, kind, col IS NULL FROM field f JOIN type t ON t.id = f.type ORDER BY 1, 2',
    )
    const lines = [...parts, rejects, series, fields].flat()
    const sha256 = createHash('sha256').update(lines.join('\n')).digest('hex')
    return { lines, sha256, rows: parts[0]!.length, aggregates: parts[1]!.length }
  } finally {
    db.close()
  }
}

function rowsOf(db: DatabaseSync): string[] {
  const types = db.prepare('SELECT id, type FROM type ORDER BY type').all() as Array<{
    id: number
    type: string
  }>
  return types.flatMap(({ id, type }) => {
    const fields = db
      .prepare('SELECT name, col FROM field WHERE type = ? AND col IS NOT NULL ORDER BY name')
      .all(id) as Array<{ name: string; col: number }>
    const columns = fields.map(({ col }) => `, f${col}`).join('')
    return simple(
      db,
      `SELECT '${type}', s.source, s.key, time, seq, sub, verdict, extra, reasons, flags${columns}
        FROM t_${id} v JOIN series s ON s.id = v.series ORDER BY s.source, s.key, time, seq, sub`,
    ).map((line) => `${fields.map(({ name }) => name).join()} ${line}`)
  })
}

function aggregatesOf(db: DatabaseSync): string[] {
  return simple(
    db,
    `SELECT level, t.type, s.source, s.key, f.name, a.t, a.n, a.good, a.min, a.max, a.mean, a.m2 FROM agg a
      JOIN series s ON s.id = a.series JOIN type t ON t.id = s.type JOIN field f ON f.id = a.field
      ORDER BY level, t.type, s.source, s.key, f.name, a.t`,
  )
}

/** JSON shows a number to the last bit. */
function simple(db: DatabaseSync, query: string): string[] {
  return db
    .prepare(query)
    .all()
    .map((row) => JSON.stringify(Object.values(row)))
}

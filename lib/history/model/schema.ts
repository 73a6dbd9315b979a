// The tables of the store, and the numbers in them. docs/history.md describes each column.

/** "FLST" as a big-endian number: which files are ours. */
export const applicationId = 0x464c5354

/** Goes up with each change of the tables. A file of an older version is made anew from the journal. */
export const schemaVersion = 1

/** The verdict of a row. */
export const verdictCodes = { good: 1, bad: 2, held: 3 } as const

/** The lengths of the buckets of aggregates, in ms, by level. Each is a multiple of the one before. */
export const levels = { 1: 60_000, 2: 900_000, 3: 3_600_000, 4: 86_400_000 } as const

export type Level = keyof typeof levels

/** The tables that every store has. The values of a type are in a table of their own: `valueTable`. */
export const tables = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE epoch (id INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, first INTEGER NOT NULL);
CREATE TABLE type (id INTEGER PRIMARY KEY, type TEXT NOT NULL UNIQUE);
CREATE TABLE series (
  id INTEGER PRIMARY KEY, type INTEGER NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, n INTEGER NOT NULL, UNIQUE (type, source, key)
);
CREATE TABLE field (
  id INTEGER PRIMARY KEY, type INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, col INTEGER,
  unit TEXT, decimals INTEGER, UNIQUE (type, name)
);
CREATE TABLE reject (
  seq INTEGER NOT NULL, sub INTEGER NOT NULL, time INTEGER NOT NULL, type TEXT, source TEXT NOT NULL, raw TEXT NOT NULL,
  reasons TEXT NOT NULL, PRIMARY KEY (seq, sub)
) WITHOUT ROWID;
CREATE TABLE agg (
  level INTEGER NOT NULL, series INTEGER NOT NULL, field INTEGER NOT NULL, t INTEGER NOT NULL, n INTEGER NOT NULL,
  good INTEGER NOT NULL, min REAL NOT NULL, max REAL NOT NULL, mean REAL NOT NULL, m2 REAL NOT NULL,
  PRIMARY KEY (level, series, field, t)
) WITHOUT ROWID;
`

/** The table with the values of a type: a row for each event, a column `f<col>` for each number or boolean. */
export function valueTable(type: number): string {
  return `CREATE TABLE t_${type} (
  series INTEGER NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL, sub INTEGER NOT NULL, verdict INTEGER NOT NULL,
  extra TEXT, reasons TEXT, flags TEXT, PRIMARY KEY (series, time, seq, sub)
) WITHOUT ROWID`
}

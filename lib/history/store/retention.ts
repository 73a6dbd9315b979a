// Removes what is older than it has to be kept, or for which there is no room, in small steps, and gives the room back to the disk.
import { startOf } from '../model/buckets.ts'
import { type Level, levels } from '../model/schema.ts'
import type { RowWriter } from './row-writer.ts'

/** Days; 0: for ever. */
export interface KeepDays {
  raw: number
  minutes: number
  quarters: number
  /** of the file, at most; 0 or undefined: without a limit */
  bytes?: number
}

/** From which time on there are raw rows and aggregates, ms since 1970; before it all are gone. */
export interface Limits {
  raw: number
  1: number
  2: number
}

/** rows in one transaction */
const stepSize = 5_000
/** pages that are given back after a step */
const pagesGiven = 500
const day = levels[4]

/**
 * Before which time raw rows and aggregates go. Always at the start of a UTC day: a bucket is there as a whole, or not at all. A finer
 * level is never kept longer than a coarser one, which would be made from a part of it.
 */
export function limitsOf({ raw, minutes, quarters }: KeepDays, now: number): Limits {
  const before = (days: number) => (days > 0 ? startOf(now - days * day, day) : Number.NEGATIVE_INFINITY)
  const limits = { raw: before(raw), 1: before(minutes), 2: before(quarters) }
  limits[1] = Math.min(limits.raw, limits[1])
  limits[2] = Math.min(limits[1], limits[2])
  return limits
}

/** The same of a file, where days may have gone for their size, too: what comes late of them must not come back as a part. */
export function limitsIn({ file }: RowWriter, keep: KeepDays, now: number): Limits {
  const byAge = limitsOf(keep, now)
  const text = file.get('keptFrom')
  if (typeof text !== 'string') return byAge
  const bySize = JSON.parse(text) as Partial<Limits>
  const later = (level: keyof Limits) => Math.max(byAge[level], bySize[level] ?? Number.NEGATIVE_INFINITY)
  return { raw: later('raw'), 1: later(1), 2: later(2) }
}

/** One step. @returns whether there is more to do */
export function retire(writer: RowWriter, keep: KeepDays, now: number): boolean {
  const limits = limitsIn(writer, keep, now)
  const { file } = writer
  const removed = file.transaction(() => {
    let count = writer.dropRaw(limits.raw, stepSize)
    for (const level of [1, 2] as const)
      if (count < stepSize) count += dropLevel(writer, level, limits[level], stepSize - count)
    return count
  })
  if (removed > 0) file.db.exec(`PRAGMA incremental_vacuum(${pagesGiven})`)
  if (removed >= stepSize) return true
  return keep.bytes !== undefined && keep.bytes > 0 && usedBytes(file) > keep.bytes && shorten(writer, now)
}

/** What is in the file, without what is given back to the disk. */
function usedBytes({ db }: RowWriter['file']): number {
  const of = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  return (of('page_count') - of('freelist_count')) * of('page_size')
}

/**
 * Lets the oldest day go: its raw rows, and where there are none but those of today its minutes, then its quarters. Hours and days stay.
 * @returns whether there was any
 */
function shorten(writer: RowWriter, now: number): boolean {
  const { file } = writer
  const today = startOf(now, day)
  const oldest = { raw: writer.oldestTime, 1: oldestBucket(file, 1), 2: oldestBucket(file, 2) }
  for (const level of ['raw', 1, 2] as const) {
    const next = startOf(oldest[level] ?? now, day) + day
    if (next > today) continue
    const before = JSON.parse(String(file.get('keptFrom') ?? '{}')) as Partial<Limits>
    file.set('keptFrom', JSON.stringify({ ...before, [level]: next }))
    return true
  }
  return false
}

function oldestBucket({ db }: RowWriter['file'], level: Level): number | undefined {
  const first = db.prepare('SELECT min(t) AS t FROM agg WHERE level = ? AND series = ? AND field = ?')
  let oldest: number | undefined
  for (const { series, field } of curvesIn(db)) {
    const { t } = first.get(level, series, field) as { t: number | null }
    if (t !== null && (oldest === undefined || t < oldest)) oldest = t
  }
  return oldest
}

/** What there may be aggregates of. */
function curvesIn(db: RowWriter['file']['db']): Array<Record<'series' | 'field', number>> {
  const query = 'SELECT s.id AS series, f.id AS field FROM series s JOIN field f ON f.type = s.type'
  return db.prepare(query).all() as Array<Record<'series' | 'field', number>>
}

function dropLevel({ file }: RowWriter, level: Level, before: number, limit: number): number {
  if (before === Number.NEGATIVE_INFINITY) return 0
  const remove = file.db.prepare(
    `DELETE FROM agg WHERE (level, series, field, t) IN (SELECT level, series, field, t FROM agg
      WHERE level = ? AND series = ? AND field = ? AND t < ? LIMIT ?)`,
  )
  let left = limit
  for (const { series: id, field } of curvesIn(file.db)) {
    if (left <= 0) break
    left -= Number(remove.run(level, id, field, before, left).changes)
  }
  return limit - left
}

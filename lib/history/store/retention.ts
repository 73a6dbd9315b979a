// Removes what is older than it has to be kept, in small steps, and gives the room back to the disk.
import { startOf } from '../model/buckets.ts'
import { type Level, levels } from '../model/schema.ts'
import type { RowWriter } from './row-writer.ts'

/** Days; 0: for ever. */
export interface KeepDays {
  raw: number
  minutes: number
  quarters: number
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
export function limitsOf(
  { raw, minutes, quarters }: KeepDays,
  now: number,
): { raw: number; 1: number; 2: number } {
  const before = (days: number) => (days > 0 ? startOf(now - days * day, day) : Number.NEGATIVE_INFINITY)
  const limits = { raw: before(raw), 1: before(minutes), 2: before(quarters) }
  limits[1] = Math.min(limits.raw, limits[1])
  limits[2] = Math.min(limits[1], limits[2])
  return limits
}

/** One step. @returns whether there is more to do */
export function retire(writer: RowWriter, keep: KeepDays, now: number): boolean {
  const limits = limitsOf(keep, now)
  const { file } = writer
  const removed = file.transaction(() => {
    let count = writer.dropRaw(limits.raw, stepSize)
    for (const level of [1, 2] as const)
      if (count < stepSize) count += dropLevel(writer, level, limits[level], stepSize - count)
    return count
  })
  if (removed > 0) file.db.exec(`PRAGMA incremental_vacuum(${pagesGiven})`)
  return removed >= stepSize
}

function dropLevel({ file }: RowWriter, level: Level, before: number, limit: number): number {
  if (before === Number.NEGATIVE_INFINITY) return 0
  const series = file.db
    .prepare('SELECT s.id AS series, f.id AS field FROM series s JOIN field f ON f.type = s.type')
    .all()
  const remove = file.db.prepare(
    `DELETE FROM agg WHERE (level, series, field, t) IN (SELECT level, series, field, t FROM agg
      WHERE level = ? AND series = ? AND field = ? AND t < ? LIMIT ?)`,
  )
  let left = limit
  for (const { series: id, field } of series as Array<Record<'series' | 'field', number>>) {
    if (left <= 0) break
    left -= Number(remove.run(level, id, field, before, left).changes)
  }
  return limit - left
}

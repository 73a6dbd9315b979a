// The validator of an answer about a closed range: what was asked for with two fixed times, both of them past, and whose
// answer changes only by late readings, deletions or a rebuild.
import { createHash } from 'node:crypto'
import { type Given, parseTime } from './read/parameters.ts'

/**
 * The ETag of an answer, a strong one with its quotation marks; undefined where the range is not closed.
 * @param now ms since 1970
 * @param body the answer as it is sent
 */
export function etagOf(query: Given, now: number, body: string): string | undefined {
  const times = [query.from, query.to].map((time) => fixedTime(time, now))
  if (times.some((time) => time === undefined || time > now)) return undefined
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
}

/** A time that does not move with the clock. */
function fixedTime(given: unknown, now: number): number | undefined {
  const time = parseTime(given, now)
  return time !== undefined && time === parseTime(given, now + 1) ? time : undefined
}

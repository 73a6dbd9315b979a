// Parses the values of --from and --to: a seq, a time, or how long ago.
import { UsageError } from '../command.ts'

/** A stretch of time, ms since 1970, both ends included; or a seq. */
export type When = { seq: number } | { first: number; last: number }

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const timePattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?(Z?)$/

/**
 * Reads `812345` (a seq), `2026-11-21`, `2026-11-21T12:30`, `…:00`, `…:00.250` (UTC; a day, minute or second is the
 * whole of it), or `90m` (so long ago; s, m, h, d). Throws a UsageError at anything else.
 * @param zone of times that do not end in Z
 */
export function parseWhen(option: string, text: string, now: number, zone: 'UTC' | 'local' = 'UTC'): When {
  if (/^\d{1,15}$/.test(text)) return { seq: Number(text) }
  const ago = /^(\d+)([smhd])$/.exec(text)
  if (ago) {
    const time = now - Number(ago[1]) * units[ago[2]!]!
    return { first: time, last: time }
  }
  const match = timePattern.exec(text)
  const mark = zone === 'UTC' || match?.[5] ? 'Z' : ''
  const first = match
    ? Date.parse(
        `${match[1]}T${match[2] ?? '00:00'}:${match[3] ?? '00'}.${(match[4] ?? '').padEnd(3, '0')}${mark}`,
      )
    : Number.NaN
  if (!match || Number.isNaN(first)) {
    throw new UsageError(
      `${option} ${text} is neither a seq (812345) nor a time in ${zone === 'UTC' ? 'UTC' : 'the local zone'} (2026-11-21, 2026-11-21T12:30:00) nor how long ago (90m, 2d)`,
    )
  }
  return { first, last: endOf(first, match, mark) }
}

/** The last ms of the day, minute or second that was given. */
function endOf(first: number, [, , minute, second, part]: RegExpExecArray, mark: string): number {
  if (minute !== undefined)
    return first + (second === undefined ? units.m! : part === undefined ? 1_000 : 1) - 1
  if (mark === 'Z') return first + units.d! - 1
  // a local day may have 23 or 25 hours
  const next = new Date(first)
  next.setDate(next.getDate() + 1)
  return next.getTime() - 1
}

// Parses times as devices write them to integer milliseconds since 1970 UTC.
import type { TimeFormat } from '../model/definition.ts'

/** How a time is written where there is no pattern. */
export type WrittenTime = Exclude<TimeFormat, 'pattern'>

/** Under this a bare number is seconds, from it on milliseconds: the year 5138, or 3 March 1973. */
const firstMilliseconds = 1e11
/** the greatest distance from 1970 that a JavaScript date has, in ms */
const farthest = 8.64e15

const isoPattern =
  /^([+-]\d{6}|\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?(?:\d\d)?)?)?$/i

/**
 * A time as integer milliseconds since 1970 UTC, or undefined where it is none of that format: dates that do not
 * exist (30 February, 24:00, second 60) among them. Text without a zone is UTC; parts of a millisecond are cut off.
 */
export function parseTime(value: unknown, format: WrittenTime): number | undefined {
  if (typeof value === 'string') {
    const text = value.trim()
    if (text.length > 40) return undefined
    if (format === 'iso') return parseIso(text)
    if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return fromNumber(Number(text), format)
    return format === 'auto' ? parseIso(text) : undefined
  }
  return typeof value === 'number' && format !== 'iso' ? fromNumber(value, format) : undefined
}

function fromNumber(value: number, format: WrittenTime): number | undefined {
  const seconds = format === 's' || (format === 'auto' && Math.abs(value) < firstMilliseconds)
  // A second's fraction is rounded to the microsecond first: 1.001 s is 1001 ms, not 1000.
  const time = Math.floor(seconds ? Math.round(value * 1e6) / 1e3 : value)
  return Math.abs(time) <= farthest ? time : undefined
}

function parseIso(text: string): number | undefined {
  const parts = isoPattern.exec(text)
  if (parts === null) return undefined
  const zone = zoneMinutes(parts[8])
  if (zone === undefined) return undefined
  const milliseconds = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3))
  return timeOf(parts.slice(1, 7).map((part) => Number(part ?? 0)) as CalendarTime, milliseconds, zone)
}

/** year, month 1…12, day, hour, minute, second */
export type CalendarTime = [number, number, number, number, number, number]

/** ms since 1970 UTC; undefined for a time that does not exist. `zone` is its minutes east of UTC. */
export function timeOf(calendar: CalendarTime, milliseconds: number, zone: number): number | undefined {
  const [year, month, day, hour, minute, second] = calendar
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const time = date.getTime() + ((hour * 60 + minute - zone) * 60 + second) * 1000 + milliseconds
  return Math.abs(time) <= farthest ? time : undefined
}

/** A zone's minutes east of UTC, 0 for none; undefined where there is no such zone. */
export function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2))
  if (hours > 23 || minutes > 59) return undefined
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}

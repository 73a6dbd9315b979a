// Parses times as devices write them to integer milliseconds since 1970 UTC.
import type { TimeFormat } from '../model/definition.ts'
import type { Failure } from '../model/failure.ts'

/** How a time is written where there is no pattern. */
export type WrittenTime = Exclude<TimeFormat, 'pattern'>

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
/** the date of HTTP (RFC 9110, section 5.6.7, IMF-fixdate) */
const httpPattern = /^([a-z]{3}), (\d\d?) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/i

/** `auto` gives no time outside of these: from 1970 on, and before 2100 */
const earliest = 0
const latest = Date.UTC(2100, 0)
/** the greatest distance from 1970 that a JavaScript date has, in ms */
const farthest = 8.64e15

/** What a bare number counts, by its size: a unit is the coarsest that puts it in 1973 or later. */
const units: ReadonlyArray<{ from: number; toMs(value: number): number }> = [
  { from: 1e17, toMs: (nanoseconds) => nanoseconds / 1e6 },
  { from: 1e14, toMs: (microseconds) => microseconds / 1e3 },
  { from: 1e11, toMs: (milliseconds) => milliseconds },
  { from: 0, toMs: fromSeconds },
]

const msPerDay = 86_400_000

const isoPattern =
  /^([+-]\d{6}|\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?(?:\d\d)?)?)?$/i
/** a date, or a date and a time of day, as digits alone: 20240101, 20240101123456 */
const digitsPattern = /^((?:19[7-9]|20\d)\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$/

/**
 * A time as integer milliseconds since 1970 UTC, or undefined where it is none of that format: dates that do not
 * exist (30 February, 24:00) among them. Text without a zone is UTC; parts of a millisecond are cut off. The second 60
 * is a leap second at the end of a UTC day, and counts as the first one of the next; it does not exist elsewhere.
 *
 * `iso` and `auto` also take the date of HTTP, `Tue, 04 Oct 2016 16:47:50 GMT`, whose day of the week must be right.
 *
 * `auto` takes ISO 8601 and bare numbers, by their size: eight digits that look like a date of 1970 to 2099 are one
 * (20240101), fourteen a date and a time of day; else they are seconds, from 1e11 on milliseconds, from 1e14 on
 * microseconds, from 1e17 on nanoseconds. What would be before 1970 or after 2099 is no time.
 */
export function parseTime(value: unknown, format: WrittenTime): number | undefined
/** The same where times without a zone are local ones; a Failure where the clocks there never show it. */
export function parseTime(
  value: unknown,
  format: WrittenTime,
  toMoment: ToMoment,
): number | Failure | undefined
export function parseTime(
  value: unknown,
  format: WrittenTime,
  toMoment: ToMoment = (local) => local,
): number | Failure | undefined {
  if (typeof value === 'number') return format === 'iso' ? undefined : fromNumber(value, format, toMoment)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (text.length > 40) return undefined
  if (format === 'iso') return parseIso(text, toMoment) ?? parseHttpDate(text)
  if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return fromNumber(Number(text), format, toMoment)
  return format === 'auto' ? plausible(parseIso(text, toMoment) ?? parseHttpDate(text)) : undefined
}

/** The moment of a local time, which is given as the moment at which UTC's clocks show it. */
export type ToMoment = (local: number) => number | Failure

function fromNumber(
  value: number,
  format: 'auto' | 's' | 'ms',
  toMoment: ToMoment,
): number | Failure | undefined {
  if (format === 'auto') return plausible(guessed(value, toMoment))
  const time = Math.floor(format === 's' ? fromSeconds(value) : value)
  return Math.abs(time) <= farthest ? time : undefined
}

function plausible(time: number | Failure | undefined): number | Failure | undefined {
  if (typeof time !== 'number') return time
  return time >= earliest && time < latest ? time : undefined
}

/** A second's fraction is rounded to the microsecond first: 1.001 s is 1001 ms, not 1000. */
function fromSeconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3
}

function guessed(value: number, toMoment: ToMoment): number | Failure | undefined {
  const digits = digitsPattern.exec(String(value))
  if (digits !== null) return momentOf(timeOf(calendarOf(digits), 0, 0), toMoment)
  const unit = units.find(({ from }) => value >= from)
  return unit === undefined ? undefined : Math.floor(unit.toMs(value))
}

function parseIso(text: string, toMoment: ToMoment): number | Failure | undefined {
  const parts = isoPattern.exec(text)
  if (parts === null) return undefined
  const zone = zoneMinutes(parts[8])
  if (zone === undefined) return undefined
  const milliseconds = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3))
  const time = timeOf(calendarOf(parts), milliseconds, zone)
  return parts[8] === undefined ? momentOf(time, toMoment) : time
}

function parseHttpDate(text: string): number | undefined {
  const parts = httpPattern.exec(text)
  if (parts === null) return undefined
  const [, weekday, day, month, year, ...clock] = parts
  const [hour, minute, second] = clock.map(Number) as [number, number, number]
  const calendar: CalendarTime = [
    Number(year),
    months.indexOf(month!.toLowerCase()) + 1,
    Number(day),
    hour,
    minute,
    second,
  ]
  const midnight = timeOf([calendar[0], calendar[1], calendar[2], 0, 0, 0], 0, 0)
  if (midnight === undefined || weekdays[new Date(midnight).getUTCDay()] !== weekday!.toLowerCase())
    return undefined
  return timeOf(calendar, 0, 0)
}

function momentOf(local: number | undefined, toMoment: ToMoment): number | Failure | undefined {
  return local === undefined ? undefined : toMoment(local)
}

/** The first six groups of a match; what is absent is 0. */
function calendarOf(match: RegExpExecArray): CalendarTime {
  return Array.from({ length: 6 }, (_, i) => Number(match[i + 1] ?? 0)) as CalendarTime
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
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const whole = date.getTime() + ((hour * 60 + minute - zone) * 60 + second) * 1000
  if (second === 60 && whole % msPerDay !== 0) return undefined
  const time = whole + milliseconds
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

// Parses times by a pattern such as `DD.MM.YYYY HH:mm`.
import { SentenceError } from '../../words/sentence.ts'
import type { Past } from '../history/past.ts'
import type { Failure } from '../model/failure.ts'
import type { LocalTimes, Season } from '../notation/local-time.ts'
import { formatSentence } from '../words/sentences.ts'
import { timeOf, zoneMinutes } from './time.ts'

/**
 * Reads a text; undefined where it does not follow the pattern, or the time does not exist. A time without a date, or
 * without a year, is the one nearest to the time of receipt.
 */
export type ReadPattern = (text: string, local: LocalTimes, past: Past) => number | Failure | undefined

export interface TimePattern {
  read: ReadPattern
  /** it has the letter of summer and winter time, which only a time zone gives a meaning */
  hasSeason: boolean
}

const tokens: Readonly<Record<string, { part: string; digits: string }>> = {
  YYYY: { part: 'year', digits: '\\d{4}' },
  YY: { part: 'shortYear', digits: '\\d{2}' },
  MM: { part: 'month', digits: '\\d{2}' },
  M: { part: 'month', digits: '\\d{1,2}' },
  DD: { part: 'day', digits: '\\d{2}' },
  D: { part: 'day', digits: '\\d{1,2}' },
  HH: { part: 'hour', digits: '\\d{2}' },
  H: { part: 'hour', digits: '\\d{1,2}' },
  mm: { part: 'minute', digits: '\\d{2}' },
  m: { part: 'minute', digits: '\\d{1,2}' },
  ss: { part: 'second', digits: '\\d{2}' },
  s: { part: 'second', digits: '\\d{1,2}' },
  Z: { part: 'zone', digits: '(?:Z|[+-]\\d\\d:?(?:\\d\\d)?)' },
  SW: { part: 'season', digits: '[SW]' },
}
const tokenPattern = /\[([^\]]*)\]|SW|Y+|M+|D+|H+|m+|s+|S+|Z|[\s\S]/g
const longest = 100

/**
 * Compiles a pattern of YYYY YY MM M DD D HH H mm m ss s S… Z SW; `[text]` and all other characters stand for themselves.
 * YY is 1970…2069; SW the letter S in summer time and W else. Throws an Error that says what is wrong with it.
 */
export function compileTimePattern(pattern: string): TimePattern {
  let source = ''
  const parts: string[] = []
  for (const [token, literal] of pattern.slice(0, longest).matchAll(tokenPattern)) {
    const known = /^S+$/.test(token)
      ? { part: 'fraction', digits: `\\d{${token.length}}` }
      : Object.hasOwn(tokens, token)
        ? tokens[token]
        : undefined
    if (known === undefined) {
      if (literal === undefined && /^[YMDHms]/.test(token))
        throw new SentenceError(formatSentence('tokenMeansNothing', { token }))
      source += (literal ?? token).replace(/\W/g, '\\$&')
    } else {
      if (parts.includes(known.part)) {
        throw new SentenceError(formatSentence('tokenTwice', { token, part: known.part }))
      }
      parts.push(known.part)
      source += `(${known.digits})`
    }
  }
  const has = dateOf(parts)
  const expression = new RegExp(`^${source}$`, 'i')
  return {
    hasSeason: parts.includes('season'),
    read: (text, local, past) => read(expression.exec(text), parts, has, local, past),
  }
}

/** How much of a date a pattern has. */
type DateParts = 'all' | 'no year' | 'none'

function dateOf(parts: readonly string[]): DateParts {
  const years = parts.filter((part) => part === 'year' || part === 'shortYear').length
  if (parts.includes('month') && parts.includes('day') && years < 2) return years === 1 ? 'all' : 'no year'
  const hasDate = years > 0 || parts.includes('month') || parts.includes('day')
  if (hasDate || !parts.includes('hour')) {
    throw new SentenceError(formatSentence('noDate'))
  }
  return 'none'
}

function read(
  match: RegExpExecArray | null,
  parts: readonly string[],
  has: DateParts,
  local: LocalTimes,
  past: Past,
): number | Failure | undefined {
  if (match === null) return undefined
  const text = (part: string): string | undefined => {
    const index = parts.indexOf(part)
    return index < 0 ? undefined : match[index + 1]
  }
  const value = (part: string) => Number(text(part) ?? 0)
  const zone = zoneMinutes(text('zone'))
  if (zone === undefined) return undefined
  const milliseconds = Number((text('fraction') ?? '').padEnd(3, '0').slice(0, 3))
  const timeOn = (year: number, month: number, day: number) =>
    timeOf([year, month, day, value('hour'), value('minute'), value('second')], milliseconds, zone)
  const hasZone = text('zone') !== undefined
  const season = seasonOf(text('season'))
  if (has === 'all') {
    const time = timeOn(yearOf(text('year'), text('shortYear')), value('month'), value('day'))
    return time === undefined || hasZone ? time : local.moment(time, past, season)
  }
  if (past.received === undefined) return undefined
  const around = hasZone ? local.inUtc() : local
  // the date that the device's clock shows when the reading arrives, and those around it
  const dates = datesAround(past.received + around.offsetAt(past.received), has)
  const times = dates
    .map(([year, month, day]) =>
      timeOn(year, has === 'none' ? month : value('month'), has === 'none' ? day : value('day')),
    )
    .filter((time) => time !== undefined)
  return around.nearest(times, past, season)
}

type CalendarDate = [year: number, month: number, day: number]

function datesAround(local: number, has: DateParts): CalendarDate[] {
  return [-1, 0, 1].map((step): CalendarDate => {
    const date = new Date(local)
    if (has === 'none') date.setUTCDate(date.getUTCDate() + step)
    return [date.getUTCFullYear() + (has === 'none' ? 0 : step), date.getUTCMonth() + 1, date.getUTCDate()]
  })
}

function yearOf(long: string | undefined, short: string | undefined): number {
  return short === undefined ? Number(long) : Number(short) + (Number(short) < 70 ? 2000 : 1900)
}

function seasonOf(letter: string | undefined): Season | undefined {
  if (letter === undefined) return undefined
  return letter.toUpperCase() === 'S' ? 'summer' : 'winter'
}

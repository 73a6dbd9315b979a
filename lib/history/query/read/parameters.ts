// Reads the parameters of a question. They come from a URL or from a message, so each may be anything.
import { withCode } from '../../../kit/errors.ts'
import type { LevelName, VerdictName } from './answers.ts'

/** Parameters as they came. */
export type Given = Readonly<Record<string, unknown>>

/** [from, to): ms since 1970 UTC */
export interface Range {
  from: number
  to: number
}

const units: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 365 * 86_400_000,
}
/** the last moment that a JavaScript date can have, ms since 1970 */
const lastMoment = 8.64e15
const longestText = 300

/** A parameter is wrong. */
export function queryError(field: string, what: string): Error & { readonly code: string } {
  return withCode('QUERY', new Error(`${field}: ${what}`))
}

/** The text of a parameter, trimmed; `''` where it was not given. */
export function textOf(given: Given, field: string): string {
  const value = Object.hasOwn(given, field) ? given[field] : undefined
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string' && typeof value !== 'number')
    throw queryError(field, 'must be given once, as a text')
  const text = String(value).trim()
  if (text.length > longestText) throw queryError(field, `has more than ${longestText} characters`)
  return text
}

/** A whole number of a parameter. */
export function wholeNumberOf(
  given: Given,
  field: string,
  least: number,
  most: number,
  otherwise: number,
): number {
  const text = textOf(given, field)
  if (text === '') return otherwise
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw queryError(field, `must be a whole number from ${least} to ${most}`)
}

/** One of these words; the first where it was not given. */
export function wordOf<Word extends string>(given: Given, field: string, words: readonly Word[]): Word {
  const text = textOf(given, field)
  const word = text === '' ? words[0] : words.find((each) => each === text)
  if (word !== undefined) return word
  throw queryError(field, `must be one of: ${words.filter((each) => each !== '').join(', ')}`)
}

/**
 * A moment, ms since 1970 UTC: whole ms, ISO 8601 (without a zone: UTC), `now`, or relative to now (`-24h`). Undefined
 * where it is none of these.
 */
export function parseTime(given: unknown, now: number): number | undefined {
  const text = String(given ?? '').trim()
  if (text === 'now') return now
  const relative = /^([+-]?)(\d{1,15}(?:\.\d{1,9})?)([smhdwy])$/.exec(text)
  const time = relative
    ? now + (relative[1] === '-' ? -1 : 1) * Math.round(Number(relative[2]) * (units[relative[3]!] ?? 0))
    : /^\d{1,16}$/.test(text)
      ? Number(text)
      : isoTime(text)
  return Math.abs(time) <= lastMoment ? time : undefined
}

function isoTime(text: string): number {
  const parts =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text)
  if (!parts) return Number.NaN
  const [, day, clock = '00:00', zone = 'Z'] = parts
  return Date.parse(`${day}T${clock}${zone.replace(/(\d{2})(\d{2})$/, '$1:$2')}`)
}

/**
 * The range of `from` and `to`.
 * @param otherwise what `from` is where it is not given; `to` is then now
 */
export function rangeOf(given: Given, now: number, otherwise: string): Range {
  const from = timeOf(given, 'from', now, otherwise)
  const to = timeOf(given, 'to', now, 'now')
  if (from < to) return { from, to }
  throw queryError('from', 'must be before to')
}

function timeOf(given: Given, field: string, now: number, otherwise: string): number {
  const text = textOf(given, field) || otherwise
  const time = parseTime(text, now)
  if (time !== undefined) return time
  throw queryError(
    field,
    'must be a time: ms since 1970, ISO 8601, now, or relative to now (-24h; s, m, h, d, w, y)',
  )
}

export function verdictOf(given: Given): VerdictName | '' {
  return wordOf(given, 'verdict', ['', 'good', 'bad', 'held'])
}

export function levelOf(given: Given): LevelName | 'auto' {
  return wordOf(given, 'level', ['auto', 'raw', '1m', '15m', '1h', '1d'])
}

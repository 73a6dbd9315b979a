// Parses times by a pattern such as `DD.MM.YYYY HH:mm`.
import { timeOf, zoneMinutes } from './time.ts'

/** Reads a text; undefined where it does not follow the pattern, or the time does not exist. */
export type ParseTime = (text: string) => number | undefined

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
}
const tokenPattern = /\[([^\]]*)\]|Y+|M+|D+|H+|m+|s+|S+|Z|[\s\S]/g
const longest = 100

/**
 * Compiles a pattern of YYYY YY MM M DD D HH H mm m ss s S… Z; `[text]` and all other characters stand for themselves.
 * YY is 1970…2069. Throws an Error that says what is wrong with it.
 */
export function compileTimePattern(pattern: string): ParseTime {
  let source = ''
  const parts: string[] = []
  for (const [token, literal] of pattern.slice(0, longest).matchAll(tokenPattern)) {
    const known = /^S+$/.test(token)
      ? { part: 'fraction', digits: `\\d{${token.length}}` }
      : Object.hasOwn(tokens, token)
        ? tokens[token]
        : undefined
    if (known === undefined) {
      if (literal === undefined && /^[YMDHms]/.test(token)) throw new Error(`${token} means nothing`)
      source += (literal ?? token).replace(/\W/g, '\\$&')
    } else {
      if (parts.includes(known.part)) throw new Error(`${token}: the ${known.part} is there twice`)
      parts.push(known.part)
      source += `(${known.digits})`
    }
  }
  const hasYear = parts.includes('year') !== parts.includes('shortYear')
  if (!hasYear || !parts.includes('month') || !parts.includes('day')) {
    throw new Error('it needs a year, a month and a day: YYYY, MM, DD')
  }
  const expression = new RegExp(`^${source}$`, 'i')
  return (text) => read(expression.exec(text), parts)
}

function read(match: RegExpExecArray | null, parts: readonly string[]): number | undefined {
  if (match === null) return undefined
  const text = (part: string): string | undefined => {
    const index = parts.indexOf(part)
    return index < 0 ? undefined : match[index + 1]
  }
  const value = (part: string) => Number(text(part) ?? 0)
  const zone = zoneMinutes(text('zone'))
  if (zone === undefined) return undefined
  const short = text('shortYear')
  const year = short === undefined ? value('year') : Number(short) + (Number(short) < 70 ? 2000 : 1900)
  const milliseconds = Number((text('fraction') ?? '').padEnd(3, '0').slice(0, 3))
  return timeOf(
    [year, value('month'), value('day'), value('hour'), value('minute'), value('second')],
    milliseconds,
    zone,
  )
}

// Parses numbers from text: plain, with another decimal mark or thousands separator, and with a unit behind them.
import type { DecimalMark } from '../model/definition.ts'

const longest = 400
const plain = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
/** a scale's display has the sign in its first place, and blanks up to the digits */
const signApart = /^([+-])\s+(?=[\d.])/

/**
 * A decimal number's value; blanks may stand behind its sign. Undefined for any other text (`0x10`, `1,5`, `NaN`) and
 * for what is no text.
 */
export function toNumber(raw: unknown): number | undefined {
  if (typeof raw !== 'string' || raw.length > longest) return undefined
  const text = raw.trim()
  if (plain.test(text)) return Number(text)
  const joined = signApart.test(text) ? text.replace(signApart, '$1') : ''
  return plain.test(joined) ? Number(joined) : undefined
}

export type ParseNumber = (raw: unknown) => number | undefined

/** the marks between groups of digits that can be chosen, each with those that look like it */
const groupMarks: Readonly<Record<string, string>> = {
  ',': ',',
  '.': '\\.',
  "'": "'’",
  _: '_',
  ' ': ' \u00a0\u2009\u202f',
}

export const thousandsMarks: readonly string[] = Object.keys(groupMarks)

/**
 * How numbers are read that are written with these marks: `1.234,5` with `,` and `.`; `12,34,567` too, as India
 * groups. Groups that are too short or too long are no number. A minus may be U+2212, too.
 */
export function numberParser(decimal: DecimalMark = '.', thousands = ''): ParseNumber {
  if (decimal === '.' && thousands === '') return toNumber
  const group = groupMarks[thousands]
  const mark = decimal === 'any' ? [',', '.'].filter((each) => each !== thousands).join('') : decimal
  const whole = group === undefined ? '\\d+' : `(?:\\d{1,3}(?:[${group}]\\d{2,3})*[${group}]\\d{3}|\\d+)`
  const pattern = new RegExp(
    `^([+\\-−]?)\\s*(?:(${whole})(?:[${mark}](\\d*))?|[${mark}](\\d+))(e[+-]?\\d+)?$`,
    'i',
  )
  return (raw) => {
    if (typeof raw !== 'string' || raw.length > longest) return undefined
    const parts = pattern.exec(raw.trim())
    if (parts === null) return undefined
    const [, sign = '', digits = '', fraction, onlyFraction, exponent = ''] = parts
    const value = Number(`${digits.replace(/\D/g, '') || '0'}.${fraction || onlyFraction || '0'}${exponent}`)
    return sign === '' || sign === '+' ? value : -value
  }
}

/** A number, and the unit that stood behind it. */
export interface Quantity {
  value: number
  unit: string
}

/** How a number with one of these units behind it is read; blanks may stand between. */
export function quantityParser(
  units: readonly string[],
  parse: ParseNumber,
): (raw: unknown) => Quantity | undefined {
  const longestFirst = units.filter((unit) => unit !== '').toSorted((a, b) => b.length - a.length)
  return (raw) => {
    if (typeof raw !== 'string' || raw.length > longest) return undefined
    const text = raw.trim()
    for (const unit of longestFirst) {
      if (!text.endsWith(unit)) continue
      const value = parse(text.slice(0, -unit.length))
      if (value !== undefined) return { value, unit }
    }
    return undefined
  }
}

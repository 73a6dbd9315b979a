// Numbers whose digits are not plain decimal ones, and parts of numbers: hexadecimal, binary, BCD, bit fields.
import type { FieldDefinition } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'
import { bitField, fromBcd, reverseDigits } from './bits.ts'

/** What of a field says how its digits are read. */
export type Digits = Pick<FieldDefinition, 'notation' | 'reversed' | 'bit' | 'bits' | 'signed'>

/** How a field's text or number becomes the number that its digits stand for. */
export type ReadDigits = (raw: unknown) => unknown

const notations = {
  hex: { pattern: /^([+-]?)[ \t]*(?:0x)?([0-9a-f]+)$/i, radix: 16, expected: 'hexadecimal digits' },
  binary: { pattern: /^([+-]?)[ \t]*(?:0b)?([01]+)$/i, radix: 2, expected: 'the digits 0 and 1' },
  // packed digits are read as hexadecimal ones first: bits may be taken from them
  bcd: { pattern: /^([+-]?)[ \t]*(?:0x)?([0-9a-f]+)$/i, radix: 16, expected: 'decimal digits' },
  decimal: { pattern: /^([+-]?)[ \t]*([0-9]+)$/, radix: 10, expected: 'a whole number' },
} as const

const longest = 400

/** True where a field's raw value is not simply the number that it shows. */
export function hasDigits({ notation = 'decimal', reversed, bits }: Digits): boolean {
  return notation !== 'decimal' || reversed === true || bits !== undefined
}

/**
 * Reads the digits of texts and numbers; undefined where the field has nothing of this. The result of `read` is a
 * number, or a Failure where the text has other digits than the notation, or a number that no double holds.
 */
export function digitsReader(field: Digits): ReadDigits | undefined {
  if (!hasDigits(field)) return undefined
  const { pattern, radix, expected } = notations[field.notation ?? 'decimal']
  const part = digitsOfNumber(field)
  return (raw) => {
    if (typeof raw === 'number') return part(raw) ?? new Failure(`found ${raw}, expected ${expected}`, 'type')
    if (typeof raw !== 'string' || raw.length > longest) return raw
    const match = pattern.exec(raw.trim())
    if (match === null) return new Failure(`found ${show(raw)}, expected ${expected}`, 'type')
    const [, sign, digits = ''] = match
    const written = field.reversed ? [...digits].reverse().join('') : digits
    const value = Number.parseInt(written, radix)
    if (value > Number.MAX_SAFE_INTEGER) {
      return new Failure(`found ${show(raw)}, which is too great for a number`, 'type')
    }
    const found = part(value, true)
    if (typeof found !== 'number') return new Failure(`found ${show(raw)}, expected ${expected}`, 'type')
    return sign === '-' ? -found : found
  }
}

/**
 * Takes the bits of a whole number, and reads its half bytes as decimal digits where the notation is BCD. Undefined
 * where it is none. `width`: its bits, by which reversed digits are counted where no bits are taken.
 */
export function digitsOfNumber(
  { notation, reversed, bit = 0, bits, signed = false }: Digits,
  width?: number,
): (value: number, isReversed?: boolean) => number | undefined {
  const take = bits === undefined ? undefined : bitField(bit, bits, signed)
  const isBcd = notation === 'bcd'
  const span = bits ?? width
  return (value, isReversed = false) => {
    if (!Number.isSafeInteger(value)) return undefined
    let found = take === undefined ? value : take(value)
    if (reversed && !isReversed) found = reverseDigits(found, digitsIn(found, span))
    return isBcd ? fromBcd(found) : found
  }
}

/** How many hexadecimal digits a number has, all of so many bits. */
function digitsIn(value: number, bits: number | undefined): number {
  return bits === undefined ? value.toString(16).length : Math.ceil(bits / 4)
}

// Values that stand for "none": -999, NaN, N/A …
import { toNumber } from './numbers.ts'

const longest = 100

/**
 * Whether a value from the line is one of these; undefined where there are none. Texts are compared without the blanks
 * around them and whatever their case; a number also as a text (`-999`, `-999.0`), and `NaN` also as a float's NaN.
 */
export function nullTest(tokens: ReadonlyArray<string | number>): ((raw: unknown) => boolean) | undefined {
  if (tokens.length === 0) return undefined
  const texts = new Set<string>()
  const numbers = new Set<number>()
  for (const token of tokens) {
    const value = typeof token === 'number' ? token : toNumber(token)
    if (value !== undefined) numbers.add(value)
    else texts.add(String(token).trim().toLowerCase())
  }
  if (texts.has('nan')) numbers.add(Number.NaN)
  return (raw) => {
    if (typeof raw === 'number') return numbers.has(raw)
    if (typeof raw !== 'string' || raw.length > longest) return false
    if (texts.has(raw.trim().toLowerCase())) return true
    const value = numbers.size > 0 ? toNumber(raw) : undefined
    return value !== undefined && numbers.has(value)
  }
}

// Operands as a panel's text inputs hold them. Browser-safe.
import type { Scalar } from '../../event.ts'
import type { ValueKind } from './operators.ts'

/**
 * One operand from the text of an input that is set to a kind; undefined for an empty input. A text that is
 * no number stays a text under kind `number`: check it with `rowProblems`.
 */
export function parseOperand(kind: ValueKind, text: string): Scalar | undefined {
  if (kind === 'boolean') return text === 'true'
  if (text === '') return undefined
  return kind === 'number' ? (numberIn(text) ?? text) : text
}

/**
 * Operands from `1, 2, "3", on, true`: numbers, true and false are such, what stands in double quotes (JSON's
 * rules) is a text, and so is all else. Empty parts are left out.
 */
export function parseList(text: string): Scalar[] {
  const parts = text.match(/\s*(?:"(?:[^"\\]|\\.)*"|[^,]+)\s*/g) ?? []
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parsePart)
}

/** The text that `parseList` reads back to the same operands. */
export function listText(values: readonly Scalar[]): string {
  return values
    .map((value) => (typeof value === 'string' ? quoteWhereNeeded(value) : String(value)))
    .join(', ')
}

function parsePart(part: string): Scalar {
  if (part === 'true') return true
  if (part === 'false') return false
  return numberIn(part) ?? unquoted(part)
}

function unquoted(part: string): string {
  if (!part.startsWith('"')) return part
  try {
    return String(JSON.parse(part))
  } catch {
    return part // a quote that nothing closes is part of the text
  }
}

function quoteWhereNeeded(text: string): string {
  const plain = /^[^\s",][^",]*$/.test(text) && text === text.trim()
  return plain && parsePart(text) === text ? text : JSON.stringify(text)
}

/** A decimal number, as people write it: no hexadecimal, no `Infinity`. */
function numberIn(text: string): number | undefined {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined
}

// The events in a body: a line each, or JSON.
import { isTooDeep } from '../journal/format/entry-limit.ts'
import { asError } from '../kit/errors.ts'
import type { Content } from './content.ts'
import { originalErrors, Refusal } from './refusal.ts'

/** What a body holds. */
export interface Items {
  /** lines of text, or objects */
  payloads: Array<string | object>
  /** the sender gave several, or a list: that is how it is answered */
  isBatch: boolean
}

/** Levels of lists and objects in each other. */
const deepest = 100
/** A number that a double may not hold has a long exponent or very many digits. */
const hugeNumber = /e\+?\d{3}|\d{308}/i

/** The events of a body, without a look at what they say. @param most events of one request */
export function readItems({ kind, text }: Content, most: number): Items | Refusal {
  const read = kind === 'text' ? readLines : kind === 'json' ? readJson : readJsonLines
  const items = read(text)
  if (items instanceof Refusal || items.payloads.length <= most) return items
  return new Refusal(413, {
    error: 'The batch is too long.',
    reason: `found ${items.payloads.length} events, expected ${most} at most: send it in parts`,
  })
}

function readLines(text: string): Items | Refusal {
  const payloads = filledLines(text)
  if (payloads.length > 0) return { payloads, isBatch: payloads.length > 1 }
  return new Refusal(400, { error: originalErrors.text, reason: 'found no text, expected a line' })
}

function readJson(text: string): Items | Refusal {
  const value = parse(text)
  if (value instanceof Refusal) return value
  // some clients write JSON into a JSON text
  const given = typeof value === 'string' ? parse(value) : value
  if (given instanceof Refusal) return given
  if (!Array.isArray(given)) return objectOf(given, (payload) => ({ payloads: [payload], isBatch: false }))
  if (given.length === 0)
    return new Refusal(400, { error: originalErrors.json, reason: 'found an empty list, expected events' })
  return objectsOf(given)
}

function readJsonLines(text: string): Items | Refusal {
  const values: unknown[] = []
  for (const [index, line] of filledLines(text).entries()) {
    const value = parse(line)
    if (value instanceof Refusal) return value.at(index)
    values.push(value)
  }
  if (values.length === 0)
    return new Refusal(400, { error: originalErrors.json, reason: 'found no line, expected events' })
  return objectsOf(values)
}

function filledLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '')
}

function objectsOf(values: readonly unknown[]): Items | Refusal {
  const payloads: object[] = []
  for (const [index, value] of values.entries()) {
    const payload = objectOf(value, (object) => object)
    if (payload instanceof Refusal) return payload.at(index)
    payloads.push(payload)
  }
  return { payloads, isBatch: true }
}

function objectOf<Result>(value: unknown, then: (object: object) => Result): Result | Refusal {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isObject && Object.keys(value).length > 0) return then(value)
  const found = isObject ? 'an empty object' : nameOf(value)
  return new Refusal(400, { error: originalErrors.json, reason: `found ${found}, expected an object` })
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

/** The value of a JSON text. `JSON.parse` makes `__proto__` a property like any other. */
function parse(text: string): unknown {
  if (isTooDeep(text, deepest))
    return jsonRefusal(`found more than ${deepest} lists and objects in each other`)
  try {
    const value: unknown = JSON.parse(text)
    if (hugeNumber.test(text) && holdsInfinity(value))
      return jsonRefusal('found a number that is too great, expected one that a double holds')
    return value
  } catch (error) {
    return jsonRefusal(asError(error).message)
  }
}

function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity)
}

function jsonRefusal(reason: string): Refusal {
  return new Refusal(400, { error: originalErrors.json, reason })
}

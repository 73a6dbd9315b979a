// Decoder key-values: `a:1,b:2`, `a=1 b=2` …

import type { LineDecoder } from '../model/decoder.ts'
import type { FieldDefinition, KeyValuesDecoder, Recogniser } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'
import { findSeparator, skipBlanks, skipSeparator, startsWithSeparator } from './separator.ts'

const keyValuesDefaults = { pairSeparator: ',', valueSeparator: ':' } as const

/** One place for each key that a field wants. */
type Values = Array<string | undefined>

/**
 * Takes lines that begin with the prefix or, without one, that hold at least one of the fields' keys. The prefix is
 * cut off unless it is itself a key (`MSG` of `MSG:1,P1:157`). Of a key that comes twice, the last value counts.
 */
export function keyValuesDecoder(
  decoder: KeyValuesDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Values> {
  const pair = decoder.pairSeparator || keyValuesDefaults.pairSeparator
  const equals = decoder.valueSeparator || keyValuesDefaults.valueSeparator
  const prefix = takes.prefix ?? ''
  const keys = fields.map((field) => String(field.from ?? field.name))
  const places = new Map([...new Set(keys)].map((key, place) => [key, place]))
  const values: Values = new Array(places.size).fill(undefined)
  let found = false
  const scanner = new PairScanner({ pair, equals, quote: decoder.quote ?? '' }, (key, value) => {
    const place = places.get(key)
    if (place === undefined) return
    values[place] = value
    found = true
  })

  const scan = (text: string): boolean => {
    values.fill(undefined)
    found = false
    const isKey = prefix === '' || startsWithSeparator(text, prefix.length, equals)
    scanner.scan(text, isKey ? 0 : prefix.length)
    return found
  }

  return {
    takes: ({ text }) => text !== undefined && (prefix === '' ? scan(text) : text.startsWith(prefix)),
    open: ({ text }) => {
      if (prefix !== '') scan(text ?? '')
      return scanner.fault === undefined ? values : new Failure(`key-values: ${scanner.fault}`)
    },
    readers: keys.map((key) => {
      const place = places.get(key) as number
      return (opened) => opened[place]
    }),
  }
}

interface Marks {
  pair: string
  equals: string
  /** '' for none */
  quote: string
}

/** Goes through the pairs of a text, in time linear in it. */
class PairScanner {
  /** what is wrong with the quotes of the text that was scanned last */
  fault: string | undefined
  readonly #pair: string
  readonly #equals: string
  readonly #quote: string
  /** what separates the pairs may be a decimal mark */
  readonly #isMark: boolean
  readonly #found: (key: string, value: string) => void
  #text = ''
  /** where the separator between key and value stands next, as far as it was looked for */
  #middle = -1

  constructor({ pair, equals, quote }: Marks, found: (key: string, value: string) => void) {
    this.#pair = pair
    this.#equals = equals
    this.#quote = quote
    this.#isMark = pair === ',' || pair === '.'
    this.#found = found
  }

  scan(text: string, from: number): void {
    const pair = this.#pair
    const equals = this.#equals
    this.fault = undefined
    this.#text = text
    this.#middle = -1
    let at = from
    while (at < text.length) {
      at = skipBlanks(text, at)
      const end = findSeparator(text, at, pair)
      const middle = this.#nextMiddle(at)
      if (middle >= text.length) return
      // between blanks, those around the value separator separate nothing
      if (middle < end || (pair === ' ' && middle === skipBlanks(text, end))) {
        const key = text.slice(at, middle).trim()
        at = this.#value(key, skipSeparator(text, middle, equals), end)
      } else at = end
      at = skipSeparator(text, at, pair)
    }
  }

  #nextMiddle(from: number): number {
    if (this.#middle < from) this.#middle = findSeparator(this.#text, from, this.#equals)
    return this.#middle
  }

  /** Takes the value that begins here; gives the place behind it. `next`: the next separator of pairs, unless it stands before. */
  #value(key: string, from: number, next: number): number {
    const text = this.#text
    if (this.#quote !== '') {
      const begin = skipBlanks(text, from)
      if (text.startsWith(this.#quote, begin)) return this.#quoted(key, begin)
    }
    const end =
      this.#pair === ' '
        ? this.#endBetweenBlanks(from)
        : this.#end(next < from ? findSeparator(text, from, this.#pair) : next)
    this.#found(key, text.slice(from, end).trim())
    return end
  }

  #endBetweenBlanks(from: number): number {
    const text = this.#text
    const begin = skipBlanks(text, from)
    const end = findSeparator(text, begin, ' ')
    if (begin > from) {
      // what stands behind the blanks is the next key, and there is no value
      const middle = this.#nextMiddle(begin)
      if (middle < end || (middle < text.length && middle === skipBlanks(text, end))) return from
    }
    const isSign = end === begin + 1 && (text[begin] === '+' || text[begin] === '-')
    return isSign ? findSeparator(text, skipBlanks(text, end), ' ') : end
  }

  /** A comma between two digits that no key follows is a number's, whatever separates the pairs: `Temp: 21,5, Hum: 48,2`. */
  #end(first: number): number {
    const text = this.#text
    const pair = this.#pair
    let end = first
    while (this.#isMark && isDigit(text, end - 1) && isDigit(text, end + 1)) {
      const next = findSeparator(text, end + 1, pair)
      if (this.#nextMiddle(end) < next) break
      end = next
    }
    return end
  }

  #quoted(key: string, begin: number): number {
    const text = this.#text
    const quote = this.#quote
    const pair = this.#pair
    let value = ''
    let at = begin + quote.length
    for (;;) {
      const close = text.indexOf(quote, at)
      if (close < 0) return this.#fail(begin, 'the quote to be closed')
      value += text.slice(at, close)
      at = close + quote.length
      if (!text.startsWith(quote, at)) break
      value += quote
      at += quote.length
    }
    const end = pair === ' ' ? at : skipBlanks(text, at)
    if (end < text.length && !startsWithSeparator(text, end, pair)) {
      return this.#fail(begin, `${show(pair)} after the closing quote`)
    }
    this.#found(key, value)
    return end
  }

  #fail(begin: number, expected: string): number {
    this.fault = `found ${show(this.#text.slice(begin, begin + 41))}, expected ${expected}`
    return this.#text.length
  }
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

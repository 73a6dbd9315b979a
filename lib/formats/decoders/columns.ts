// Decoder columns: CSV and alike.

import type { LineDecoder } from '../model/decoder.ts'
import type { ColumnsDecoder, FieldDefinition, Recogniser } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'
import { Headers } from '../notation/headers.ts'
import { findSeparator, skipBlanks, skipSeparator, startsWithSeparator } from './separator.ts'

/** of a line whose header tells how many there are */
const mostColumns = 1_000
/** no line has this column */
const missing = mostColumns + 1

const columnsDefaults = { delimiter: ',', quote: '"' } as const

/** The columns, up to the last that a field wants. */
type Columns = Array<string | undefined>

/**
 * Takes lines that begin with the prefix or, without one, that have more than one column (where more than the first
 * is asked for). The prefix is cut off unless it is itself the first column (`WX` of `WX,21.5`).
 */
export function columnsDecoder(
  decoder: ColumnsDecoder,
  takes: Recogniser,
  fields: readonly FieldDefinition[],
): LineDecoder<Columns> {
  const delimiter = decoder.delimiter || columnsDefaults.delimiter
  const quote = decoder.quote ?? columnsDefaults.quote
  const header = decoder.header ?? []
  const prefix = takes.prefix ?? ''
  const splitter = new Splitter(delimiter, quote)
  const headers = decoder.headers ? new Headers(header, fields) : undefined
  let indexes = fields.map((field) => columnOf(field, header, headers && missing))
  const last = headers === undefined ? Math.max(0, ...indexes) : mostColumns

  const start = (text: string): number => {
    const after = prefix.length
    const isColumn = after === text.length || startsWithSeparator(text, after, delimiter)
    return isColumn ? 0 : after
  }
  const [least, most] = takes.columns ?? [0, Number.POSITIVE_INFINITY]
  const hasColumns = (text: string): boolean => {
    const { length } = splitter.split(text, start(text), most)
    return length >= least && length <= most
  }
  const isHeader = (text: string): boolean => {
    if (header.length === 0) return false
    const columns = splitter.split(text, 0, header.length)
    return columns.length === header.length && header.every((name, i) => columns[i] === name)
  }
  const isSingle = (text: string): boolean =>
    last > 0 && findSeparator(text, skipBlanks(text, 0), delimiter) >= text.length

  const common: LineDecoder<Columns> = {
    takes: ({ text }) => {
      if (text === undefined || !text.startsWith(prefix)) return false
      if (prefix === '' && isSingle(text)) return false
      if (takes.columns !== undefined && !hasColumns(text)) return false
      return headers !== undefined || !isHeader(text)
    },
    open: ({ text = '' }) => {
      const columns = splitter.split(text, start(text), last)
      if (splitter.fault !== undefined) return new Failure(`columns: ${splitter.fault}`)
      return headers?.mismatch(columns) ?? columns
    },
    readers: fields.map((_, i) => (opened) => opened[indexes[i] as number]),
  }
  if (headers === undefined) return common
  return {
    ...common,
    heading: ({ text = '' }) => headers.headingOf(splitter.split(text, start(text), last)),
    follow: (heading) => {
      if (!headers.follow(heading)) return
      indexes = fields.map((field) => columnOf(field, headers.names, missing))
    },
  }
}

/** A field's column, 0 the first; one beyond all where the header has no such name. */
export function columnOf(
  field: FieldDefinition,
  header: readonly string[],
  beyond: number = header.length,
): number {
  const from = field.from ?? field.name
  if (typeof from === 'number') return from
  const named = header.indexOf(from)
  if (named >= 0) return named
  return /^\d{1,4}$/.test(from) ? Number(from) : beyond
}

class Splitter {
  /** what is wrong with the quotes of the line that was split last */
  fault: string | undefined
  readonly #delimiter: string
  readonly #quote: string
  #columns: string[] = []

  constructor(delimiter: string, quote: string) {
    this.#delimiter = delimiter
    this.#quote = quote
  }

  /** The columns from a place on, up to number `last` (0 the first); the array is used again for the next line. */
  split(text: string, start: number, last: number): string[] {
    this.fault = undefined
    this.#columns.length = 0
    let at = this.#delimiter === ' ' ? skipBlanks(text, start) : start
    while (this.#columns.length <= last) {
      const begin = this.#delimiter === '\t' ? at : skipBlanks(text, at)
      const quoted = this.#quote !== '' && text.startsWith(this.#quote, begin)
      const end = quoted ? this.#quoted(text, begin) : this.#plain(text, at)
      if (end >= text.length) break
      at = skipSeparator(text, end, this.#delimiter)
      if (this.#delimiter === ' ' && at >= text.length) break
    }
    return this.#columns
  }

  #plain(text: string, at: number): number {
    const end = findSeparator(text, at, this.#delimiter)
    this.#columns.push(text.slice(at, end).trim())
    return end
  }

  #quoted(text: string, begin: number): number {
    const quote = this.#quote
    let value = ''
    let at = begin + quote.length
    for (;;) {
      const close = text.indexOf(quote, at)
      if (close < 0) return this.#fail(text, begin, 'the quote to be closed')
      value += text.slice(at, close)
      at = close + quote.length
      if (!text.startsWith(quote, at)) break
      value += quote
      at += quote.length
    }
    const end = this.#delimiter === ' ' ? at : skipBlanks(text, at)
    if (end < text.length && !startsWithSeparator(text, end, this.#delimiter)) {
      return this.#fail(text, begin, `${show(this.#delimiter)} after the closing quote`)
    }
    this.#columns.push(value)
    return end
  }

  #fail(text: string, begin: number, expected: string): number {
    const found = show(text.slice(begin, begin + 41))
    this.fault = `found ${found} in column ${this.#columns.length}, expected ${expected}`
    return text.length
  }
}

// Guesses at lines of key-values and columns.
import type { FieldDefinition, FormatDefinition, Recogniser } from '../model/definition.ts'
import { fieldName, guessField, keyOf, typeName, withOwnNames } from './propose-fields.ts'

const mostFields = 60

/** For lines of `key<mark>value` pairs with this separator between them. */
export function guessKeyValues(
  separator: string,
  mark: ':' | '=',
  lines: readonly string[],
): FormatDefinition | undefined {
  const found = new Map<string, string[]>()
  for (const line of lines) {
    for (const pair of line.split(separator)) {
      const at = pair.indexOf(mark)
      if (at < 0) continue
      const key = pair.slice(0, at).trim()
      found.set(key, [...(found.get(key) ?? []), pair.slice(at + 1)])
    }
  }
  const fields = [...found]
    .slice(0, mostFields)
    .map(([key, values]) => guessField(key, key, values))
    .filter((field) => field !== undefined)
  if (fields.length === 0) return undefined
  const [first = ''] = found.keys()
  const own = withOwnNames(fields)
  return {
    type: typeName(first),
    takes: { prefix: first, word: true },
    decoder: {
      kind: 'key-values',
      ...(separator === ',' ? {} : { pairSeparator: separator }),
      ...(mark === ':' ? {} : { valueSeparator: mark }),
    },
    fields: own,
    ...keyOf(own, found),
    ...deviceTime(own),
  }
}

/** For lines of columns; the first is a prefix where it is the same name in all. */
export function guessColumns(delimiter: string, lines: readonly string[]): FormatDefinition | undefined {
  const rows = lines.map((line) => splitColumns(line, delimiter))
  const [first] = rows
  if (first === undefined) return undefined
  const prefix =
    /^[A-Za-z_$]/.test(first[0] ?? '') && rows.every(([name]) => name === first[0]) ? first[0] : undefined
  const hasComma = delimiter !== ',' && rows.flat().some((column) => commaNumber.test(column))
  const hasThousands = hasComma && rows.flat().some((column) => /\.\d{3},/.test(column))
  const fields: FieldDefinition[] = []
  const found = new Map<string, readonly unknown[]>()
  for (const [i] of first.entries()) {
    if (i >= mostFields || (i === 0 && prefix !== undefined)) continue
    const values = rows.map((row) => (hasComma ? withPoint(row[i]) : row[i]))
    const field = guessField(`c${i}`, i, values)
    if (field === undefined) continue
    fields.push(field)
    found.set(field.name, values)
  }
  if (fields.length === 0) return undefined
  const count: [number, number] = [first.length, first.length]
  const takes = {
    ...(prefix === undefined ? {} : { prefix, word: true }),
    columns: count,
    ...(prefix === undefined ? numberAt(fields) : {}),
  }
  return {
    type: prefix === undefined ? 'columns' : typeName(fieldName(prefix)),
    takes,
    decoder: { kind: 'columns', ...(delimiter === ',' ? {} : { delimiter }) },
    fields,
    ...(hasComma ? { decimal: ',' as const } : {}),
    ...(hasThousands ? { thousands: '.' } : {}),
    ...keyOf(fields, found),
    ...deviceTime(fields),
  }
}

/** 21,5 and 1.234,5 */
const commaNumber = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+$/

function withPoint(column: string | undefined): string | undefined {
  if (column === undefined || !commaNumber.test(column)) return column
  return column.replaceAll('.', '').replace(',', '.')
}

/** Else it would take any text of so many words: its first number has to be one, or a word for none. */
function numberAt(fields: readonly FieldDefinition[]): Recogniser {
  const field = fields.find(({ type }) => type === 'number' || type === 'integer')
  const from = field?.from ?? field?.name
  if (from === undefined) return {}
  const matches = '^[+-]?[.,]?[0-9]|^(?i:[+-]?nan|[+-]?inf|ovf|n/a|null|none|err|error|-*)$'
  return { where: [{ from, matches }] }
}

/** A space stands for any run of blanks. */
function splitColumns(line: string, delimiter: string): string[] {
  if (delimiter === ' ') return line.trim().split(/[ \t]+/)
  return line.split(delimiter).map((column) => column.trim())
}

/** The one field that is a time becomes the event's. */
export function deviceTime(fields: readonly FieldDefinition[]): { time?: string } {
  const times = fields.filter(({ type }) => type === 'time')
  return times.length === 1 ? { time: times[0]!.name } : {}
}

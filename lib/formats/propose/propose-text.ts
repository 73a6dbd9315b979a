// Guesses at lines of key-values and columns.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'
import { fieldName, guessField, typeName, withOwnNames } from './propose-fields.ts'

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
  return {
    type: typeName(first),
    takes: { prefix: first },
    decoder: {
      kind: 'key-values',
      ...(separator === ',' ? {} : { pairSeparator: separator }),
      ...(mark === ':' ? {} : { valueSeparator: mark }),
    },
    fields: withOwnNames(fields),
    ...deviceTime(fields),
  }
}

/** For lines of columns; the first is a prefix where it is the same name in all. */
export function guessColumns(delimiter: string, lines: readonly string[]): FormatDefinition | undefined {
  const rows = lines.map((line) => line.split(delimiter).map((column) => column.trim()))
  const [first] = rows
  if (first === undefined) return undefined
  const prefix =
    /^[A-Za-z_$]/.test(first[0] ?? '') && rows.every(([name]) => name === first[0]) ? first[0] : undefined
  const hasComma = delimiter !== ',' && rows.flat().some((column) => /^[+-]?\d+,\d+$/.test(column))
  const fields: FieldDefinition[] = []
  for (const [i] of first.entries()) {
    if (i >= mostFields || (i === 0 && prefix !== undefined)) continue
    const values = rows.map((row) => (hasComma ? row[i]?.replace(',', '.') : row[i]))
    const field = guessField(`c${i}`, i, values)
    if (field !== undefined) fields.push(field)
  }
  if (fields.length === 0) return undefined
  return {
    type: prefix === undefined ? 'columns' : typeName(fieldName(prefix)),
    ...(prefix === undefined ? {} : { takes: { prefix } }),
    decoder: { kind: 'columns', ...(delimiter === ',' ? {} : { delimiter }) },
    fields,
    ...(hasComma ? { decimal: ',' as const } : {}),
    ...deviceTime(fields),
  }
}

/** The one field that is a time becomes the event's. */
export function deviceTime(fields: readonly FieldDefinition[]): { time?: string } {
  const times = fields.filter(({ type }) => type === 'time')
  return times.length === 1 ? { time: times[0]!.name } : {}
}

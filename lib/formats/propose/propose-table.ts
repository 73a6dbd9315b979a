// Guesses at CSV whose columns are named by header lines among the others.
import type { FormatDefinition } from '../model/definition.ts'
import { countersOf } from './propose-counters.ts'
import { guessField, keyOf, withOwnNames } from './propose-fields.ts'
import { commaNumber, deviceTime, withPoint } from './propose-text.ts'

const delimiters = [';', '\t', ',', '|']
const mostColumns = 60
const columnName = /^\p{L}[\p{L}\p{N} _.:/()[\]%°-]{0,39}$/u
/** what stands for a value, however much it looks like a name */
const valueWord = /^(?:nan|inf|ovf|null|none|err|error|on|off|true|false|yes|no)$/i

export interface Header {
  delimiter: string
  names: string[]
}

/** The names of a header line; undefined where a line is none. */
export function headerOf(text: string): Header | undefined {
  for (const delimiter of delimiters) {
    const names = columnsOf(text, delimiter)
    const isHeader =
      names.length > 1 &&
      names.length <= mostColumns &&
      new Set(names).size === names.length &&
      names.every((name) => columnName.test(name) && !valueWord.test(name))
    if (isHeader) return { delimiter, names }
  }
  return undefined
}

/** For header lines and the rows between them, in order. */
export function guessTable(delimiter: string, lines: readonly string[]): FormatDefinition | undefined {
  const headers = lines.map((line) => headerOf(line)?.names)
  const first = headers.find((names) => names !== undefined)
  if (first === undefined) return undefined
  const found = new Map<string, string[]>()
  let names = first
  for (const [i, line] of lines.entries()) {
    names = headers[i] ?? names
    const columns = headers[i] === undefined ? columnsOf(line, delimiter) : []
    // by a header that is missing here nobody knows what they are
    if (columns.length !== names.length) continue
    for (const [place, name] of names.entries()) {
      found.set(name, [...(found.get(name) ?? []), columns[place] as string])
    }
  }
  const isComma = (value: string) => delimiter !== ',' && commaNumber.test(value)
  const all = [...found.values()].flat()
  const values = new Map(
    [...found].map(([name, own]) => [name, own.map((each) => withDecimalPoint(each, isComma))]),
  )
  const fields = withOwnNames(
    [...values]
      .map(([name, own]) => guessField(name, name, own))
      .filter((field) => field !== undefined)
      .slice(0, mostColumns),
  )
  if (fields.length === 0) return undefined
  const counts = headers.filter((each) => each !== undefined).map(({ length }) => length)
  return {
    type: 'table',
    takes: { columns: [Math.min(...counts), Math.max(...counts)] },
    decoder: {
      kind: 'columns',
      ...(delimiter === ',' ? {} : { delimiter }),
      header: first,
      headers: true,
    },
    fields: [...fields, ...countersOf(fields, values)],
    ...(all.some(isComma) ? { decimal: ',' as const } : {}),
    ...(all.some((value) => isComma(value) && value.includes('.')) ? { thousands: '.' } : {}),
    ...keyOf(fields, values),
    ...deviceTime(fields),
  }
}

function withDecimalPoint(column: string, isComma: (value: string) => boolean): string {
  return isComma(column) ? (withPoint(column) as string) : column
}

function columnsOf(text: string, delimiter: string): string[] {
  return text.split(delimiter).map((column) => column.trim().replace(/^"(.*)"$/, '$1'))
}

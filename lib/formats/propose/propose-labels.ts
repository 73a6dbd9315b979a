// Guesses at lines of labels and numbers as sketches print them: `Humidity: 48.0 %  Temperature: 21.5 *C`.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'
import { unitNamed, unitTexts } from '../steps/units.ts'
import { fieldName, guessField, keyOf, typeName, withOwnNames } from './propose-fields.ts'

const longest = 500
const mostValues = 30

/** A number, a word that stands for none, or a time; not within a word. */
const valuePattern =
  /(?<![\p{L}\p{N}_.])(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|[+-]?(?:\d+(?:[.,]\d+)?|\.\d+|nan\b|inf\b|ovf\b))(?!\s*[:=])/giu
/** what such a place may hold in other lines */
const valueGroup =
  '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(?:Z|[+-][0-9:]+)?|[+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.][0-9]+)|[+-]?[A-Za-z]+'
const labelPattern = /(\p{L}[\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]+){0,3})\s*[:=]\s*$/u
const unitPattern = /^\s?([^\s\d,;|:=()]{1,6})(?!\s*[:=])/u

interface Place {
  value: string
  label: string | undefined
  unit: string | undefined
}

interface Template {
  /** the texts around the values, one more than there are values */
  texts: string[]
  places: Place[]
}

/** What lines of one template share; undefined where a line has no labelled number, or one of unknown meaning. */
export function labelKind(line: string): string | undefined {
  const template = templateOf(line)
  return template?.texts.map((text) => text.replace(/\s+/g, ' ')).join('\0')
}

function templateOf(line: string): Template | undefined {
  if (line.length > longest) return undefined
  const texts: string[] = []
  const places: Place[] = []
  let end = 0
  for (const match of line.matchAll(valuePattern)) {
    const before = line.slice(end, match.index)
    end = match.index + match[0].length
    const unit = unitPattern.exec(line.slice(end))?.[1]
    texts.push(before)
    places.push({
      value: match[0],
      label: labelPattern.exec(before)?.[1],
      unit: unit !== undefined && isUnit(unit) ? unit : undefined,
    })
  }
  texts.push(line.slice(end))
  if (places.length > mostValues || !places.some(({ label }) => label !== undefined)) return undefined
  const areKnown = places.every(({ label, unit }) => label !== undefined || unit !== undefined)
  return areKnown ? { texts, places } : undefined
}

function isUnit(text: string): boolean {
  return unitTexts(unitNamed(text)).length > 1
}

/** For lines of one template. */
export function guessLabels(lines: readonly string[]): FormatDefinition | undefined {
  const templates = lines.map(templateOf).filter((template) => template !== undefined)
  const [first] = templates
  if (first === undefined) return undefined
  const fields: FieldDefinition[] = []
  let last = 'value'
  for (const [i, place] of first.places.entries()) {
    const { label = last, unit } = place
    last = label
    const values = templates.map(({ places }) => places[i]?.value)
    const hasComma = values.some((value) => value?.includes(','))
    const found = values.map((value) => (hasComma ? value?.replace(',', '.') : value))
    const field = guessField(fieldName(label), `v${i}`, found)
    if (field === undefined) continue
    const isNumber = field.type === 'number' || field.type === 'integer'
    fields.push({
      ...field,
      ...(isNumber && unit !== undefined ? { unit: unitNamed(unit) } : {}),
      ...(isNumber && hasComma ? { decimal: ',' as const } : {}),
    })
  }
  const texts = first.texts.map(flexible)
  const pattern = texts.map((text, i) => (i === 0 ? text : `(?P<v${i - 1}>${valueGroup})${text}`)).join('')
  const own = withOwnNames(fields)
  return {
    type: typeName(fieldName(first.places.find(({ label }) => label !== undefined)?.label ?? '')),
    decoder: { kind: 'pattern', pattern: `^${pattern}$` },
    fields: own,
    ...keyOf(own, new Map()),
  }
}

/** The text as a pattern that takes any blanks for its own. */
function flexible(text: string): string {
  return text
    .split(/(\s+)/)
    .map((part) => (/^\s+$/.test(part) ? '\\s+' : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')))
    .join('')
}

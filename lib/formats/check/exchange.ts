// Formats as files: what the panel exports, and how it reads a file that it is given.

import type { Sentence } from '../../words/sentence.ts'
import type { FormatDefinition } from '../model/definition.ts'
import { parseJson } from '../model/line.ts'
import { formatSentence } from '../words/sentences.ts'
import { checkDefinition } from './check.ts'
import { isObject, type Problem, Problems } from './problems.ts'
import schema from './schema.json' with { type: 'json' }
import { checkShape, type Schema } from './schema-check.ts'

/** characters of a file at most */
const longestFile = 2_000_000
const mostFormats = 200
/** problems that are told of one file */
const mostProblems = 50

export interface Import {
  /** those without problems, in the file's order */
  formats: FormatDefinition[]
  /** with paths such as `formats[2].fields[0].scale` */
  problems: Problem[]
}

/** The text of a file with these formats, as schema.json describes it. */
export function exportFormats(formats: readonly FormatDefinition[]): string {
  return `${JSON.stringify({ fieldlog: 'formats', version: 1, formats }, null, 2)}\n`
}

/**
 * Reads a file of `exportFormats`, a list of definitions, or a single one. What is wrong is told with its place,
 * properties that no format has too; a wrong format keeps none of the others from being read. Never throws.
 */
export function importFormats(text: string): Import {
  if (text.length > longestFile) {
    const values = { count: String(text.length), most: String(longestFile) }
    return failed(formatSentence('tooManyCharacters', values))
  }
  const value = parseJson(text.replace(/^\ufeff/, ''))
  if (value instanceof SyntaxError) return failed(formatSentence('notJson', { why: value.message }))
  const problems = new Problems()
  const [list, path] = definitionsIn(value, problems)
  if (list === undefined) return { formats: [], problems: problems.list }
  const formats: FormatDefinition[] = []
  for (const [i, definition] of list.entries()) {
    const before = problems.list.length
    const at = path(i)
    checkShape(definition, { $ref: '#/$defs/format' }, schema as unknown as Schema, at, problems)
    for (const problem of checkDefinition(definition)) problems.say(joined(at, problem.path), problem)
    if (problems.list.length === before) formats.push(definition as FormatDefinition)
    if (problems.list.length >= mostProblems) break
  }
  return { formats, problems: problems.list.slice(0, mostProblems) }
}

type PathOf = (index: number) => string

/** What stands for definitions in the file, and where each is. */
function definitionsIn(value: unknown, problems: Problems): [unknown[] | undefined, PathOf] {
  const inList: PathOf = (i) => `formats[${i}]`
  if (Array.isArray(value)) return [limited(value, '', problems), (i) => `[${i}]`]
  if (!isObject(value)) {
    problems.foundOther('', value, ['{"fieldlog": "formats", "formats": […]}'])
    return [undefined, inList]
  }
  if (!Object.hasOwn(value, 'formats') && Object.hasOwn(value, 'decoder')) return [[value], () => '']
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(schema.properties, name)) problems.add(name, 'noProperty')
  }
  if (value.fieldlog !== undefined && value.fieldlog !== 'formats') {
    problems.foundOther('fieldlog', value.fieldlog, ['"formats"'])
  }
  if (value.version !== undefined && value.version !== 1) {
    problems.found('version', value.version, 'newerFile')
  }
  if (!Array.isArray(value.formats)) {
    problems.found('formats', value.formats, 'formatList')
    return [undefined, inList]
  }
  return [limited(value.formats, 'formats', problems), inList]
}

function limited(list: unknown[], path: string, problems: Problems): unknown[] | undefined {
  if (list.length > 0 && list.length <= mostFormats) return list
  problems.add(path, 'formatCount', { count: String(list.length), most: String(mostFormats) })
  return undefined
}

function joined(place: string, path: string): string {
  if (place === '' || path === '') return place + path
  return `${place}.${path}`
}

function failed(sentence: Sentence): Import {
  return { formats: [], problems: [{ path: '', ...sentence }] }
}

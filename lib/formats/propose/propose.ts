// Proposes formats for lines that none takes yet, by guessing decoder and fields from the lines.
import { checkDefinition } from '../check/check.ts'
import { isObject } from '../check/problems.ts'
import { compileFormats } from '../compile.ts'
import { parseSections } from '../decoders/section-text.ts'
import { RecordRule } from '../frames/record-rule.ts'
import { type FieldDefinition, type FormatDefinition, hasOffsets, isPacketKind } from '../model/definition.ts'
import { Failure } from '../model/failure.ts'
import { parseJson } from '../model/line.ts'
import { EventMemory } from '../model/memory.ts'
import { PacketLine } from '../model/packet-line.ts'
import { parseLenientJson } from '../notation/lenient-json.ts'
import { codePattern, guessCodes } from './propose-codes.ts'
import { guessLabels, labelKind } from './propose-labels.ts'
import { findsEnough, libraryGroups } from './propose-library.ts'
import { type RawLine, type SampleLine, sampleLine, shownLine } from './propose-lines.ts'
import { guessPacket } from './propose-packet.ts'
import { guessTable, type Header, headerOf } from './propose-table.ts'
import { guessColumns, guessKeyValues } from './propose-text.ts'
import { guessStored, guessTree } from './propose-tree.ts'
import { inZone } from './propose-zone.ts'

/** Lines that look alike, and a format that takes them. */
export interface Proposal {
  definition: FormatDefinition
  /** how many of the lines are like this */
  count: number
  /** the same as a share of all lines, 0…1 */
  share: number
  /** how well the format fits, 0…1: of the lines like this, and those of others that it takes, the share that it decodes */
  score: number
  /** the format comes from the library */
  isFromLibrary: boolean
  /** the last of them; at most 20, or the lines of the last record */
  samples: string[]
}

export interface ProposeOptions {
  /** IANA name of the time zone that devices without one are in. Default: their times are UTC */
  zone?: string
  /** when each of the lines was received, ms since 1970 UTC: tells local times from UTC. Default: not known */
  received?: readonly number[]
}

interface Group {
  definition: FormatDefinition
  isFromLibrary: boolean
  lines: SampleLine[]
  count: number
}

const mostLines = 500
const mostSamples = 20
const mostProposals = 30

/**
 * Groups lines that look alike and proposes a format for each group: one of the library where it decodes them; else
 * packets by node id, key-values by their keys, JSON by its names, sections, stored events, columns by their number or header,
 * labelled numbers by the text around them. Lines that look like none of these are left out, and so are those that begin
 * like lines of a library's format which does not take them: they are damaged. The greatest groups first.
 * Every definition is without problems. Never throws.
 */
export function proposeFormats(lines: readonly RawLine[], options: ProposeOptions = {}): Proposal[] {
  const all = lines.map(sampleLine)
  const shipped: Group[] = []
  const others = new Map(all.entries())
  for (const { definition, clean, own, values } of libraryGroups(lines)) {
    const decoded = clean.map((place) => all[place] as SampleLine)
    const kind = kindOf(decoded[0] as SampleLine)
    const like = decoded.filter((line) => kindOf(line) === kind)
    const guessed = kind === undefined ? undefined : guess(kind, like.slice(0, mostLines))
    const payloads = like.map(({ payload }) => payload)
    if (definition.record === undefined && !findsEnough(values, guessed, payloads)) continue
    for (const place of own) others.delete(place)
    const group = own.toSorted((a, b) => a - b).map((place) => all[place] as SampleLine)
    shipped.push({ definition, isFromLibrary: true, lines: group.slice(0, mostLines), count: group.length })
  }
  const heads = new Set(shipped.flatMap(({ lines: own }) => own.map(headOf)))
  const rest = [...others.values()].filter((line) => headOf(line) === undefined || !heads.has(headOf(line)))
  const groups = [...shipped, ...guessGroups(rest)].sort((a, b) => b.count - a.count).slice(0, mostProposals)
  const times = new Map(all.map((line, i) => [line, options.received?.[i]]))
  const finished = (group: Group): FormatDefinition => {
    const own = group.isFromLibrary ? group.definition : omittingWrong(group.definition)
    if (options.zone === undefined) return own
    const readings = group.lines.map((line) => ({ payload: line.payload, received: times.get(line) }))
    return inZone(own, readings, options.zone)
  }
  return groups.map((group) => ({
    definition: finished(group),
    count: group.count,
    share: group.count / lines.length,
    score: scoreOf(group, groups),
    isFromLibrary: group.isFromLibrary,
    samples: samplesOf(group),
  }))
}

/** What is guessed from some lines shall not cost a whole reading where another line has something else in one place. */
function omittingWrong(definition: FormatDefinition): FormatDefinition {
  const { fields, key = [], decoder } = definition
  // the number at an offset is always one
  if (isPacketKind(decoder.kind) || hasOffsets(decoder.kind)) return definition
  const mayFail = ({ name, type, computed, difference }: FieldDefinition) =>
    type !== 'time' &&
    type !== 'string' &&
    computed === undefined &&
    difference === undefined &&
    !key.includes(name)
  return {
    ...definition,
    fields: fields.map((field) => (mayFail(field) ? { ...field, wrong: 'omit' } : field)),
  }
}

/** The first column, where it is a word: what the lines of a protocol have in common, also those that were damaged. */
function headOf({ text }: SampleLine): string | undefined {
  return text === undefined ? undefined : /^[$!]?\w+[,;|\t]/.exec(text.trim())?.[0]
}

/** The last lines; of records, those of the last one that is whole. */
function samplesOf({ definition: { record }, lines }: Group): string[] {
  const shown = lines.map(shownLine)
  const rule = record && new RecordRule(record)
  let next = shown.length
  for (let first = shown.length - 1; rule && first >= 0; first--) {
    if (!rule.starts(shown[first] as string)) continue
    const own = shown.slice(first, next)
    const last = rule.ends === undefined ? own.length - 1 : own.findIndex(rule.ends)
    if (last >= 0) return own.slice(0, last + 1)
    next = first
  }
  return shown.slice(-mostSamples)
}

function guessGroups(lines: readonly SampleLine[]): Group[] {
  const kinds = new Map<string, { lines: SampleLine[]; count: number }>()
  for (const [line, kind] of withTables(lines.map((line) => [line, kindOf(line)]))) {
    if (kind === undefined) continue
    const group = kinds.get(kind) ?? { lines: [], count: 0 }
    group.count++
    if (group.lines.length < mostLines) group.lines.push(line)
    kinds.set(kind, group)
  }
  const groups: Group[] = []
  for (const [kind, { lines: own, count }] of kinds) {
    const definition = guess(kind, own)
    if (definition === undefined || checkDefinition(definition).length > 0) continue
    groups.push({ definition, isFromLibrary: false, lines: own, count })
  }
  return groups
}

/** Header lines, and the rows of as many columns, are of one kind: `table` and the delimiter. */
function withTables(
  lines: ReadonlyArray<[SampleLine, string | undefined]>,
): Array<[SampleLine, string | undefined]> {
  const kinds = new Set(lines.map(([, kind]) => kind))
  const tables = new Set<string>()
  const headers = lines.map(([{ text = '' }]) => headerOf(text.trim()))
  const rowsOf = ({ delimiter, names }: Header) => `columns ${delimiter} ${names.length} `
  for (const header of headers) if (header && kinds.has(rowsOf(header))) tables.add(rowsOf(header))
  return lines.map(([line, kind], i) => {
    const header = headers[i]
    const rows = header === undefined ? kind : rowsOf(header)
    return [line, rows !== undefined && tables.has(rows) ? `table ${rows['columns '.length]}` : kind]
  })
}

/** lines of each other group that a format is tried on */
const mostTried = 20

function scoreOf(group: Group, all: readonly Group[]): number {
  const formats = compileFormats([group.definition], { memory: new EventMemory() })
  let seq = 0
  const kinds = (lines: readonly SampleLine[]) =>
    lines.flatMap(({ payload }) => {
      const reading = { payload, source: '', id: `line-${++seq}`, seq, received: seq }
      return formats.take(reading).map(({ outcome }) => outcome.kind)
    })
  const rejected = kinds(group.lines).filter((kind) => kind === 'rejected').length
  const foreign = all
    .filter((other) => other !== group)
    .flatMap(({ lines }) => kinds(lines.slice(0, mostTried)))
    .filter((kind) => kind !== 'unknown').length
  return (group.lines.length - rejected) / (group.lines.length + foreign)
}

const packet = new PacketLine()

/** What lines must share to be of one format; undefined where nothing is known of such lines. */
function kindOf({ text: line }: SampleLine): string | undefined {
  if (line === undefined || line.length > 20_000) return undefined
  packet.parse(line)
  if (packet.node >= 0) return packet.fault === undefined ? `packet ${packet.node}` : undefined
  const text = line.trim()
  if (/^[{[]/.test(text)) {
    const value = jsonOf(text)[0]
    return isObject(value) ? `json ${Object.keys(value).slice(0, 3).join(' ')}` : undefined
  }
  if (text.startsWith('Stored Event:')) return 'stored-event'
  if (/^\p{L}[^=:;]*:\s.*;/u.test(text)) {
    const sections = parseSections(text)
    const names = isObject(sections) ? Object.keys(sections) : []
    if (names.length > 0) return `sections ${names[0]}`
  }
  return textKind(text)
}

const pairPattern = /^\s*([A-Za-z_][\w .-]{0,30}?)\s*([:=])\s*[^:=]*$/

function textKind(text: string): string | undefined {
  for (const separator of [',', ';', ' ']) {
    const parts = text.split(separator).filter((part) => part.trim() !== '')
    const pairs = parts.map((part) => pairPattern.exec(part))
    if (parts.length > 1 && pairs.every((pair) => pair !== null && pair[2] === pairs[0]?.[2])) {
      return `key-values ${separator} ${pairs[0]?.[2]} ${pairs[0]?.[1]}`
    }
  }
  const single = /^([A-Za-z_]\w*)([:=])\S+$/.exec(text)
  if (single) return `key-values , ${single[2]} ${single[1]}`
  for (const delimiter of [';', '\t', ',', '|']) {
    const columns = text.split(delimiter)
    const hasNumber = columns.some((column) => /^\s*[+-]?\d+([.,]\d+)?\s*$/.test(column))
    if (columns.length > 1 && hasNumber) {
      const [name = ''] = columns
      const first = /^[A-Za-z_$]\w*$/.test(name) && !numberWord.test(name) ? name : ''
      return `columns ${delimiter} ${columns.length} ${first}`
    }
  }
  const words = text.split(/[ \t]+/)
  const [first = ''] = words
  const hasName = words.length > 1 && /^[A-Za-z_$]\w*$/.test(first) && !numberWord.test(first)
  const values = hasName ? words.slice(1) : words
  if (values.every((value) => numberWord.test(value)) && values.some((value) => /\d/.test(value))) {
    return `columns   ${words.length} ${hasName ? first : ''}`
  }
  const labels = labelKind(text)
  if (labels !== undefined) return `labels ${labels}`
  const code = codePattern(text)
  return code === undefined ? undefined : `code ${code}`
}

/** a number, or a word that stands for none */
const numberWord = /^(?:[+-]?(?:\d+(?:[.,]\d+)?|\.\d+)|[+-]?nan|[+-]?inf|ovf|null|none|err|error|-+)$/i

function guess(kind: string, samples: readonly SampleLine[]): FormatDefinition | undefined {
  const definition = guessFrom(
    kind,
    samples.map(({ text = '' }) => text),
  )
  const charset = samples.find((sample) => sample.charset !== undefined)?.charset
  return definition && charset ? { ...definition, charset } : definition
}

/** The values of a line: JSON, or what is like it. None where it is neither. */
function jsonOf(text: string): unknown[] {
  const value = parseJson(text)
  if (!(value instanceof SyntaxError)) return [value]
  const values = parseLenientJson(text)
  return values instanceof Failure ? [] : values
}

function guessJson(lines: readonly string[]): FormatDefinition | undefined {
  const definition = guessTree('json', lines.flatMap(jsonOf))
  const isLenient = lines.some((line) => parseJson(line) instanceof SyntaxError)
  return definition && isLenient ? { ...definition, decoder: { kind: 'json', lenient: true } } : definition
}

function guessFrom(kind: string, lines: readonly string[]): FormatDefinition | undefined {
  switch (kind.split(' ', 1)[0]) {
    case 'packet':
      return guessPacket(lines)
    case 'json':
      return guessJson(lines)
    case 'sections':
      return guessTree(
        'sections',
        lines.map((line) => parseSections(line)),
      )
    case 'stored-event':
      return guessStored(lines)
    case 'key-values':
      return guessKeyValues(kind[11] as string, kind[13] as ':' | '=', lines)
    case 'columns':
      return guessColumns(kind[8] as string, lines)
    case 'table':
      return guessTable(kind['table '.length] as string, lines)
    case 'labels':
      return guessLabels(lines)
    case 'code':
      return guessCodes(kind.slice('code '.length), lines)
    default:
      return undefined
  }
}

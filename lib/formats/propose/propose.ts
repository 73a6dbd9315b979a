// Proposes formats for lines that none takes yet, by guessing decoder and fields from the lines.
import { checkDefinition } from '../check/check.ts'
import { isObject } from '../check/problems.ts'
import { compileFormats } from '../compile.ts'
import { parseSections } from '../decoders/section-text.ts'
import type { FormatDefinition } from '../model/definition.ts'
import { parseJson } from '../model/line.ts'
import { PacketLine } from '../model/packet-line.ts'
import { guessLabels, labelKind } from './propose-labels.ts'
import { findsEnough, libraryGroups } from './propose-library.ts'
import { guessPacket } from './propose-packet.ts'
import { guessColumns, guessKeyValues } from './propose-text.ts'
import { guessStored, guessTree } from './propose-tree.ts'

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
  /** the last of them; at most 20 */
  samples: string[]
}

interface Group {
  definition: FormatDefinition
  isFromLibrary: boolean
  lines: string[]
  count: number
}

const mostLines = 500
const mostSamples = 20
const mostProposals = 30

/**
 * Groups lines that look alike and proposes a format for each group: one of the library where it decodes them; else
 * packets by node id, key-values by their keys, JSON by its names, sections, stored events, columns by their number,
 * labelled numbers by the text around them. Lines that look like none of these are left out. The greatest groups first.
 * Every definition is without problems. Never throws.
 */
export function proposeFormats(lines: readonly string[]): Proposal[] {
  const shipped: Group[] = []
  const others = new Map(lines.entries())
  for (const { definition, clean, own, values } of libraryGroups(lines)) {
    const decoded = clean.map((place) => lines[place] as string)
    const kind = kindOf(decoded[0] as string)
    const like = decoded.filter((line) => kindOf(line) === kind)
    const guessed = kind === undefined ? undefined : guess(kind, like.slice(0, mostLines))
    if (definition.record === undefined && !findsEnough(values, guessed, like)) continue
    for (const place of own) others.delete(place)
    const all = own.map((place) => lines[place] as string)
    shipped.push({ definition, isFromLibrary: true, lines: all.slice(0, mostLines), count: all.length })
  }
  const groups = [...shipped, ...guessGroups([...others.values()])]
    .sort((a, b) => b.count - a.count)
    .slice(0, mostProposals)
  return groups.map((group) => ({
    definition: group.definition,
    count: group.count,
    share: group.count / lines.length,
    score: scoreOf(group, groups),
    isFromLibrary: group.isFromLibrary,
    samples: group.lines.slice(-mostSamples),
  }))
}

function guessGroups(lines: readonly string[]): Group[] {
  const kinds = new Map<string, { lines: string[]; count: number }>()
  for (const line of lines) {
    const kind = kindOf(line)
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

/** lines of each other group that a format is tried on */
const mostTried = 20

function scoreOf(group: Group, all: readonly Group[]): number {
  const formats = compileFormats([group.definition])
  const kinds = (lines: readonly string[]) =>
    lines.map((line) => formats.decode({ payload: line, source: '' }).kind)
  const rejected = kinds(group.lines).filter((kind) => kind === 'rejected').length
  const foreign = all
    .filter((other) => other !== group)
    .flatMap(({ lines }) => kinds(lines.slice(0, mostTried)))
    .filter((kind) => kind !== 'unknown').length
  return (group.lines.length - rejected) / (group.lines.length + foreign)
}

const packet = new PacketLine()

/** What lines must share to be of one format; undefined where nothing is known of such lines. */
function kindOf(line: string): string | undefined {
  if (line.length > 20_000) return undefined
  packet.parse(line)
  if (packet.node >= 0) return packet.fault === undefined ? `packet ${packet.node}` : undefined
  const text = line.trim()
  if (/^[{[]/.test(text)) {
    const value = parseJson(text)
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
  return labels === undefined ? undefined : `labels ${labels}`
}

/** a number, or a word that stands for none */
const numberWord = /^(?:[+-]?(?:\d+(?:[.,]\d+)?|\.\d+)|[+-]?nan|[+-]?inf|ovf|null|none|err|error|-+)$/i

function guess(kind: string, lines: readonly string[]): FormatDefinition | undefined {
  switch (kind.split(' ', 1)[0]) {
    case 'packet':
      return guessPacket(lines)
    case 'json':
      return guessTree(
        'json',
        lines.map((line) => parseJson(line)),
      )
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
    case 'labels':
      return guessLabels(lines)
    default:
      return undefined
  }
}

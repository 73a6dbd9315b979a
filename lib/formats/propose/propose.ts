// Proposes formats for lines that none takes yet, by guessing decoder and fields from the lines.
import { checkDefinition } from '../check/check.ts'
import { isObject } from '../check/problems.ts'
import { parseSections } from '../decoders/section-text.ts'
import type { FormatDefinition } from '../model/definition.ts'
import { parseJson } from '../model/line.ts'
import { PacketLine } from '../model/packet-line.ts'
import { guessPacket } from './propose-packet.ts'
import { guessColumns, guessKeyValues } from './propose-text.ts'
import { guessStored, guessTree } from './propose-tree.ts'

/** Lines that look alike, and a format that takes them. */
export interface Proposal {
  definition: FormatDefinition
  /** how many of the lines are like this */
  count: number
  /** the last of them; at most 20 */
  samples: string[]
}

const mostLines = 500
const mostSamples = 20
const mostProposals = 30

/**
 * Groups lines that look alike and proposes a format for each group: packets by node id, key-values by their keys,
 * JSON by its names, sections, stored events, CSV by its number of columns. Lines that look like none of these are
 * left out. The greatest groups first. Every definition is without problems. Never throws.
 */
export function proposeFormats(lines: readonly string[]): Proposal[] {
  const groups = new Map<string, { lines: string[]; count: number }>()
  for (const line of lines) {
    const kind = kindOf(line)
    if (kind === undefined) continue
    const group = groups.get(kind) ?? { lines: [], count: 0 }
    group.count++
    if (group.lines.length < mostLines) group.lines.push(line)
    groups.set(kind, group)
  }
  const proposals: Proposal[] = []
  const largestFirst = [...groups].sort(([, a], [, b]) => b.count - a.count)
  for (const [kind, { lines, count }] of largestFirst) {
    const definition = guess(kind, lines)
    if (definition === undefined || checkDefinition(definition).length > 0) continue
    proposals.push({ definition, count, samples: lines.slice(-mostSamples) })
    if (proposals.length === mostProposals) break
  }
  return proposals
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
      const first = /^[A-Za-z_$]\w*$/.test(columns[0] ?? '') ? columns[0] : ''
      return `columns ${delimiter} ${columns.length} ${first}`
    }
  }
  return undefined
}

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
    default:
      return undefined
  }
}

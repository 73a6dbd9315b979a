// Why a format does not take a line: for people who are making the format; the gateway never asks.
import { compileFormat } from './format.ts'
import { lineTest } from './frames/line-test.ts'
import { type Condition, type FormatDefinition, isPacketKind, type Recogniser } from './model/definition.ts'
import { Line } from './model/line.ts'
import { listed, show } from './model/text.ts'

/** One thing that a recogniser asks for. */
interface Demand {
  step: string
  /** what of the recogniser asks for it */
  takes: Recogniser
  expected: string
}

/**
 * The first step at which a format without problems leaves this line to others, as `<step>: found …, expected …`; undefined
 * where it takes the line. The source is not looked at; of a record it is the first line that is asked for.
 */
export function whyNotTaken(definition: FormatDefinition, text: string): string | undefined {
  const { record, ...rest } = definition
  if (record !== undefined)
    return lineTest(record.start)(text)
      ? `decode: found a record that begins with ${show(text)}, expected ${wantedBy(definition)}`
      : `record: found ${show(text)}, expected a first line that matches ${record.start}`
  const { prefix = '' } = definition.takes ?? {}
  // Decoders look at the prefix themselves, so that it has to be told apart first.
  if (prefix !== '' && !text.startsWith(prefix))
    return `prefix: found ${show(text)}, expected a line that begins with ${show(prefix)}`
  let takes: Recogniser = prefix === '' ? {} : { prefix }
  for (const demand of demandsOf(definition)) {
    takes = { ...takes, ...demand.takes }
    if (!isTaken({ ...rest, takes }, text))
      return `${demand.step}: found ${show(text)}, expected ${demand.expected}`
  }
  return undefined
}

function isTaken(definition: FormatDefinition, text: string): boolean {
  const line = new Line()
  line.set(text, '')
  return compileFormat(definition).takes(line)
}

/** In the order in which they are told; each is asked for together with those before it. */
function demandsOf(definition: FormatDefinition): Demand[] {
  const { word, nodes = [], bytes, columns, where = [], checked } = definition.takes ?? {}
  const demands: Demand[] = [{ step: 'decode', takes: {}, expected: wantedBy(definition) }]
  if (word)
    demands.push({
      step: 'prefix',
      takes: { word },
      expected: 'no letter, digit or _ right behind the prefix',
    })
  if (nodes.length > 0)
    demands.push({
      step: 'nodes',
      takes: { nodes },
      expected: `a packet of node ${listed(nodes.map(String), 'or')}`,
    })
  if (bytes)
    demands.push({ step: 'bytes', takes: { bytes }, expected: `${range(bytes)} bytes after the header` })
  if (columns) demands.push({ step: 'columns', takes: { columns }, expected: `${range(columns)} columns` })
  for (const [i, condition] of where.entries())
    demands.push({ step: 'where', takes: { where: where.slice(0, i + 1) }, expected: shown(condition) })
  if (checked) demands.push({ step: 'check', takes: { checked }, expected: 'a checksum that holds' })
  return demands
}

/** What the decoder itself looks at before it takes a line. */
function wantedBy({ decoder, fields }: FormatDefinition): string {
  const places = fields
    .filter(({ computed, difference }) => computed === undefined && difference === undefined)
    .flatMap(({ name, from = name, also = [] }) => [from, ...also].map(String))
  if (isPacketKind(decoder.kind)) return 'a packet: OK, its header and bytes'
  switch (decoder.kind) {
    case 'json':
      return 'a text that begins with { or ['
    case 'key-values':
      return `one of the keys ${listed(places, 'and')}, with ${show(decoder.valueSeparator || ':')} behind it and ${show(decoder.pairSeparator || ',')} between the pairs`
    case 'columns':
      return `columns with ${show(decoder.delimiter || ',')} between them, other than the header`
    case 'tagged':
      return `one of the tags ${listed(places, 'and')}`
    case 'pattern':
      return `a text that matches ${decoder.pattern}`
    case 'sections':
      return `one of the sections ${listed(places, 'and')}`
    case 'stored-event':
      return 'a text that begins with Stored Event:'
    default:
      return `bytes as they are written here (${decoder.kind})`
  }
}

function shown({ from, is, matches }: Condition): string {
  const place = JSON.stringify(from)
  return matches === undefined
    ? `${listed((is ?? []).map(String), 'or')} at ${place}`
    : `what stands at ${place} to match ${matches}`
}

function range([least, most]: [number, number]): string {
  return least === most ? String(least) : `${least} to ${most}`
}

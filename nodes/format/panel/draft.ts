// A format's definition as the texts of the panel's inputs, and back. What a text does not hold (a number, say)
// goes into the definition as it is, so that the check can tell the user so at that very input.
import {
  type BytesDecoder,
  type Decoder,
  type DecoderKind,
  type FieldDefinition,
  type FormatDefinition,
  isPacketKind,
  type PacketParts,
} from '../../../lib/formats/model/definition.ts'
import {
  asText,
  listed,
  numberOrText,
  readTokens,
  showTokens,
  textOrNone,
  withoutNone,
} from '../../shared/panel/texts.ts'
import { type FrameDraft, fromFrameDraft } from './frame-draft.ts'

/** The inputs beside the fields and the decoder's own. */
export interface HeadDraft {
  type: string
  name: string
  source: string
  nodes: string
  prefix: string
  key: string
  time: string
  nulls: string
  decimal: string
  thousands: string
  zone: string
  charset: string
  sameTime: boolean
  unchanged: string
  onlyNews: boolean
}

export function toHeadDraft(definition: Partial<FormatDefinition>): HeadDraft {
  return {
    type: definition.type ?? '',
    name: definition.name ?? '',
    source: definition.takes?.source ?? '',
    nodes: (definition.takes?.nodes ?? []).join(', '),
    prefix: definition.takes?.prefix ?? '',
    key: (definition.key ?? []).join(', '),
    time: definition.time ?? '',
    nulls: showTokens(definition.nulls),
    decimal: definition.decimal ?? '',
    thousands: definition.thousands ?? '',
    zone: definition.zone ?? '',
    charset: definition.charset ?? 'utf-8',
    sameTime: definition.drop?.sameTime === true,
    unchanged: asText(definition.drop?.unchanged),
    onlyNews: definition.onlyNews === true,
  }
}

/** The definition that all inputs together describe; unchecked. */
export function fromDrafts(
  head: HeadDraft,
  frame: FrameDraft,
  decoder: Decoder,
  fields: FieldDefinition[],
): FormatDefinition {
  const framed = fromFrameDraft(frame, decoder.kind)
  const isPacket = isPacketKind(decoder.kind)
  const nodes = listed(head.nodes).map(numberOrText)
  const takes = withoutNone({
    source: textOrNone(head.source),
    nodes: isPacket && nodes.length > 0 ? nodes : undefined,
    prefix: isPacket || head.prefix === '' ? undefined : head.prefix,
    ...framed.takes,
  })
  const key = listed(head.key)
  return withoutNone({
    type: head.type.trim(),
    name: textOrNone(head.name),
    takes: Object.keys(takes).length > 0 ? takes : undefined,
    record: framed.record,
    check: framed.check,
    decoder,
    fields,
    key: key.length > 0 ? key : undefined,
    time: textOrNone(head.time),
    nulls: readTokens(head.nulls),
    decimal: textOrNone(head.decimal),
    thousands: head.thousands || undefined,
    zone: textOrNone(head.zone),
    charset: head.charset === 'utf-8' ? undefined : textOrNone(head.charset),
    drop: dropOf(head),
    onlyNews: head.onlyNews || undefined,
  }) as unknown as FormatDefinition
}

function dropOf({ sameTime, unchanged }: HeadDraft): Record<string, unknown> | undefined {
  const drop = withoutNone({ sameTime: sameTime || undefined, unchanged: numberOrText(unchanged) })
  return Object.keys(drop).length > 0 ? drop : undefined
}

/** The options of a decoder by name, each as its input's text; a header as its names with commas. */
export function toDecoderDraft(decoder: Decoder): Record<string, string | boolean> {
  const draft: Record<string, string | boolean> = {}
  const shown = decoder.kind === 'bytes' ? renamed(decoder) : decoder
  const { parts, ...options } = shown as Decoder & { parts?: PacketParts }
  if (parts !== undefined) {
    draft.partsFrom = asText(parts.from)
    draft.partsSize =
      typeof parts.size === 'object' ? `${parts.size.bit}:${parts.size.bits}` : asText(parts.size)
  }
  for (const [option, value] of Object.entries(options)) {
    const name = decoder.kind === 'tagged' && option === 'valueSeparator' ? 'tagSeparator' : option
    draft[name] = Array.isArray(value)
      ? value.join(', ')
      : typeof value === 'boolean'
        ? value
        : escaped(value)
  }
  return draft
}

/** The decoder that the inputs describe. A `\t` in a separator is a tab. */
export function fromDecoderDraft(kind: DecoderKind, draft: Record<string, string | boolean>): Decoder {
  const text = (name: string) => String(draft[name] ?? '')
  const separator = (name: string) => text(name).replaceAll('\\t', '\t') || undefined
  switch (kind) {
    case 'packet':
      return made({
        kind,
        minBytes: numberOrText(text('minBytes')),
        maxBytes: numberOrText(text('maxBytes')),
        parts: partsOf(text('partsFrom'), text('partsSize')),
      })
    case 'bytes':
      return made({
        kind,
        written: text('written') === 'raw' ? undefined : textOrNone(text('written')),
        pattern: textOrNone(text('bytesPattern')),
        path: textOrNone(text('path')),
        start: textOrNone(text('start')),
        minBytes: numberOrText(text('minBytes')),
        maxBytes: numberOrText(text('maxBytes')),
        parts: partsOf(text('partsFrom'), text('partsSize')),
      })
    case 'datacodes':
      return made({ kind, codes: text('codes').trim() })
    case 'json':
      return made({ kind, each: textOrNone(text('each')), lenient: draft.lenient === true || undefined })
    case 'sections':
    case 'stored-event':
      return { kind }
    case 'key-values':
      return made({
        kind,
        pairSeparator: separator('pairSeparator'),
        valueSeparator: separator('valueSeparator'),
        quote: text('quote') || undefined,
      })
    case 'columns': {
      const header = listed(text('header'))
      return made({
        kind,
        delimiter: separator('delimiter'),
        quote: (draft.quote ?? '"') === '"' ? undefined : text('quote'),
        header: header.length > 0 ? header : undefined,
        headers: draft.headers === true || undefined,
      })
    }
    case 'tagged':
      return made({ kind, valueSeparator: separator('tagSeparator') })
    case 'pattern':
      return made({ kind, pattern: text('pattern'), ignoreCase: draft.ignoreCase === true || undefined })
  }
}

/** A time's pattern has an input of the same name, with another hint. */
function renamed({ pattern, ...others }: BytesDecoder): object {
  return pattern === undefined ? others : { ...others, bytesPattern: pattern }
}

/** `3` bytes each, or `4:4`: first bit and bits of a part's first byte that say how many bytes follow. */
function partsOf(from: string, size: string): Record<string, unknown> | undefined {
  const bits = /^\s*(\d+)\s*:\s*(\d+)\s*$/.exec(size)
  const parts = withoutNone({
    from: numberOrText(from),
    size: bits ? { bit: Number(bits[1]), bits: Number(bits[2]) } : numberOrText(size),
  })
  return Object.keys(parts).length > 0 ? parts : undefined
}

function made(decoder: Record<string, unknown>): Decoder {
  return withoutNone(decoder) as unknown as Decoder
}

function escaped(value: unknown): string {
  return asText(value).replaceAll('\t', '\\t')
}

// A format's definition as the texts of the panel's inputs, and back. What a text does not hold (a number, say)
// goes into the definition as it is, so that the check can tell the user so at that very input.
import type {
  Decoder,
  DecoderKind,
  FieldDefinition,
  FormatDefinition,
} from '../../../lib/formats/definition.ts'

/** A field's inputs. */
export interface FieldDraft {
  name: string
  type: FieldDefinition['type']
  /** where its value comes from: the line, or an expression */
  source: 'line' | 'computed'
  from: string
  read: string
  bit: string
  bits: string
  signed: boolean
  computed: string
  when: string
  time: string
  unit: string
  scale: string
  offset: string
  decimals: string
  min: string
  max: string
  allowed: string
  default: string
  required: boolean
  hidden: boolean
}

/** The inputs beside the fields and the decoder's own. */
export interface HeadDraft {
  type: string
  name: string
  source: string
  nodes: string
  prefix: string
  key: string
  time: string
}

export function toFieldDraft(field: Partial<FieldDefinition>): FieldDraft {
  return {
    name: field.name ?? '',
    type: field.type ?? 'number',
    source: field.computed === undefined ? 'line' : 'computed',
    from: asText(field.from),
    read: field.read ?? 'u8',
    bit: asText(field.bit),
    bits: asText(field.bits),
    signed: field.signed === true,
    computed: field.computed ?? '',
    when: field.when ?? '',
    time: field.time ?? 'auto',
    unit: field.unit ?? '',
    scale: asText(field.scale),
    offset: asText(field.offset),
    decimals: asText(field.decimals),
    min: asText(field.min),
    max: asText(field.max),
    allowed: (field.allowed ?? []).map(String).join(', '),
    default: asText(field.default),
    required: field.required === true,
    hidden: field.hidden === true,
  }
}

/** The field that the inputs describe, without what is left empty or has no meaning for its type and decoder. */
export function fromFieldDraft(draft: FieldDraft, kind: DecoderKind): FieldDefinition {
  const { type } = draft
  const isNumber = type === 'number' || type === 'integer'
  const isComputed = draft.source === 'computed'
  const field: Record<string, unknown> = {
    name: draft.name.trim(),
    ...(isComputed ? { computed: draft.computed.trim() } : place(draft, kind)),
    when: textOrNone(draft.when),
    type,
    time: type === 'time' && draft.time !== 'auto' ? draft.time : undefined,
    unit: textOrNone(draft.unit),
    scale: isNumber ? numberOrText(draft.scale) : undefined,
    offset: isNumber ? numberOrText(draft.offset) : undefined,
    decimals: type === 'number' ? numberOrText(draft.decimals) : undefined,
    min: isNumber || type === 'time' ? numberOrText(draft.min) : undefined,
    max: isNumber || type === 'time' ? numberOrText(draft.max) : undefined,
    allowed: values(draft.allowed, type),
    default: valueOrNone(draft.default, type),
    required: draft.required || undefined,
    hidden: draft.hidden || undefined,
  }
  return withoutNone(field) as unknown as FieldDefinition
}

function place(draft: FieldDraft, kind: DecoderKind): Record<string, unknown> {
  if (kind === 'columns') return { from: numberOrText(draft.from) }
  if (kind !== 'packet') return { from: textOrNone(draft.from) }
  const from = numberOrText(draft.from)
  if (typeof from === 'string') return { from }
  return {
    from,
    read: draft.read === 'u8' ? undefined : draft.read,
    bit: numberOrText(draft.bit),
    bits: numberOrText(draft.bits),
    signed: draft.signed && draft.bits.trim() !== '' ? true : undefined,
  }
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
  }
}

/** The definition that all inputs together describe; unchecked. */
export function fromDrafts(head: HeadDraft, decoder: Decoder, fields: FieldDefinition[]): FormatDefinition {
  const isPacket = decoder.kind === 'packet'
  const nodes = listed(head.nodes).map(numberOrText)
  const takes = withoutNone({
    source: textOrNone(head.source),
    nodes: isPacket && nodes.length > 0 ? nodes : undefined,
    prefix: isPacket || head.prefix === '' ? undefined : head.prefix,
  })
  const key = listed(head.key)
  return withoutNone({
    type: head.type.trim(),
    name: textOrNone(head.name),
    takes: Object.keys(takes).length > 0 ? takes : undefined,
    decoder,
    fields,
    key: key.length > 0 ? key : undefined,
    time: textOrNone(head.time),
  }) as unknown as FormatDefinition
}

/** The options of a decoder by name, each as its input's text; a header as its names with commas. */
export function toDecoderDraft(decoder: Decoder): Record<string, string | boolean> {
  const draft: Record<string, string | boolean> = {}
  for (const [name, value] of Object.entries(decoder)) {
    draft[name] = Array.isArray(value) ? value.join(', ') : typeof value === 'boolean' ? value : shown(value)
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
      })
    case 'datacodes':
      return made({ kind, codes: text('codes').trim() })
    case 'json':
      return made({ kind, each: textOrNone(text('each')) })
    case 'sections':
    case 'stored-event':
      return { kind }
    case 'key-values':
      return made({
        kind,
        pairSeparator: separator('pairSeparator'),
        valueSeparator: separator('valueSeparator'),
      })
    case 'columns': {
      const header = listed(text('header'))
      return made({
        kind,
        delimiter: separator('delimiter'),
        quote: (draft.quote ?? '"') === '"' ? undefined : text('quote'),
        header: header.length > 0 ? header : undefined,
      })
    }
    case 'pattern':
      return made({ kind, pattern: text('pattern'), ignoreCase: draft.ignoreCase === true || undefined })
  }
}

function made(decoder: Record<string, unknown>): Decoder {
  return withoutNone(decoder) as unknown as Decoder
}

function shown(value: unknown): string {
  return asText(value).replaceAll('\t', '\\t')
}

function asText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

function textOrNone(text: string): string | undefined {
  return text.trim() || undefined
}

/** The number that a text holds; the text where it holds none, undefined where it is empty. */
export function numberOrText(text: string): number | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const value = Number(trimmed)
  return Number.isFinite(value) ? value : trimmed
}

/** The names or values of a list that is written with commas. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

function values(text: string, type: FieldDefinition['type']): unknown[] | undefined {
  const list = listed(text).map((each) => valueOrNone(each, type))
  return list.length > 0 ? list : undefined
}

function valueOrNone(text: string, type: FieldDefinition['type']): unknown {
  if (text.trim() === '') return undefined
  if (type === 'string') return text
  if (type !== 'boolean') return numberOrText(text)
  return text.trim() === 'true' ? true : text.trim() === 'false' ? false : text
}

function withoutNone(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined))
}

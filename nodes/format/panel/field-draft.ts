// A field's definition as the texts of its inputs, and back.
import { type DecoderKind, type FieldDefinition, hasOffsets } from '../../../lib/formats/model/definition.ts'
import { parseTime } from '../../../lib/formats/steps/time.ts'
import {
  asText,
  listed,
  numberOrText,
  readMap,
  readNumbers,
  readPoints,
  readTokens,
  showMap,
  showNumbers,
  showPoints,
  showTokens,
  textOrNone,
  withoutNone,
} from '../../shared/panel/texts.ts'

type Type = FieldDefinition['type']

/** A field's inputs. */
export interface FieldDraft {
  name: string
  type: Type
  /** where its value comes from: the line, an expression, or a counter's difference */
  source: 'line' | 'computed' | 'difference'
  from: string
  /** the definition leaves `from` to the name, and goes on doing so while they are the same */
  isFromImplied: boolean
  also: string
  whole: boolean
  read: string
  bit: string
  bits: string
  signed: string
  notation: string
  reversed: boolean
  computed: string
  differenceOf: string
  modulus: string
  most: string
  when: string
  nulls: string
  decimal: string
  thousands: string
  time: string
  pattern: string
  zone: string
  unit: string
  deviceClass: string
  deviceUnit: string
  scale: string
  offset: string
  points: string
  polynomial: string
  map: string
  mapElse: string
  trim: boolean
  case: string
  decimals: string
  min: string
  max: string
  allowed: string
  range: string
  wrong: string
  default: string
  required: boolean
  hidden: boolean
  newsOf: string
}

export function toFieldDraft(field: Partial<FieldDefinition>): FieldDraft {
  const type = field.type ?? 'number'
  return {
    name: field.name ?? '',
    type,
    source:
      field.difference !== undefined ? 'difference' : field.computed === undefined ? 'line' : 'computed',
    from: asText(placeIn(field)),
    isFromImplied: field.from === undefined,
    also: (field.also ?? []).join(', '),
    whole: field.whole === true,
    read: field.read ?? 'u8',
    bit: asText(field.bit),
    bits: asText(field.bits),
    signed: field.signed === 'magnitude' ? 'magnitude' : field.signed === true ? 'complement' : '',
    notation: field.notation ?? 'decimal',
    reversed: field.reversed === true,
    computed: field.computed ?? '',
    differenceOf: field.difference?.of ?? '',
    modulus: asText(field.difference?.modulus),
    most: asText(field.difference?.most),
    when: field.when ?? '',
    nulls: showTokens(field.nulls),
    decimal: field.decimal ?? '',
    thousands: field.thousands ?? '',
    time: field.time ?? 'auto',
    pattern: field.pattern ?? '',
    zone: field.zone ?? '',
    unit: field.unit ?? '',
    deviceClass: field.deviceClass ?? '',
    deviceUnit: field.deviceUnit ?? '',
    scale: asText(field.scale),
    offset: asText(field.offset),
    points: showPoints(field.points),
    polynomial: showNumbers(field.polynomial),
    map: showMap(field.map, (text) => valueOrNone(text, type) ?? ''),
    mapElse: field.mapElse ?? 'reject',
    trim: field.trim === true,
    case: field.case ?? '',
    decimals: asText(field.decimals),
    min: showBound(field.min, type),
    max: showBound(field.max, type),
    allowed: (field.allowed ?? []).map(String).join(', '),
    range: field.range ?? '',
    wrong: field.wrong ?? 'reject',
    default: asText(field.default),
    required: field.required === true,
    hidden: field.hidden === true,
    newsOf: field.newsOf ?? '',
  }
}

/** Where the field's value stands in the line, also where the definition leaves it to the name: a new name must not move it. */
function placeIn({
  from,
  name,
  computed,
  difference,
}: Partial<FieldDefinition>): string | number | undefined {
  return computed === undefined && difference === undefined ? (from ?? name) : from
}

/** The field that the inputs describe, without what is left empty or has no meaning for its type and decoder. */
export function fromFieldDraft(draft: FieldDraft, kind: DecoderKind): FieldDefinition {
  const { type } = draft
  const isRead = draft.source === 'line'
  return withoutNone({
    name: draft.name.trim(),
    ...(isRead ? { ...placeOf(draft, kind), ...digitsOf(draft) } : computedOf(draft)),
    when: textOrNone(draft.when),
    type,
    ...(isRead ? { nulls: readTokens(draft.nulls) } : {}),
    ...(type === 'number' || type === 'integer' ? numberParts(draft) : {}),
    ...(type === 'time' ? timeParts(draft) : {}),
    ...(type === 'string' ? { trim: draft.trim || undefined, case: textOrNone(draft.case) } : {}),
    unit: textOrNone(draft.unit),
    deviceClass: textOrNone(draft.deviceClass),
    map: readMap(draft.map, (text) => valueOrNone(text, type) ?? ''),
    mapElse: draft.map.trim() !== '' && draft.mapElse === 'keep' ? 'keep' : undefined,
    ...(type === 'number' || type === 'integer' || type === 'time' ? boundParts(draft) : {}),
    allowed: values(draft.allowed, type),
    range: textOrNone(draft.range),
    wrong: isRead && type !== 'time' && draft.wrong === 'omit' ? 'omit' : undefined,
    required: draft.required || undefined,
    default: valueOrNone(draft.default, type),
    hidden: draft.hidden || undefined,
    newsOf: textOrNone(draft.newsOf),
  }) as unknown as FieldDefinition
}

function computedOf(draft: FieldDraft): Record<string, unknown> {
  if (draft.source === 'computed') return { computed: draft.computed.trim() }
  const { differenceOf, modulus, most } = draft
  return {
    difference: withoutNone({
      of: differenceOf.trim(),
      modulus: numberOrText(modulus),
      most: numberOrText(most),
    }),
  }
}

function digitsOf(draft: FieldDraft): Record<string, unknown> {
  const { notation, reversed, bit, bits, signed } = draft
  const hasBits = bits.trim() !== ''
  return {
    notation: notation === 'decimal' ? undefined : notation,
    reversed: reversed || undefined,
    bit: hasBits ? numberOrText(bit) : undefined,
    bits: numberOrText(bits),
    signed: signed === '' || !hasBits ? undefined : signed === 'magnitude' ? 'magnitude' : true,
  }
}

function placeOf(draft: FieldDraft, kind: DecoderKind): Record<string, unknown> {
  const isNumbered = kind === 'columns' || kind === 'datacodes' || hasOffsets(kind)
  const also = listed(draft.also).map((each) => (isNumbered ? numberOrText(each) : each))
  const from = isNumbered ? numberOrText(draft.from) : textOrNone(draft.from)
  const place = {
    from: draft.isFromImplied && from === draft.name.trim() ? undefined : from,
    also: also.length > 0 ? also : undefined,
  }
  if (!hasOffsets(kind) || typeof from === 'string') return place
  return {
    ...place,
    whole: draft.whole || undefined,
    read: draft.read === 'u8' ? undefined : draft.read,
  }
}

function numberParts(draft: FieldDraft): Record<string, unknown> {
  return {
    decimal: textOrNone(draft.decimal),
    thousands: draft.thousands || undefined,
    deviceUnit: textOrNone(draft.deviceUnit),
    scale: numberOrText(draft.scale),
    offset: numberOrText(draft.offset),
    points: readPoints(draft.points),
    polynomial: readNumbers(draft.polynomial),
    decimals: draft.type === 'number' ? numberOrText(draft.decimals) : undefined,
  }
}

function timeParts({ time, pattern, zone }: FieldDraft): Record<string, unknown> {
  return {
    zone: textOrNone(zone),
    time: time === 'auto' ? undefined : time,
    pattern: time === 'pattern' ? textOrNone(pattern) : undefined,
  }
}

function boundParts({ min, max, type }: FieldDraft): Record<string, unknown> {
  const bound = (text: string) =>
    type === 'time' ? (parseTime(text, 'iso') ?? numberOrText(text)) : numberOrText(text)
  return { min: bound(min), max: bound(max) }
}

/** Times as ISO 8601. */
function showBound(bound: number | undefined, type: Type): string {
  const isTime = type === 'time' && typeof bound === 'number' && Math.abs(bound) <= 8.64e15
  return isTime ? new Date(bound).toISOString() : asText(bound)
}

function values(text: string, type: Type): unknown[] | undefined {
  const list = listed(text).map((each) => valueOrNone(each, type))
  return list.length > 0 ? list : undefined
}

function valueOrNone(text: string, type: Type): unknown {
  if (text.trim() === '') return undefined
  if (type === 'string') return text
  if (type !== 'boolean') return numberOrText(text)
  return text.trim() === 'true' ? true : text.trim() === 'false' ? false : text
}

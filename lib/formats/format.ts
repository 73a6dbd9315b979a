// A compiled format: turns a line that it takes into clean events, or into the reasons for its rejection.
import type { Scalar } from '../event.ts'
import { bytesDecoder } from './decoders/bytes.ts'
import { columnsDecoder } from './decoders/columns.ts'
import { datacodesDecoder } from './decoders/datacodes.ts'
import { jsonDecoder } from './decoders/json.ts'
import { keyValuesDecoder } from './decoders/key-values.ts'
import { packetDecoder } from './decoders/packet.ts'
import { patternDecoder } from './decoders/pattern.ts'
import { sectionsDecoder } from './decoders/sections.ts'
import { storedEventDecoder } from './decoders/stored-event.ts'
import { taggedDecoder } from './decoders/tagged.ts'
import { conditionPlaces, type Demands, demandsOf } from './demands.ts'
import type { RecordRule } from './frames/record-rule.ts'
import { addHeading, type Followed, headingBefore } from './history/headings.ts'
import { type PastPlace, SeriesPast, unsureOfValues } from './history/past.ts'
import { type LineForm, lineForm } from './line-form.ts'
import type { LineDecoder, Reader } from './model/decoder.ts'
import {
  type Charset,
  type FieldDefinition,
  type FormatDefinition,
  hasOffsets,
  type KeyValuesDecoder,
} from './model/definition.ts'
import { Failure, type FailureCode } from './model/failure.ts'
import { compileGlob } from './model/glob.ts'
import type { Line } from './model/line.ts'
import { type EventMemory, unsureOfRepeats } from './model/memory.ts'
import { Circle, orderFields } from './model/order.ts'
import { CompiledField, needsPast, Rejection, type Scope } from './steps/field.ts'
import { leavesOut, type RepeatFilter, repeatFilter } from './steps/repeats.ts'

/** One event that a line gave. */
export interface CleanEvent {
  /** the format's type */
  type: string
  /** the fields in the definition's order; times are integer ms since 1970 UTC */
  data: Record<string, Scalar>
  /** the device's own time, integer ms since 1970 UTC, where the format declares one and the line has it */
  time?: number
  /** a structured event's own id */
  eventId?: string | number
  /** what the format's `key` fields hold, joined by `.` */
  key?: string
  /** its place among the events of its line, 1 the first; undefined where it is the only one */
  part?: number
  /**
   * what may be another where too little is known of what came before: `repeats` (whether it, or one of its fields, is a
   * repeat), `values` (those that depend on earlier events). Absent where all is certain
   */
  unsure?: string[]
}

/** What became of a line. One line may give several events. */
export type Outcome =
  | {
      kind: 'clean'
      type: string
      events: CleanEvent[]
      /** what it depends on was forgotten: formats with a memory of that time can tell */
      isPast?: boolean
      /** the keys of events that are left out as repeats; absent where there are none, or the format has no key */
      leftOut?: string[]
    }
  | {
      kind: 'rejected'
      type: string
      /** `<step>: <field>: <text>`, steps as in failure.ts */
      reasons: string[]
      /** the fields among the reasons, for programs; absent where it is not for its fields */
      faults?: Fault[]
      code?: FailureCode
      /** as of a clean event: with what is not known of earlier lines it may not have been rejected */
      unsure?: string[]
      isPast?: boolean
      /** where all its fields could be read */
      key?: string
    }
  /** all its events repeat earlier ones: left out, as the format wants it; a reason for each */
  | { kind: 'suppressed'; type: string; reasons: string[]; leftOut?: string[] }
  | { kind: 'unknown' }

/** A field for which a line was rejected, and what was found and expected there. */
export interface Fault {
  field: string
  text: string
}

/** What became of a reading among others: it may be a line of a record, whose event its first line has. */
export type LineOutcome = Outcome | { kind: 'part' }

/** Which reading a line is, and what the ones before it were: needed where a format leaves out repeats. */
export interface ReadingPlace {
  memory: EventMemory
  id: string
  seq: number
  /** ms since 1970 UTC; of a late reading the moment that it belongs to */
  received: number
  /** it stands beside the order of the others: what is remembered of them leaves it out */
  isLate: boolean
}

/**
 * Compiles one format. Throws an ExpressionError or what `checkDefinition` would have told in words: ask it first.
 */
export function compileFormat(definition: FormatDefinition): Format {
  return new RunningFormat(definition, decoderOf(definition))
}

export interface Format {
  readonly definition: FormatDefinition
  /** which lines make one of its records; undefined: each line is by itself */
  readonly rule: RecordRule | undefined
  /** What becomes of a line depends on its place among the others, or on when it came. */
  readonly needsPlace: boolean
  /** Whether it takes lines of this source. */
  takesSource(source: string): boolean
  /** Whether the format takes this line; a line that it takes is clean or rejected, never unknown. */
  takes(line: Line): boolean
  /** Decodes a line of which `takes` has just been true; without a place, repeats are not left out. Never throws. */
  decode(line: Line, place?: ReadingPlace): Outcome
}

/**
 * The prototype of scopes, without any property. With null in its place a scope would be a hash table to V8, and decoding and
 * judging a line would take a tenth longer (2.6 µs, not 2.3).
 */
const bare: object = Object.freeze(Object.create(null))

class RunningFormat<Opened> implements Format {
  readonly definition: FormatDefinition
  readonly rule: RecordRule | undefined
  readonly needsPlace: boolean
  readonly takesSource: (source: string) => boolean
  readonly #decoder: LineDecoder<Opened>
  readonly #form: LineForm
  readonly #demands: Demands | undefined
  /** the line that was taken, as the decoder sees it */
  #own: Line | undefined
  /** in the order in which they are worked out */
  readonly #fields: Array<CompiledField<Opened>>
  /** names of the fields in data, in order */
  readonly #shown: string[]
  readonly #key: string[] | undefined
  readonly #repeats: RepeatFilter | undefined
  readonly #charset: Charset
  /** used again for each line */
  readonly #scope: Scope = Object.create(bare) as Scope
  readonly #past = new SeriesPast(() => `${this.#seriesName()}\nvalues`)
  /** a field's value may depend on earlier events, or on when the line came */
  readonly #asksPast: boolean
  #source = ''

  constructor(definition: FormatDefinition, decoder: LineDecoder<Opened>) {
    this.definition = definition
    this.#decoder = decoder
    this.takesSource = compileGlob(definition.takes?.source || '*')
    this.#form = lineForm(definition, decoder.takesBytes === true)
    this.rule = this.#form.rule
    this.#fields = compileFields(definition, decoder)
    this.#demands = demandsOf(definition, decoder)
    this.#shown = definition.fields.filter((field) => !field.hidden).map((field) => field.name)
    this.#key = definition.key === undefined || definition.key.length === 0 ? undefined : definition.key
    this.#repeats = repeatFilter(definition)
    this.#charset = definition.charset ?? 'utf-8'
    this.#asksPast =
      valuesNeedPast(definition) ||
      definition.fields.some(({ type, time }) => type === 'time' && time === 'pattern')
    this.needsPlace = this.#asksPast || remembers(definition)
  }

  takes(line: Line): boolean {
    if (!this.takesSource(line.source)) return false
    if (line.broken) line.readAs(this.#charset)
    const own = this.#form.read(line)
    if (own === undefined || !this.#decoder.takes(own)) return false
    this.#own = own
    return this.#demands === undefined || this.#demands.areMet(own, () => this.#form.problem(line))
  }

  decode(line: Line, place?: ReadingPlace): Outcome {
    this.#source = line.source
    const own = this.#own ?? line
    const problem = this.#form.problem(line)
    if (problem !== undefined) return this.#cannotDecode(problem, undefined)
    const followed = this.#decoder.heading === undefined ? undefined : this.#follow(own, place)
    if (followed?.outcome !== undefined) return followed.outcome
    const opened =
      own.isUnreadable && !this.#decoder.takesBytes
        ? new Failure(`text: found bytes that are not UTF-8, expected text`)
        : this.#decoder.open(own)
    if (opened instanceof Failure) return this.#cannotDecode(opened, followed)
    const count = this.#decoder.count?.(opened)
    if (count instanceof Failure) return this.#cannotDecode(count, followed)
    const left: CleanEvent[] = []
    let repeated: Repeated | undefined
    let isPast = followed?.isPast === true
    let isUnsure = followed?.isUnsure === true
    const hasParts = count !== undefined && count > 1
    for (let part = 0; part < (count ?? 1); part++) {
      if (count !== undefined) this.#decoder.select?.(opened, part)
      if (this.#asksPast) this.#past.begin(place && pastPlace(place, hasParts ? part + 1 : 0))
      const wrong = this.#evaluate(opened)
      if (this.#asksPast) {
        isPast ||= this.#past.isPast
        isUnsure ||= this.#past.isUnsure
      }
      if (wrong !== undefined) {
        const reasons = wrong.map((each) => each.reason(hasParts ? part + 1 : undefined))
        const faults = wrong.map(({ field, text }) => ({ field, text }))
        const key = this.#knownKey()
        const rejected = { ...this.#rejected(reasons, { isPast, isUnsure }), faults }
        if (key !== undefined) rejected.key = key
        return rejected
      }
      const event = this.#event(opened)
      if (hasParts) event.part = part + 1
      if (this.#asksPast) this.#past.settle()
      if (this.#past.isUnsure || followed?.isUnsure) event.unsure = [unsureOfValues]
      const kept = place && this.#repeats && this.#withoutRepeats(event, this.#repeats, line, place)
      if (kept?.suppressed === undefined) left.push(event)
      else {
        repeated ??= { reasons: [], keys: [] }
        repeated.reasons.push(kept.suppressed)
        if (event.key !== undefined) repeated.keys.push(event.key)
      }
      isPast ||= kept?.isPast === true
    }
    const { type } = this.definition
    const outcome: Outcome =
      left.length === 0
        ? { kind: 'suppressed', type, reasons: repeated?.reasons ?? [] }
        : { kind: 'clean', type, events: left }
    if (repeated !== undefined && repeated.keys.length > 0) outcome.leftOut = repeated.keys
    if (isPast && outcome.kind === 'clean') outcome.isPast = true
    return outcome
  }

  /** Remembers a line that is a heading; for any other, tells the decoder which heading holds for it. */
  #follow(line: Line, place: ReadingPlace | undefined): Partial<Followed> & { outcome?: Outcome } {
    const { type } = this.definition
    const series = `${type}\n${line.source}\nheading`
    const heading = this.#decoder.heading?.(line)
    if (heading !== undefined) {
      if (place !== undefined && !place.isLate) addHeading(series, pastPlace(place, 0), heading)
      const reason = `heading: found the columns ${shortened(heading)}, which hold from here on`
      return { outcome: { kind: 'suppressed', type, reasons: [reason] } }
    }
    const followed = place && headingBefore(series, pastPlace(place, 0))
    this.#decoder.follow?.(followed?.heading)
    return followed ?? {}
  }

  /** The name of the series that the event belongs to whose fields are being worked out. */
  #seriesName(): string {
    return `${this.definition.type}\n${this.#source}\n${this.#keyOf() ?? ''}`
  }

  #keyOf(): string | undefined {
    const key = this.#key
    if (key === undefined) return undefined
    const scope = this.#scope
    // most keys are one field
    if (key.length === 1) return String(scope[key[0]!] ?? '')
    return key.map((name) => String(scope[name] ?? '')).join('.')
  }

  /** Works out all fields; says why where the line has to be rejected. */
  #evaluate(opened: Opened): Rejection[] | undefined {
    const scope = this.#scope
    const past = this.#past
    let wrong: Rejection[] | undefined
    for (const field of this.#fields) scope[field.name] = null
    for (const field of this.#fields) {
      const value = field.evaluate(opened, scope, past)
      if (value instanceof Rejection) {
        scope[field.name] = null
        wrong ??= []
        wrong.push(value)
      } else scope[field.name] = value
    }
    if (wrong !== undefined || this.#hasValue()) return wrong
    const omitted = this.#fields.map((field) => field.omitted).filter((each) => each !== undefined)
    if (omitted.length > 0) return omitted
    return [new Rejection('decode', 'fields', 'found none of them, expected one at least')]
  }

  #hasValue(): boolean {
    for (const name of this.#shown) if (this.#scope[name] !== null) return true
    return false
  }

  #event(opened: Opened): CleanEvent {
    const scope = this.#scope
    const data: Record<string, Scalar> = {}
    for (const name of this.#shown) {
      const value = scope[name] as Scalar
      if (value !== null) data[name] = value
    }
    const event: CleanEvent = { type: this.definition.type, data }
    const time = this.definition.time === undefined ? null : scope[this.definition.time]
    if (typeof time === 'number') event.time = time
    const eventId = this.#decoder.eventId?.(opened)
    if (eventId !== undefined) event.eventId = eventId
    const key = this.#keyOf()
    if (key !== undefined) event.key = key
    return event
  }

  /** The key of a line that is rejected for something else; undefined where one of its fields is not known. */
  #knownKey(): string | undefined {
    const scope = this.#scope
    return this.#key?.every((name) => (scope[name] ?? null) !== null) ? this.#keyOf() : undefined
  }

  /** Takes what brings no news out of the event; gives the reason where it is left out as a whole. */
  #withoutRepeats(
    event: CleanEvent,
    repeats: RepeatFilter,
    line: Line,
    { memory, id, seq, received, isLate }: ReadingPlace,
  ): { suppressed?: string | undefined; isPast: boolean } {
    const { part, time = received } = event
    const own = part === undefined ? id : `${id}.${part}`
    const place = { id: own, seq, part: part ?? 0, time, received, isLate }
    const series = `${line.source}\n${event.key ?? ''}`
    const isDoubtful = event.unsure !== undefined
    const kept = repeats.apply(memory, series, place, event.data, this.#scope, isDoubtful)
    if (kept === undefined || kept.isUnsure) event.unsure = [unsureOfRepeats, ...(event.unsure ?? [])]
    if (kept === undefined) return { isPast: true }
    if (isDoubtful && kept.suppressed !== undefined) return { isPast: false }
    event.data = kept.data
    return { suppressed: kept.suppressed, isPast: false }
  }

  #cannotDecode({ reason, step = 'decode', code }: Failure, doubts: Doubts | undefined): Outcome {
    const outcome = this.#rejected([`${step}: ${reason}`], doubts)
    return code === undefined ? outcome : { ...outcome, code }
  }

  #rejected(reasons: string[], doubts: Doubts | undefined): Outcome & { kind: 'rejected' } {
    const outcome: Outcome = { kind: 'rejected', type: this.definition.type, reasons }
    if (doubts?.isUnsure) outcome.unsure = [unsureOfValues]
    if (doubts?.isPast) outcome.isPast = true
    return outcome
  }
}

/** The events of a line that are left out: why, and their keys as far as they have any. */
interface Repeated {
  reasons: string[]
  keys: string[]
}

/** Whether what an outcome depends on is not known, and whether that is because it was forgotten. */
interface Doubts {
  isUnsure?: boolean
  isPast?: boolean
}

/** Whether a format's events depend on earlier ones: it needs the reading's place, and a memory. */
export function remembers(definition: FormatDefinition): boolean {
  const { decoder } = definition
  if (decoder.kind === 'columns' && decoder.headers === true) return true
  return leavesOut(definition) || valuesNeedPast(definition)
}

function valuesNeedPast({ fields, zone }: FormatDefinition): boolean {
  return fields.some((field) => needsPast({ ...field, zone: field.zone ?? zone }))
}

function pastPlace({ memory, id, seq, received, isLate }: ReadingPlace, part: number): PastPlace {
  return { memory, seq, received, isLate, part, id: part === 0 ? id : `${id}.${part}` }
}

/** A heading as a reason shows it. */
function shortened(heading: string): string {
  return heading.length > 80 ? `${heading.slice(0, 80)}…` : heading
}

function compileFields<Opened>(
  definition: FormatDefinition,
  decoder: LineDecoder<Opened>,
): Array<CompiledField<Opened>> {
  const names = definition.fields.map((field) => field.name)
  const readers = decoder.readers.values()
  const fields = definition.fields.map((field) => {
    const own = placesOf(field).map(() => readers.next().value as Reader<Opened>)
    return new CompiledField(spelled(field, definition), names, own, definition.key)
  })
  const order = orderFields(
    names,
    fields.map((field) => field.references),
  )
  if (order instanceof Circle) throw new Error(`fields: ${order.names.join(' → ')} refer to each other`)
  return order.map((index) => fields[index] as CompiledField<Opened>)
}

/** A field for each of its places in the line; none where it is computed. */
function placesOf(field: FieldDefinition): FieldDefinition[] {
  if (field.computed !== undefined || field.difference !== undefined) return []
  return [field, ...(field.also ?? []).map((from) => ({ ...field, from }))]
}

/** The field with what its format says about null values, numbers' marks and times, as its steps need it. */
function spelled(field: FieldDefinition, format: FormatDefinition): FieldDefinition {
  const nulls = [...(format.nulls ?? []), ...(field.nulls ?? [])]
  const own: FieldDefinition = { ...field, nulls }
  if (field.type === 'number' || field.type === 'integer') {
    own.decimal = field.decimal ?? format.decimal ?? '.'
    own.thousands = field.thousands ?? format.thousands ?? ''
  } else {
    delete own.decimal
    delete own.thousands
  }
  const zone = field.type === 'time' ? (field.zone ?? format.zone) : undefined
  if (zone === undefined) delete own.zone
  else own.zone = zone
  if (!hasOffsets(format.decoder.kind) || typeof (field.from ?? field.name) === 'string') return own
  // the decoder reads the digits of what stands at an offset
  const { notation: _notation, reversed: _reversed, bit: _bit, bits: _bits, signed: _signed, ...rest } = own
  return rest
}

function decoderOf({ decoder, takes = {}, fields, record }: FormatDefinition): LineDecoder<unknown> {
  const read = [...fields.flatMap(placesOf), ...conditionPlaces(takes)]
  switch (decoder.kind) {
    case 'packet':
      return packetDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'bytes':
      return bytesDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'datacodes':
      return datacodesDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'json':
      return jsonDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'key-values':
      return keyValuesDecoder(inRecord(decoder, record), takes, read) as LineDecoder<unknown>
    case 'columns':
      return columnsDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'tagged':
      return taggedDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'pattern':
      return patternDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'sections':
      return sectionsDecoder(takes, read) as LineDecoder<unknown>
    case 'stored-event':
      return storedEventDecoder(takes, read) as LineDecoder<unknown>
  }
}

/** In a record each line is a pair. */
function inRecord(decoder: KeyValuesDecoder, record: FormatDefinition['record']): KeyValuesDecoder {
  return record === undefined || decoder.pairSeparator ? decoder : { ...decoder, pairSeparator: '\n' }
}

// A compiled format: turns a line that it takes into clean events, or into the reasons for its rejection.
import type { Scalar } from '../event.ts'
import { columnsDecoder } from './decoders/columns.ts'
import { datacodesDecoder } from './decoders/datacodes.ts'
import { jsonDecoder } from './decoders/json.ts'
import { keyValuesDecoder } from './decoders/key-values.ts'
import { packetDecoder } from './decoders/packet.ts'
import { patternDecoder } from './decoders/pattern.ts'
import { sectionsDecoder } from './decoders/sections.ts'
import { storedEventDecoder } from './decoders/stored-event.ts'
import type { LineDecoder, Reader } from './model/decoder.ts'
import type { FieldDefinition, FormatDefinition } from './model/definition.ts'
import { Failure, type FailureCode } from './model/failure.ts'
import { compileGlob } from './model/glob.ts'
import type { Line } from './model/line.ts'
import type { EventMemory } from './model/memory.ts'
import { Circle, orderFields } from './model/order.ts'
import { CompiledField, Rejection, type Scope } from './steps/field.ts'
import { type RepeatFilter, repeatFilter } from './steps/repeats.ts'

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
  /** too little is known of what came before it to say for certain that it, or one of its fields, is no repeat */
  isUnsure?: boolean
}

/** What became of a line. One line may give several events. */
export type Outcome =
  | {
      kind: 'clean'
      type: string
      events: CleanEvent[]
      /** what it would be compared with was forgotten: formats with a memory of that time can tell */
      isPast?: boolean
      /** the keys of events that are left out as repeats; absent where there are none, or the format has no key */
      leftOut?: string[]
    }
  /** reasons: `<step>: <field>: <text>`, steps as in failure.ts; the key where all its fields could be read */
  | { kind: 'rejected'; type: string; reasons: string[]; code?: FailureCode; key?: string }
  /** all its events repeat earlier ones: left out, as the format wants it; a reason for each */
  | { kind: 'suppressed'; type: string; reasons: string[]; leftOut?: string[] }
  | { kind: 'unknown' }

/** Which reading a line is, and what the ones before it were: needed where a format leaves out repeats. */
export interface ReadingPlace {
  memory: EventMemory
  id: string
  seq: number
  /** ms since 1970 UTC */
  received: number
}

/**
 * Compiles one format. Throws an ExpressionError or what `checkDefinition` would have told in words: ask it first.
 */
export function compileFormat(definition: FormatDefinition): Format {
  return new RunningFormat(definition, decoderOf(definition))
}

export interface Format {
  readonly definition: FormatDefinition
  /** Whether the format takes this line; a line that it takes is clean or rejected, never unknown. */
  takes(line: Line): boolean
  /** Decodes a line of which `takes` has just been true; without a place, repeats are not left out. Never throws. */
  decode(line: Line, place?: ReadingPlace): Outcome
}

class RunningFormat<Opened> implements Format {
  readonly definition: FormatDefinition
  readonly #decoder: LineDecoder<Opened>
  readonly #takesSource: (source: string) => boolean
  /** in the order in which they are worked out */
  readonly #fields: Array<CompiledField<Opened>>
  /** names of the fields in data, in order */
  readonly #shown: string[]
  readonly #key: string[] | undefined
  readonly #repeats: RepeatFilter | undefined
  /** used again for each line */
  readonly #scope: Scope = Object.create(null) as Scope

  constructor(definition: FormatDefinition, decoder: LineDecoder<Opened>) {
    this.definition = definition
    this.#decoder = decoder
    this.#takesSource = compileGlob(definition.takes?.source || '*')
    this.#fields = compileFields(definition, decoder)
    this.#shown = definition.fields.filter((field) => !field.hidden).map((field) => field.name)
    this.#key = definition.key === undefined || definition.key.length === 0 ? undefined : definition.key
    this.#repeats = repeatFilter(definition)
  }

  takes(line: Line): boolean {
    return this.#takesSource(line.source) && this.#decoder.takes(line)
  }

  decode(line: Line, place?: ReadingPlace): Outcome {
    const opened = line.broken
      ? new Failure('text: found bytes that are not UTF-8, expected text')
      : this.#decoder.open(line)
    if (opened instanceof Failure) return this.#cannotDecode(opened)
    const count = this.#decoder.count?.(opened)
    if (count instanceof Failure) return this.#cannotDecode(count)
    const left: CleanEvent[] = []
    const reasons: string[] = []
    const leftOut: string[] = []
    let isPast = false
    for (let part = 0; part < (count ?? 1); part++) {
      if (count !== undefined) this.#decoder.select?.(opened, part)
      const wrong = this.#evaluate(opened)
      if (wrong !== undefined) {
        const reasons = wrong.map((each) => each.reason(count === undefined ? undefined : part + 1))
        const key = this.#knownKey()
        return { ...this.#outcome('rejected', reasons), ...(key !== undefined && { key }) }
      }
      const event = this.#event(opened)
      if (count !== undefined && count > 1) event.part = part + 1
      const kept = place && this.#repeats && this.#withoutRepeats(event, this.#repeats, line, place)
      if (kept?.suppressed === undefined) left.push(event)
      else {
        reasons.push(kept.suppressed)
        if (event.key !== undefined) leftOut.push(event.key)
      }
      isPast ||= kept?.isPast === true
    }
    const others = leftOut.length > 0 ? { leftOut } : undefined
    if (left.length === 0) return { ...this.#outcome('suppressed', reasons), ...others }
    const outcome: Outcome = { kind: 'clean', type: this.definition.type, events: left, ...others }
    if (isPast) outcome.isPast = true
    return outcome
  }

  /** Works out all fields; says why where the line has to be rejected. */
  #evaluate(opened: Opened): Rejection[] | undefined {
    const scope = this.#scope
    let wrong: Rejection[] | undefined
    for (const field of this.#fields) scope[field.name] = null
    for (const field of this.#fields) {
      const value = field.evaluate(opened, scope)
      if (value instanceof Rejection) {
        scope[field.name] = null
        wrong ??= []
        wrong.push(value)
      } else scope[field.name] = value
    }
    if (wrong !== undefined || this.#shown.some((name) => scope[name] !== null)) return wrong
    return [new Rejection('decode', 'fields', 'found none of them, expected one at least')]
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
    if (this.#key !== undefined) event.key = this.#key.map((name) => String(scope[name] ?? '')).join('.')
    return event
  }

  /** The key of a line that is rejected for something else; undefined where one of its fields is not known. */
  #knownKey(): string | undefined {
    const scope = this.#scope
    if (this.#key?.every((name) => (scope[name] ?? null) !== null) !== true) return undefined
    return this.#key.map((name) => String(scope[name])).join('.')
  }

  /** Takes what brings no news out of the event; gives the reason where it is left out as a whole. */
  #withoutRepeats(
    event: CleanEvent,
    repeats: RepeatFilter,
    line: Line,
    { memory, id, seq, received }: ReadingPlace,
  ): { suppressed?: string | undefined; isPast: boolean } {
    const { part, time = received } = event
    const own = part === undefined ? id : `${id}.${part}`
    const place = { id: own, seq, part: part ?? 0, time, received }
    const kept = repeats.apply(memory, `${line.source}\n${event.key ?? ''}`, place, event.data, this.#scope)
    if (kept === undefined || kept.isUnsure) event.isUnsure = true
    if (kept === undefined) return { isPast: true }
    event.data = kept.data
    return { suppressed: kept.suppressed, isPast: false }
  }

  #cannotDecode({ reason, code }: Failure): Outcome {
    const { type } = this.definition
    const outcome: Outcome = { kind: 'rejected', type, reasons: [`decode: ${reason}`] }
    return code === undefined ? outcome : { ...outcome, code }
  }

  #outcome(kind: 'rejected' | 'suppressed', reasons: string[]): Outcome {
    return { kind, type: this.definition.type, reasons }
  }
}

function compileFields<Opened>(
  definition: FormatDefinition,
  decoder: LineDecoder<Opened>,
): Array<CompiledField<Opened>> {
  const names = definition.fields.map((field) => field.name)
  const readers = decoder.readers.values()
  const fields = definition.fields.map((field) => {
    const own = placesOf(field).map(() => readers.next().value as Reader<Opened>)
    return new CompiledField(spelled(field, definition), names, own)
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
  if (field.computed !== undefined) return []
  return [field, ...(field.also ?? []).map((from) => ({ ...field, from }))]
}

/** The field with what its format says about null values and numbers' marks. */
function spelled(field: FieldDefinition, { nulls, decimal, thousands }: FormatDefinition): FieldDefinition {
  const all = [...(nulls ?? []), ...(field.nulls ?? [])]
  const isText = field.type !== 'number' && field.type !== 'integer'
  const marks = isText ? {} : { decimal: field.decimal ?? decimal, thousands: field.thousands ?? thousands }
  return { ...field, ...marks, nulls: all } as FieldDefinition
}

function decoderOf({ decoder, takes = {}, fields }: FormatDefinition): LineDecoder<unknown> {
  const read = fields.flatMap(placesOf)
  switch (decoder.kind) {
    case 'packet':
      return packetDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'datacodes':
      return datacodesDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'json':
      return jsonDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'key-values':
      return keyValuesDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'columns':
      return columnsDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'pattern':
      return patternDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'sections':
      return sectionsDecoder(takes, read) as LineDecoder<unknown>
    case 'stored-event':
      return storedEventDecoder(takes, read) as LineDecoder<unknown>
  }
}

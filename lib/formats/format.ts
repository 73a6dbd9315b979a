// A format that runs: from a line that it takes to clean events, or to the reasons why not.
import type { Scalar } from '../event.ts'
import { columnsDecoder } from './decoders/columns.ts'
import type { LineDecoder } from './decoders/decoder.ts'
import { jsonDecoder } from './decoders/json.ts'
import { keyValuesDecoder } from './decoders/key-values.ts'
import { packetDecoder } from './decoders/packet.ts'
import { patternDecoder } from './decoders/pattern.ts'
import type { FieldDefinition, FormatDefinition } from './definition.ts'
import { Failure } from './failure.ts'
import { CompiledField, Rejection, type Scope } from './field.ts'
import { compileGlob } from './glob.ts'
import type { Line } from './line.ts'
import { Circle, orderFields } from './order.ts'

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
  /** what the format's `key` fields hold, joined by `/` */
  key?: string
}

/** What became of a line. One line may give several events. */
export type Outcome =
  | { kind: 'clean'; type: string; events: CleanEvent[] }
  /** reasons: `<step>: <field>: <text>`, step is decode, when, compute, required or type */
  | { kind: 'rejected'; type: string; reasons: string[] }
  | { kind: 'unknown' }

/** Compiles one format. Throws an ExpressionError or what `checkDefinition` would have told in words: ask it first. */
export function compileFormat(definition: FormatDefinition): Format {
  return new RunningFormat(definition, decoderOf(definition))
}

export interface Format {
  readonly definition: FormatDefinition
  /** Whether the format takes this line; a line that it takes is clean or rejected, never unknown. */
  takes(line: Line): boolean
  /** Decodes a line of which `takes` has just been true. Never throws. */
  decode(line: Line): Outcome
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
  /** used again for each line */
  readonly #scope: Scope = Object.create(null) as Scope

  constructor(definition: FormatDefinition, decoder: LineDecoder<Opened>) {
    this.definition = definition
    this.#decoder = decoder
    this.#takesSource = compileGlob(definition.takes?.source || '*')
    this.#fields = compileFields(definition.fields, decoder)
    this.#shown = definition.fields.filter((field) => !field.hidden).map((field) => field.name)
    this.#key = definition.key === undefined || definition.key.length === 0 ? undefined : definition.key
  }

  takes(line: Line): boolean {
    return this.#takesSource(line.source) && this.#decoder.takes(line)
  }

  decode(line: Line): Outcome {
    const opened = line.broken
      ? new Failure('text: found bytes that are not UTF-8, expected text')
      : this.#decoder.open(line)
    if (opened instanceof Failure) return this.#rejected([`decode: ${opened.reason}`])
    const reasons = this.#evaluate(opened)
    return reasons === undefined ? this.#clean(opened) : this.#rejected(reasons)
  }

  #evaluate(opened: Opened): string[] | undefined {
    const scope = this.#scope
    let reasons: string[] | undefined
    for (const field of this.#fields) scope[field.name] = null
    for (const field of this.#fields) {
      const value = field.evaluate(opened, scope)
      if (value instanceof Rejection) {
        scope[field.name] = null
        reasons ??= []
        reasons.push(value.reason)
      } else scope[field.name] = value
    }
    return reasons
  }

  #clean(opened: Opened): Outcome {
    const type = this.definition.type
    const scope = this.#scope
    const data: Record<string, Scalar> = {}
    let found = false
    for (const name of this.#shown) {
      const value = scope[name] as Scalar
      if (value === null) continue
      data[name] = value
      found = true
    }
    if (!found) return this.#rejected(['decode: fields: found none of them, expected one at least'])
    const event: CleanEvent = { type, data }
    const time = this.definition.time === undefined ? null : scope[this.definition.time]
    if (typeof time === 'number') event.time = time
    const eventId = this.#decoder.eventId?.(opened)
    if (eventId !== undefined) event.eventId = eventId
    if (this.#key !== undefined) event.key = this.#key.map((name) => String(scope[name] ?? '')).join('/')
    return { kind: 'clean', type, events: [event] }
  }

  #rejected(reasons: string[]): Outcome {
    return { kind: 'rejected', type: this.definition.type, reasons }
  }
}

function compileFields<Opened>(
  definitions: readonly FieldDefinition[],
  decoder: LineDecoder<Opened>,
): Array<CompiledField<Opened>> {
  const names = definitions.map((field) => field.name)
  const readers = decoder.readers.values()
  const fields = definitions.map(
    (field) => new CompiledField(field, names, isRead(field) ? readers.next().value : undefined),
  )
  const order = orderFields(
    names,
    fields.map((field) => field.references),
  )
  if (order instanceof Circle) throw new Error(`fields: ${order.names.join(' → ')} refer to each other`)
  return order.map((index) => fields[index] as CompiledField<Opened>)
}

function isRead(field: FieldDefinition): boolean {
  return field.computed === undefined
}

function decoderOf({ decoder, takes = {}, fields }: FormatDefinition): LineDecoder<unknown> {
  const read = fields.filter(isRead)
  switch (decoder.kind) {
    case 'packet':
      return packetDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'json':
      return jsonDecoder(takes, read) as LineDecoder<unknown>
    case 'key-values':
      return keyValuesDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'columns':
      return columnsDecoder(decoder, takes, read) as LineDecoder<unknown>
    case 'pattern':
      return patternDecoder(decoder, takes, read) as LineDecoder<unknown>
  }
}

// One field of a format, compiled: it takes its value from an opened line or from the other fields.
import type { Scalar } from '../../event.ts'
import type { Past } from '../history/past.ts'
import type { Reader } from '../model/decoder.ts'
import type { FieldDefinition } from '../model/definition.ts'
import { Failure, type Step } from '../model/failure.ts'
import { type Convert, converter, expectation } from './convert.ts'
import { differenceStep } from './difference.ts'
import { compileExpression, type Expression } from './expression.ts'
import { nullTest } from './nulls.ts'

/** The values of one event's fields; null where there is none. */
export type Scope = Record<string, Scalar>

/** Why a line is rejected. */
export class Rejection {
  readonly #step: Step
  readonly field: string
  /** what was found and what was expected */
  readonly text: string

  constructor(step: Step, field: string, text: string) {
    this.#step = step
    this.field = field
    this.text = text
  }

  /** `<step>: <field>: <text>`; in a line of several parts with the part, 1 the first, before the text. */
  reason(part?: number): string {
    return `${this.#step}: ${this.field}: ${part === undefined ? '' : `part ${part}: `}${this.text}`
  }
}

export class CompiledField<Opened> {
  readonly name: string
  /** the names of other fields that it refers to */
  readonly references: string[]
  /** from its place in the line, and the other places */
  readonly #readers: ReadonlyArray<Reader<Opened>>
  /** it comes from the line */
  readonly #isRead: boolean
  readonly #computed: Expression | undefined
  readonly #when: Expression | undefined
  /** the condition looks at this field's own value */
  readonly #whenSeesItself: boolean
  readonly #convert: Convert
  readonly #isNull: ((raw: unknown) => boolean) | undefined
  readonly #blankIsMissing: boolean
  readonly #fallback: Scalar
  readonly #required: boolean
  readonly #definition: FieldDefinition
  /** a value that cannot be read is left out */
  readonly #omitsWrong: boolean
  /** why the last value was left out; undefined where it was not */
  omitted: Rejection | undefined

  readonly #difference: ReturnType<typeof differenceStep> | undefined

  /**
   * Throws an ExpressionError. `readers`: for `from` and each of `also`; none where it is computed. `key`: the fields by
   * which the events of a series are told.
   */
  constructor(
    definition: FieldDefinition,
    names: readonly string[],
    readers: ReadonlyArray<Reader<Opened>>,
    key: readonly string[] = [],
  ) {
    const { name, computed, when, difference } = definition
    this.name = name
    this.#definition = definition
    this.#readers = readers
    this.#isRead = computed === undefined && difference === undefined
    this.#computed = computed === undefined ? undefined : compileExpression(computed, names)
    this.#when = when === undefined ? undefined : compileExpression(when, names)
    this.#whenSeesItself = this.#when?.names.includes(name) ?? false
    this.#convert = converter(definition)
    this.#difference = difference && differenceStep(name, difference)
    this.#isNull = computed === undefined ? nullTest(definition.nulls ?? []) : undefined
    this.#blankIsMissing = definition.type !== 'string'
    this.#fallback = definition.default ?? null
    this.#required = definition.required === true
    this.#omitsWrong = definition.wrong === 'omit' && !this.#required && !key.includes(name)
    const all = new Set([...(this.#computed?.names ?? []), ...(this.#when?.names ?? [])])
    if (this.#computed?.names.includes(name) !== true) all.delete(name)
    this.references = [...all, ...(difference === undefined ? [] : [difference.of])]
    // what it held before is that of the same series
    if (needsPast(definition)) this.references.push(...key)
  }

  /** Its value; null where it is not there; a Rejection where the line has to be rejected for it. */
  evaluate(opened: Opened, scope: Scope, past: Past): Scalar | Rejection {
    this.omitted = undefined
    if (this.#when === undefined) return this.#value(opened, scope, past)
    if (!this.#whenSeesItself) {
      const there = this.#isThere(this.#when, scope)
      return there === true ? this.#value(opened, scope, past) : there === false ? null : there
    }
    const value = this.#value(opened, scope, past)
    if (value === null || value instanceof Rejection) return value
    scope[this.name] = value
    const there = this.#isThere(this.#when, scope)
    return there === true ? value : there === false ? null : there
  }

  #isThere(when: Expression, scope: Scope): boolean | Rejection {
    const there = when.evaluate(scope)
    if (typeof there === 'boolean') return there
    if (!this.#required) return false
    const found = there instanceof Failure ? there.reason : `the result is ${String(there)}`
    return new Rejection('when', this.name, `found that ${found}, expected true or false`)
  }

  #value(opened: Opened, scope: Scope, past: Past): Scalar | Rejection {
    const raw = this.#isRead ? this.#read(opened) : this.#work(scope, past)
    if (raw === undefined || raw === null) return this.#missing()
    if (raw instanceof Failure) return this.#notComputed(raw)
    const value = this.#convert(raw, past)
    if (!(value instanceof Failure)) return value
    if (this.#computed !== undefined && value.step !== 'range' && value.step !== 'zone') {
      return this.#notComputed(value)
    }
    // a device's clock that is not set must not cost the reading
    if (value.step === 'time' && !this.#required) return this.#fallback
    const rejection = new Rejection(value.step ?? 'type', this.name, value.reason)
    if (!this.#omitsWrong || value.step === 'range' || value.step === 'zone') return rejection
    this.omitted = rejection
    return this.#fallback
  }

  /** What it is worked out to from other fields. */
  #work(scope: Scope, past: Past): unknown {
    if (this.#computed !== undefined) return this.#computed.evaluate(scope)
    if (this.#difference === undefined) return undefined
    const reading = scope[this.#definition.difference?.of as string]
    return typeof reading === 'number' ? this.#difference(reading, past) : undefined
  }

  /** What the first of its places holds that has something; undefined where none has. */
  #read(opened: Opened): unknown {
    for (const read of this.#readers) {
      const raw = read(opened)
      if (raw === undefined || raw === null) continue
      if (typeof raw === 'string' && this.#blankIsMissing && isBlank(raw)) continue
      if (this.#isNull?.(raw) !== true) return raw
    }
    return undefined
  }

  #missing(): Scalar | Rejection {
    if (this.#fallback !== null || !this.#required) return this.#fallback
    const { from = this.name, computed } = this.#definition
    const place = computed === undefined ? ` at ${JSON.stringify(from)}` : ''
    return new Rejection(
      'required',
      this.name,
      `found nothing${place}, expected ${expectation(this.#definition)}`,
    )
  }

  #notComputed(failure: Failure): Scalar | Rejection {
    if (this.#fallback !== null || !this.#required) return this.#fallback
    return new Rejection('compute', this.name, `${failure.reason}, expected ${expectation(this.#definition)}`)
  }
}

/** Whether a field's value may depend on what it held in earlier events. */
export function needsPast({ type, zone, difference }: FieldDefinition): boolean {
  return difference !== undefined || (type === 'time' && zone !== undefined)
}

function isBlank(raw: string): boolean {
  return raw === '' || (raw.length < 100 && raw.trim() === '')
}

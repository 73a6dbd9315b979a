// One field of a format, compiled: it takes its value from an opened line or from the other fields.
import type { Scalar } from '../event.ts'
import { type Convert, converter, expectation } from './convert.ts'
import type { Reader } from './decoders/decoder.ts'
import type { FieldDefinition } from './definition.ts'
import { compileExpression, type Expression } from './expression.ts'
import { Failure } from './failure.ts'

/** The values of one event's fields; null where there is none. */
export type Scope = Record<string, Scalar>

/** Why a line is rejected: `<step>: <field>: <text>`. */
export class Rejection {
  readonly reason: string
  constructor(step: 'when' | 'compute' | 'required' | 'type', field: string, text: string) {
    this.reason = `${step}: ${field}: ${text}`
  }
}

export class CompiledField<Opened> {
  readonly name: string
  /** the names of other fields that it refers to */
  readonly references: string[]
  readonly #read: Reader<Opened> | undefined
  readonly #computed: Expression | undefined
  readonly #when: Expression | undefined
  /** the condition looks at this field's own value */
  readonly #whenSeesItself: boolean
  readonly #convert: Convert
  readonly #blankIsMissing: boolean
  readonly #fallback: Scalar
  readonly #required: boolean
  readonly #definition: FieldDefinition

  /** Throws an ExpressionError. */
  constructor(definition: FieldDefinition, names: readonly string[], read: Reader<Opened> | undefined) {
    const { name, computed, when } = definition
    this.name = name
    this.#definition = definition
    this.#read = read
    this.#computed = computed === undefined ? undefined : compileExpression(computed, names)
    this.#when = when === undefined ? undefined : compileExpression(when, names)
    this.#whenSeesItself = this.#when?.names.includes(name) ?? false
    this.#convert = converter(definition)
    this.#blankIsMissing = definition.type !== 'string'
    this.#fallback = definition.default ?? null
    this.#required = definition.required === true
    const all = new Set([...(this.#computed?.names ?? []), ...(this.#when?.names ?? [])])
    if (this.#computed?.names.includes(name) !== true) all.delete(name)
    this.references = [...all]
  }

  /** Its value; null where it is not there; a Rejection where the line has to be rejected for it. */
  evaluate(opened: Opened, scope: Scope): Scalar | Rejection {
    if (this.#when === undefined) return this.#value(opened, scope)
    if (!this.#whenSeesItself) {
      const there = this.#isThere(this.#when, scope)
      return there === true ? this.#value(opened, scope) : there === false ? null : there
    }
    const value = this.#value(opened, scope)
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

  #value(opened: Opened, scope: Scope): Scalar | Rejection {
    const raw = this.#computed === undefined ? this.#read?.(opened) : this.#computed.evaluate(scope)
    if (raw === undefined || raw === null || (this.#blankIsMissing && isBlank(raw))) return this.#missing()
    if (raw instanceof Failure) return this.#notComputed(raw)
    const value = this.#convert(raw)
    if (!(value instanceof Failure)) return value
    if (this.#computed !== undefined) return this.#notComputed(value)
    return new Rejection('type', this.name, value.reason)
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

function isBlank(raw: unknown): boolean {
  return typeof raw === 'string' && (raw === '' || (raw.length < 100 && raw.trim() === ''))
}

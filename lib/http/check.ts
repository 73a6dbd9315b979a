// Whether a format takes an event, before it is logged: its sender can still be told what is wrong with it.

import { compileFormats, type Formats } from '../formats/compile.ts'
import { parseSections } from '../formats/decoders/section-text.ts'
import type { Fault, Outcome } from '../formats/format.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'
import { Failure } from '../formats/model/failure.ts'
import { originalErrors, Refusal } from './refusal.ts'

export class EventCheck {
  readonly #definition: FormatDefinition
  readonly #formats: Formats
  /** where each field comes from, as the sender knows it */
  readonly #places: ReadonlyMap<string, string>

  constructor(definition: FormatDefinition) {
    this.#definition = definition
    this.#formats = compileFormats([definition])
    this.#places = new Map(definition.fields.map(({ name, from = name }) => [name, String(from)]))
  }

  /** Why an event is refused; undefined where it is not. */
  problemOf(payload: string | object, source: string): Refusal | undefined {
    const outcome = this.#formats.decode({ payload, source })
    if (outcome.kind === 'clean') return undefined
    if (typeof payload === 'string') {
      const sections = this.#sectionsOf(payload)
      if (sections instanceof Refusal) return sections
    }
    return this.#refusalOf(outcome, typeof payload === 'string')
  }

  /** What the format makes of an event: the sections of a text that has them, else the decoded fields. */
  parse(payload: string | object, source: string): object | Refusal {
    if (typeof payload !== 'string') return payload
    const sections = this.#sectionsOf(payload)
    if (sections !== undefined) return sections
    const outcome = this.#formats.decode({ payload, source })
    if (outcome.kind === 'clean') {
      const data = outcome.events.map((event) => event.data)
      return data.length === 1 ? data[0]! : data
    }
    return this.#refusalOf(outcome, true) ?? {}
  }

  /** Undefined where the format's lines have no sections. */
  #sectionsOf(text: string): object | Refusal | undefined {
    if (this.#definition.decoder.kind !== 'sections') return undefined
    const sections = parseSections(text)
    const error = originalErrors.text
    if (sections instanceof Failure) return new Refusal(400, { error, reason: sections.reason })
    if (Object.keys(sections).length > 0) return sections
    return new Refusal(400, { error, reason: 'found no section, expected "Name: value; …"' })
  }

  #refusalOf(outcome: Outcome, isText: boolean): Refusal | undefined {
    if (outcome.kind === 'unknown') {
      const reason = `the format ${JSON.stringify(this.#definition.type)} does not take it`
      return new Refusal(400, { error: originalErrors.fields, reason })
    }
    if (outcome.kind !== 'rejected') return undefined
    const [fault] = outcome.faults ?? []
    if (fault !== undefined) return this.#faultRefusal(fault)
    const error = isText ? originalErrors.text : originalErrors.json
    return new Refusal(400, { error, reason: outcome.reasons.join('; ') })
  }

  #faultRefusal({ field, text }: Fault): Refusal {
    return new Refusal(400, {
      error: originalErrors.fields,
      field: this.#places.get(field) ?? field,
      reason: text,
    })
  }
}

// Chooses a field of a device for the chart: one input that finds while one types, and the list of all of them below where nothing
// is chosen yet.
import { type Curve, formatCurve } from '../model/route.ts'
import type { Series } from '../model/wire.ts'
import { element, fill, setText } from '../parts/element.ts'

interface Choice {
  text: string
  curve: Curve
}

export class Picker {
  readonly element = element('form', { class: 'picker', submit: (event) => this.#submit(event) })
  readonly #list = element('datalist', { id: 'curves' })
  readonly #input: HTMLInputElement
  readonly #says = element('span', { class: 'quiet' })
  readonly #chosen: (curve: Curve) => void
  #choices: Choice[] = []

  constructor(chosen: (curve: Curve) => void) {
    this.#chosen = chosen
    this.#input = element('input', {
      type: 'text',
      list: 'curves',
      placeholder: 'Add a curve: kitchen temp',
      'aria-label': 'Add a curve: device and field',
      autocomplete: 'off',
      input: () => this.#taken(),
    })
    fill(this.element, this.#input, this.#list, element('button', {}, 'Add'), this.#says)
  }

  offer(series: readonly Series[], shown: readonly Curve[]): void {
    const there = new Set(shown.map(formatCurve))
    this.#choices = choicesOf(series).filter(({ curve }) => !there.has(formatCurve(curve)))
    fill(this.#list, ...this.#choices.map(({ text }) => element('option', { value: text })))
  }

  /** Something was chosen from the list: no second step is needed. */
  #taken(): void {
    setText(this.#says, '')
    const found = this.#choices.find(({ text }) => text === this.#input.value)
    if (found) this.#take(found)
  }

  #submit(event: Event): void {
    event.preventDefault()
    const words = this.#input.value.toLowerCase().split(/\s+/).filter(Boolean)
    const found = this.#choices.find(({ text }) => words.every((word) => text.toLowerCase().includes(word)))
    if (words.length > 0 && found) this.#take(found)
    else
      setText(
        this.#says,
        words.length === 0 ? 'Type the name of a device and a field.' : 'No field has this name.',
      )
  }

  #take({ curve }: Choice): void {
    this.#input.value = ''
    this.#chosen(curve)
  }
}

/** All fields that can be drawn, by the names of their devices. */
function choicesOf(series: readonly Series[]): Choice[] {
  const names = new Intl.Collator('en', { numeric: true })
  return series
    .flatMap(({ type, name, fields }) =>
      fields
        .filter(({ kind }) => kind !== 'text')
        .map((field) => ({
          text: `${name} ${field.name} (${type})`,
          curve: { type, name, field: field.name },
        })),
    )
    .sort((a, b) => names.compare(a.text, b.text))
}

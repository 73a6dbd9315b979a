// The legend below the plots: a row for each curve with its value at the pointer, and what there is to say of it as a whole.
import { nearest } from '../model/points.ts'
import type { BadReading, Statistics, Values } from '../model/wire.ts'
import { count, moment, valueWithUnit } from '../model/words.ts'
import { drawn, element, fill, setText } from '../parts/element.ts'

export interface LegendListener {
  remove(): void
  download(): void
}

export class LegendRow {
  readonly element = element('tr', { role: 'row' })
  #values: Values
  readonly #at = number('at pointer')
  readonly #reason = element('div', { class: 'reason' })
  readonly #cells = {
    min: number('min'),
    mean: number('mean'),
    max: number('max'),
    n: number('readings'),
    bad: number('bad'),
  }

  constructor(values: Values, colour: number, listener: LegendListener) {
    this.#values = values
    const name = `${values.name} ${values.field}`
    fill(
      this.element,
      element(
        'th',
        { scope: 'row', role: 'rowheader' },
        drawn(
          'svg',
          { class: `swatch curve-${colour % 8}`, viewBox: '0 0 20 10', 'aria-hidden': 'true' },
          drawn('path', { d: 'M0 5h20' }),
        ),
        element('bdi', {}, values.name),
        ' ',
        element('b', {}, values.field),
        element('small', {}, ` ${values.type}`),
        this.#reason,
      ),
      this.#at,
      this.#cells.min,
      this.#cells.mean,
      this.#cells.max,
      this.#cells.n,
      this.#cells.bad,
      element(
        'td',
        { class: 'number', role: 'cell' },
        element(
          'button',
          { type: 'button', click: () => listener.download(), 'aria-label': `Download ${name} as CSV` },
          'CSV',
        ),
        ' ',
        element(
          'button',
          { type: 'button', click: () => listener.remove(), 'aria-label': `Remove ${name}` },
          '✕',
        ),
      ),
    )
    this.#at.classList.add('at')
    this.point(undefined, undefined)
  }

  /** The same curve, later. */
  update(values: Values): void {
    this.#values = values
    this.point(undefined, undefined)
  }

  total({ n, good, min, mean, max }: Statistics): void {
    const { min: least, mean: middle, max: greatest, n: all, bad } = this.#cells
    if (this.#values.kind === 'boolean') {
      setText(middle, mean === null ? '–' : `${Math.round(mean * 100)} % yes`)
    } else {
      setText(least, this.#text(min))
      setText(middle, this.#text(mean))
      setText(greatest, this.#text(max))
    }
    setText(all, count(n))
    setText(bad, count(n - good))
    bad.classList.toggle('bad', n > good)
  }

  /** The value at the pointer, or the newest where there is none; a bad reading there comes with its reason. */
  point(time: number | undefined, bad: BadReading | undefined): void {
    const { t, v } = this.#values
    const index = time === undefined ? t.length - 1 : nearest(t, time)
    setText(this.#at, this.#text(bad ? bad.v : (v[index] ?? null)))
    this.#at.dataset.title = time === undefined ? 'newest' : 'at pointer'
    this.#at.classList.toggle('bad', bad !== undefined)
    setText(this.#reason, bad ? `${moment(bad.t)}: ${bad.reasons.join('; ')}` : '')
  }

  #text(value: number | null): string {
    return valueWithUnit(value, this.#values)
  }
}

/** A cell; its title stands beside it on a phone. */
function number(title: string): HTMLElement {
  return element('td', { role: 'cell', class: 'number', 'data-title': title }, '–')
}

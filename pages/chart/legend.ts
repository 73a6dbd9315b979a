// The table of all curves below the plots.
import type { BadReading, Statistics, Values } from '../model/wire.ts'
import { element, setText } from '../parts/element.ts'
import { LegendRow } from './legend-row.ts'
import type { PlotCurve } from './plot.ts'

export interface LegendSource {
  statistics(of: Values): Promise<Statistics>
  remove(values: Values): void
  download(values: Values): void
}

export class Legend {
  readonly element: HTMLElement
  readonly #at = element('th', { scope: 'col', role: 'columnheader', class: 'number' }, 'newest')
  readonly #source: LegendSource
  readonly #rows: Array<{ curve: PlotCurve; row: LegendRow }>

  constructor(curves: readonly PlotCurve[], source: LegendSource) {
    this.#source = source
    this.#rows = curves.map((curve) => {
      const row = new LegendRow(curve.values, curve.colour, {
        remove: () => source.remove(curve.values),
        download: () => source.download(curve.values),
      })
      return { curve, row }
    })
    const heading = (text: string) =>
      element('th', { scope: 'col', role: 'columnheader', class: 'number' }, text)
    this.element = element(
      'table',
      { role: 'table', class: 'cards legend' },
      element(
        'caption',
        { class: 'unseen' },
        'The curves, with their values at the pointer and over the range',
      ),
      element(
        'thead',
        { role: 'rowgroup' },
        element(
          'tr',
          { role: 'row' },
          element('th', { scope: 'col', role: 'columnheader' }, 'Curve'),
          this.#at,
          ...['min', 'mean', 'max', 'readings', 'bad', ''].map(heading),
        ),
      ),
      element('tbody', { role: 'rowgroup' }, ...this.#rows.map(({ row }) => row.element)),
    )
    this.#total()
  }

  /** The same curves with newer values, in the same order. */
  update(curves: readonly PlotCurve[]): void {
    for (const [index, each] of this.#rows.entries()) {
      each.curve = curves[index]!
      each.row.update(each.curve.values)
    }
    setText(this.#at, 'newest')
    this.#total()
  }

  #total(): void {
    for (const { curve, row } of this.#rows) {
      // without them the row shows its values all the same
      this.#source.statistics(curve.values).then(
        (statistics) => row.total(statistics),
        () => {},
      )
    }
  }

  point(time: number | undefined, badOf: (curve: PlotCurve) => BadReading | undefined): void {
    setText(this.#at, time === undefined ? 'newest' : 'at pointer')
    for (const { curve, row } of this.#rows) row.point(time, badOf(curve))
  }
}

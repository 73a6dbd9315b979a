// Any field over any range. All that is chosen stands in the address, so that a chart can be sent to others; the browser's way back
// leads out of a zoom.
import { Legend } from '../chart/legend.ts'
import { Picker } from '../chart/picker.ts'
import { Plot, type PlotCurve } from '../chart/plot.ts'
import { valueTable } from '../chart/value-table.ts'
import { ApiError } from '../link/api.ts'
import { type Curve, defaultRange, formatCurve, mostCurves, type Route, timeOf } from '../model/route.ts'
import type { Series, Values } from '../model/wire.ts'
import { date, moment } from '../model/words.ts'
import { choices, emptyState, link, paragraph, problem, save } from '../parts/blocks.ts'
import { type Child, element, fill, setText } from '../parts/element.ts'
import type { Page, View } from './view.ts'
import { waitingPanel } from './waiting.ts'

type ChartRoute = Extract<Route, { view: 'chart' }>

const ranges = [
  ['1 h', '-1h'],
  ['6 h', '-6h'],
  ['24 h', '-24h'],
  ['7 days', '-7d'],
  ['30 days', '-30d'],
  ['1 year', '-1y'],
] as const
/** of a curve, on a phone too: what lies between two of its pixels is in the band */
const points = 1000
/** a chart that ends now is drawn again after a part of its range, but not more often than this, ms */
const shortestRefresh = 10_000
const refreshesOfRange = 300
/** zooming in further shows nothing more */
const shortestRange = 10_000
const heights = { one: 360, several: 230, steps: 110 }
let charts = 0

export class ChartView implements View {
  readonly title = 'Chart'
  readonly element = element('div')
  readonly #page: Page
  readonly #route: ChartRoute
  readonly #picker: Picker
  readonly #plots = element('div', { class: 'plots' })
  readonly #key = element('p', { class: 'key' })
  readonly #below = element('div')
  readonly #table = element('details', { class: 'as-table', toggle: () => this.#showTable() })
  readonly #pointer = element('p', { class: 'pointer' })
  readonly #ending = new AbortController()
  readonly #resized = new ResizeObserver(() => this.#resize())
  readonly #dark = matchMedia('(prefers-color-scheme: dark)')
  #shown: Array<{ plot: Plot; steps: boolean; target: HTMLElement }> = []
  #legend: Legend | undefined
  #shownKey = ''
  #values: Values[] = []
  #range = { from: 0, to: 0 }
  #refreshAt = Number.POSITIVE_INFINITY

  constructor(page: Page, route: ChartRoute) {
    this.#page = page
    this.#route = route
    this.#picker = new Picker((curve) => this.#go({ curves: [...route.curves, curve] }))
    this.#showFrame()
    this.#dark.addEventListener('change', this.#redraw)
    void this.#load()
  }

  tick(): void {
    if (this.#page.gateway.now() < this.#refreshAt || document.visibilityState !== 'visible') return
    this.#refreshAt = Number.POSITIVE_INFINITY
    void this.#load()
  }

  close(): void {
    this.#ending.abort()
    this.#resized.disconnect()
    this.#dark.removeEventListener('change', this.#redraw)
    this.#clear()
  }

  #go(change: Partial<ChartRoute>): void {
    this.#page.go({ ...this.#route, ...change })
  }

  #showFrame(): void {
    const { curves, from, to } = this.#route
    fill(
      this.element,
      element(
        'div',
        { class: 'tools' },
        choices(
          'Range',
          ranges.map(([text, range]) => ({
            text,
            route: { ...this.#route, from: range, to: 'now' },
            chosen: from === range && to === 'now',
          })),
        ),
        curves.length === 0 ? undefined : this.#moves(),
        curves.length < mostCurves ? this.#picker.element : undefined,
      ),
      this.#pointer,
      this.#plots,
      this.#key,
      this.#below,
      this.#table,
    )
    fill(this.#table, element('summary', {}, 'The values as a table'))
    this.#table.hidden = true
  }

  /** The ways through time for those without a mouse. */
  #moves(): HTMLElement {
    const move = (text: string, label: string, from: number, to: number) =>
      element(
        'button',
        { type: 'button', title: label, 'aria-label': label, click: () => this.#move(from, to) },
        text,
      )
    return element(
      'span',
      { class: 'moves' },
      move('◀', 'Earlier', -0.5, -0.5),
      move('▶', 'Later', 0.5, 0.5),
      move('+', 'Zoom in', 0.25, -0.25),
      move('−', 'Zoom out', -0.5, 0.5),
    )
  }

  /** Moves both ends by parts of the range. */
  #move(first: number, last: number): void {
    const { from, to } = this.#range
    this.#zoom(from + first * (to - from), to + last * (to - from))
  }

  #zoom(from: number, to: number): void {
    if (to - from < shortestRange) return
    const now = this.#page.gateway.now()
    const length = to - from
    // beyond now there is nothing to see
    const end = Math.min(to, now)
    this.#go({ from: iso(end - length), to: iso(end) })
  }

  async #load(): Promise<void> {
    const { curves, from, to } = this.#route
    const now = this.#page.gateway.now()
    this.#range = { from: timeOf(from, now), to: timeOf(to, now) }
    if (!(this.#range.to > this.#range.from)) {
      fill(
        this.#plots,
        problem(`This range ends before it begins: ${from} to ${to}. Choose another one above.`),
      )
      return
    }
    this.element.setAttribute('aria-busy', 'true')
    try {
      const series = await this.#page.gateway.api.series()
      this.#picker.offer(series, curves)
      if (curves.length === 0) this.#showAll(series)
      else await this.#loadCurves(series)
    } catch (error) {
      this.#failed(error)
    } finally {
      this.element.removeAttribute('aria-busy')
    }
  }

  async #loadCurves(series: readonly Series[]): Promise<void> {
    const known = this.#route.curves.flatMap((curve) => {
      const found = series.find(({ type, name }) => type === curve.type && name === curve.name)
      return found ? [{ curve, id: found.id }] : []
    })
    const missing = this.#route.curves.filter((curve) => !known.some((each) => each.curve === curve))
    const { from, to } = this.#route
    const { signal } = this.#ending
    const answers = await Promise.all(
      known.map(({ curve, id }) =>
        this.#page.gateway.api.values({ series: id, field: curve.field, from, to, points }, signal),
      ),
    )
    this.#values = answers
    if (answers[0]) this.#range = { from: answers[0].from, to: answers[0].to }
    this.#showCurves(missing)
    if (to === 'now') {
      const pause = Math.max(shortestRefresh, (this.#range.to - this.#range.from) / refreshesOfRange)
      this.#refreshAt = this.#page.gateway.now() + pause
    }
  }

  #showCurves(missing: readonly Curve[]): void {
    const curves = this.#values.map((values, colour): PlotCurve => ({ values, colour }))
    const groups = Map.groupBy(curves, ({ values }) => `${values.kind} ${values.unit ?? ''}`)
    const key = JSON.stringify(
      [...groups].map(([unit, group]) => [unit, group.map(({ values }) => values.series)]),
    )
    if (this.#legend && key === this.#shownKey) this.#update(curves, groups)
    else this.#build(curves, groups, missing)
    this.#shownKey = key
    this.#showPointer(undefined)
    this.#showTable()
  }

  /** Newer values in the plots that are there: what has the focus keeps it. */
  #update(curves: readonly PlotCurve[], groups: Map<string, PlotCurve[]>): void {
    for (const [index, group] of [...groups.values()].entries())
      this.#shown[index]!.plot.update(group, this.#range)
    this.#legend!.update(curves)
  }

  #build(curves: readonly PlotCurve[], groups: Map<string, PlotCurve[]>, missing: readonly Curve[]): void {
    this.#clear()
    const legend = new Legend(curves, {
      statistics: ({ series, field }) =>
        this.#page.gateway.api.statistics({ series, field, ...this.#ends() }, this.#ending.signal),
      remove: (values) => this.#remove(values),
      download: (values) => void this.#download(values),
    })
    this.#legend = legend
    const sync = `chart-${charts++}`
    fill(this.#plots)
    fill(
      this.#plots,
      ...missing.map((curve) => problem(`There is no ${formatCurve(curve)} in the history.`)),
      ...[...groups.values()].map((group) => this.#plot(group, groups.size, sync, legend)),
    )
    fill(this.#below, curves.length > 0 ? legend.element : undefined)
    fill(this.#key, ...(curves.length > 0 ? keyOf(this.#values) : []))
    this.#table.hidden = curves.length === 0
    this.#resized.observe(this.#plots)
    this.#resize()
  }

  #plot(group: readonly PlotCurve[], plots: number, sync: string, legend: Legend): HTMLElement {
    const { kind, unit } = group[0]!.values
    const names = group.map(({ values }) => `${values.name} ${values.field}`).join(', ')
    const isEmpty = group.every(({ values }) => values.t.length === 0 && values.bad.length === 0)
    const target = element('div', {
      class: 'plot',
      tabindex: 0,
      role: 'img',
      'aria-label': `Chart of ${names}. Arrow keys move along it, plus and minus zoom; the values stand in the table below.`,
      keydown: (event) => this.#pressed(event as KeyboardEvent),
    })
    const steps = kind === 'boolean' && plots > 1
    target.dataset.plots = String(plots)
    const box = element(
      'figure',
      {},
      element(
        'figcaption',
        {},
        unit ?? (kind === 'boolean' ? 'yes or no' : names),
        isEmpty ? ': nothing in this range' : undefined,
      ),
      target,
    )
    // uPlot measures what is in the page
    fill(this.#plots, ...this.#plots.children, box)
    const plot = new Plot(target, group, this.#range, this.#size(target, steps), sync, {
      pointed: (time) => {
        this.#showPointer(time)
        legend.point(time, (curve) =>
          time === undefined
            ? undefined
            : this.#shown.map(({ plot }) => plot.badAt(curve, time)).find(Boolean),
        )
      },
      zoomed: (from, to) => this.#zoom(from, to),
    })
    this.#shown.push({ plot, steps, target })
    return box
  }

  #pressed(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }
    const step = steps[event.key]
    if (step !== undefined) for (const { plot } of this.#shown.slice(0, 1)) plot.step(step)
    else if (event.key === '+' || event.key === '=') this.#move(0.25, -0.25)
    else if (event.key === '-') this.#move(-0.5, 0.5)
    else return
    event.preventDefault()
  }

  #showPointer(time: number | undefined): void {
    const { from, to } = this.#range
    const text = time === undefined ? `${moment(from, false)} to ${moment(to, false)}` : moment(time)
    setText(this.#pointer, text)
  }

  #showTable(): void {
    if (!this.#table.open) return
    const [summary] = this.#table.children
    fill(this.#table, summary, ...this.#values.map((values) => valueTable(values)))
  }

  /** Nothing is chosen: everything that can be. */
  #showAll(series: readonly Series[]): void {
    if (series.length === 0) {
      fill(
        this.#plots,
        emptyState(
          'Nothing to draw yet',
          paragraph('The history has no readings. ', element('a', { href: '#/' }, 'What is missing?')),
        ),
      )
      return
    }
    setText(this.#pointer, 'Choose what to draw; more curves can be added to it.')
    fill(
      this.#plots,
      element(
        'ul',
        { class: 'offers' },
        ...series.map(({ type, name, fields }) =>
          element(
            'li',
            {},
            element('b', {}, element('bdi', {}, name)),
            element('small', {}, ` ${type} `),
            ...fields
              .filter(({ kind }) => kind !== 'text')
              .map((field) =>
                link(
                  {
                    view: 'chart',
                    curves: [{ type, name, field: field.name }],
                    from: defaultRange,
                    to: 'now',
                  },
                  { class: 'chip' },
                  field.name,
                ),
              ),
          ),
        ),
      ),
    )
  }

  #remove({ type, name, field }: Values): void {
    const removed = formatCurve({ type, name, field })
    this.#go({ curves: this.#route.curves.filter((curve) => formatCurve(curve) !== removed) })
  }

  async #download({ series, name, type }: Values): Promise<void> {
    try {
      const content = await this.#page.gateway.api.csv({ series, ...this.#ends() })
      save(`${type}-${name}-${date(this.#range.from)}.csv`.replace(/[^\w.-]+/g, '_'), content)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** What is drawn, and no reading that came since. */
  #ends(): { from: number; to: number } {
    return { from: Math.round(this.#range.from), to: Math.round(this.#range.to) }
  }

  #failed(error: unknown): void {
    if (this.#ending.signal.aborted) return
    if (!(error instanceof ApiError)) throw error
    if (error.code === 'login') this.#page.gateway.needsLogin()
    else if (error.waiting) fill(this.#plots, waitingPanel(error.waiting))
    else if (this.#values.length === 0 || error.code !== 'unreachable')
      fill(this.#plots, problem(error.message))
    this.#refreshAt = this.#page.gateway.now() + shortestRefresh
  }

  readonly #redraw = () => {
    for (const { plot } of this.#shown) plot.redraw()
  }

  #clear(): void {
    for (const { plot } of this.#shown) plot.destroy()
    this.#shown = []
  }

  #resize(): void {
    for (const { plot, target, steps } of this.#shown) plot.resize(this.#size(target, steps))
  }

  #size(target: HTMLElement, steps: boolean): { width: number; height: number } {
    const height = steps ? heights.steps : Number(target.dataset.plots) > 1 ? heights.several : heights.one
    return { width: Math.max(200, this.#plots.clientWidth), height }
  }
}

function iso(time: number): string {
  return new Date(Math.round(time / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

/** What the signs in the plots mean; only of those that are there. */
function keyOf(values: readonly Values[]): Child[] {
  const hasBad = values.some(({ bad }) => bad.length > 0)
  const hasBand = values.some(({ lo }) => lo !== null)
  return [
    element(
      'span',
      { class: 'mouse' },
      'Drag over a part to look closer; the browser’s way back leads out again.',
    ),
    hasBad
      ? element(
          'span',
          {},
          element('b', { class: 'reason' }, '●'),
          ' a bad reading, ',
          element('b', { class: 'reason' }, '▲'),
          ' beyond the scale',
        )
      : undefined,
    hasBand ? element('span', {}, 'shaded: from the least to the greatest') : undefined,
  ]
}

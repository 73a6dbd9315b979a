// One plot of all curves that have the same unit, drawn by uPlot: line, band of least and greatest, bad readings in red.
import uPlot from 'uplot'
import { lineOf } from '../model/points.ts'
import type { BadReading, Values } from '../model/wire.ts'
import { clock, date, decimal, value as valueText } from '../model/words.ts'

export interface PlotCurve {
  values: Values
  /** the number of its colour among all curves of the chart */
  colour: number
}

export interface PlotListener {
  /** The pointer is at this time; undefined where it has left. */
  pointed(time: number | undefined): void
  zoomed(from: number, to: number): void
}

const axisWidth = 58
/** px from the pointer within which a bad reading is meant */
const reach = 12
/** px that a drag must have to be one */
const shortestDrag = 6
const badRadius = 3.5

export class Plot {
  readonly #plot: uPlot
  #curves: readonly PlotCurve[]
  #range: { from: number; to: number }
  readonly #listener: PlotListener
  readonly #style: CSSStyleDeclaration

  constructor(
    target: HTMLElement,
    curves: readonly PlotCurve[],
    range: { from: number; to: number },
    size: { width: number; height: number },
    sync: string,
    listener: PlotListener,
  ) {
    this.#curves = curves
    this.#range = range
    this.#listener = listener
    this.#style = getComputedStyle(target)
    this.#plot = new uPlot(this.#options(size, sync), dataOf(curves), target)
  }

  /** The same curves with newer values. */
  update(curves: readonly PlotCurve[], range: { from: number; to: number }): void {
    this.#curves = curves
    this.#range = range
    this.#plot.setData(dataOf(curves))
  }

  resize(size: { width: number; height: number }): void {
    this.#plot.setSize(size)
  }

  /** The colours of the page have changed between light and dark. */
  redraw(): void {
    this.#plot.redraw(true, true)
  }

  /** Moves the pointer by keyboard, to the next or the last reading before. @returns the time there */
  step(by: number): number | undefined {
    const times = this.#plot.data[0]
    if (times.length === 0) return undefined
    const at = this.#plot.cursor.idx ?? (by > 0 ? -1 : times.length)
    const index = Math.min(times.length - 1, Math.max(0, at + by))
    const time = times[index]!
    this.#plot.setCursor({ left: this.#plot.valToPos(time, 'x'), top: 10 })
    return time
  }

  destroy(): void {
    this.#plot.destroy()
  }

  #colour(number: number): string {
    return this.#style.getPropertyValue(`--curve-${number % 8}`).trim()
  }

  #ink(name: string): string {
    return this.#style.getPropertyValue(name).trim()
  }

  #options(size: { width: number; height: number }, sync: string): uPlot.Options {
    const { kind, decimals } = this.#curves[0]!.values
    const font = `12px ${this.#style.fontFamily}`
    return {
      ...size,
      ms: 1,
      legend: { show: false },
      padding: [10, 22, 0, 0],
      cursor: {
        sync: { key: sync },
        drag: { x: true, y: false, setScale: false, dist: shortestDrag },
        points: { size: 7 },
      },
      scales: {
        x: { time: true, range: () => [this.#range.from, this.#range.to] },
        y: { range: (_plot, least, greatest) => this.#verticalRange(least, greatest) },
      },
      axes: [
        {
          stroke: () => this.#ink('--soft'),
          grid: { stroke: () => this.#ink('--line'), width: 1 },
          ticks: { show: false },
          font,
          values: (_plot, splits, _axis, _space, step) => timeTicks(splits, step),
          space: 76,
        },
        {
          stroke: () => this.#ink('--soft'),
          grid: { stroke: () => this.#ink('--line'), width: 1 },
          ticks: { show: false },
          size: axisWidth,
          font,
          splits: kind === 'boolean' ? () => [0, 1] : undefined,
          values: (_plot, splits) =>
            splits.map((split) =>
              kind === 'boolean' ? valueText(split, { kind, decimals }) : decimal(split, null),
            ),
        },
      ],
      series: [{}, ...this.#curves.flatMap((curve) => this.#seriesOf(curve))],
      bands: this.#curves.map(({ colour }, index) => ({
        series: [3 * index + 3, 3 * index + 2] as [number, number],
        fill: () => `${this.#colour(colour)}2e`,
      })),
      hooks: {
        draw: [(plot) => this.#drawBad(plot)],
        setCursor: [(plot) => this.#point(plot)],
        setSelect: [(plot) => this.#zoom(plot)],
      },
    }
  }

  /** Of each curve three: its values, the least and the greatest. */
  #seriesOf({ values, colour }: PlotCurve): uPlot.Series[] {
    const stepped = values.kind === 'boolean' ? uPlot.paths.stepped?.({ align: 1 }) : undefined
    const edge: uPlot.Series = { width: 0, points: { show: false }, ...(stepped ? { paths: stepped } : {}) }
    return [
      {
        stroke: () => this.#colour(colour),
        width: 1.6,
        points: { size: 4 },
        ...(stepped ? { paths: stepped } : {}),
      },
      edge,
      edge,
    ]
  }

  /** The range of what is good. One sensor that said 850 °C once must not make all others a flat line. */
  #verticalRange(least: number | null, greatest: number | null): uPlot.Range.MinMax {
    if (this.#curves[0]!.values.kind === 'boolean') return [-0.15, 1.15]
    if (least === null || greatest === null) {
      const bad = this.#curves.flatMap(({ values }) => values.bad.map(({ v }) => v))
      if (bad.length === 0) return [0, 1]
      return uPlot.rangeNum(Math.min(...bad), Math.max(...bad), 0.1, true)
    }
    if (least === greatest)
      return [least - (Math.abs(least) * 0.1 || 1), greatest + (Math.abs(greatest) * 0.1 || 1)]
    const margin = (greatest - least) * 0.08
    return [least - margin, greatest + margin]
  }

  #drawBad(plot: uPlot): void {
    const { ctx: canvas } = plot
    const { left, top, width, height } = plot.bbox
    const radius = badRadius * uPlot.pxRatio
    canvas.save()
    canvas.beginPath()
    canvas.rect(left, top - 2 * radius, width, height + 4 * radius)
    canvas.clip()
    canvas.fillStyle = this.#ink('--bad')
    for (const { t, v } of this.#curves.flatMap(({ values }) => values.bad)) {
      const x = plot.valToPos(t, 'x', true)
      const y = plot.valToPos(v, 'y', true)
      canvas.beginPath()
      if (y < top) triangle(canvas, x, top, radius, 1)
      else if (y > top + height) triangle(canvas, x, top + height, radius, -1)
      else canvas.arc(x, y, radius, 0, 2 * Math.PI)
      canvas.fill()
    }
    canvas.restore()
  }

  #point(plot: uPlot): void {
    const { left } = plot.cursor
    this.#listener.pointed(left === undefined || left < 0 ? undefined : plot.posToVal(left, 'x'))
  }

  #zoom(plot: uPlot): void {
    const { left, width } = plot.select
    if (width < shortestDrag) return
    this.#listener.zoomed(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
  }

  /** The bad reading of a curve that stands at the pointer. */
  badAt(curve: PlotCurve, time: number): BadReading | undefined {
    const width = Math.abs(this.#plot.posToVal(reach, 'x') - this.#plot.posToVal(0, 'x'))
    let found: BadReading | undefined
    for (const bad of curve.values.bad) {
      const distance = Math.abs(bad.t - time)
      if (distance <= width && distance < Math.abs((found?.t ?? Number.POSITIVE_INFINITY) - time)) found = bad
    }
    return found
  }
}

/** Points up or down at what lies beyond the edge. */
function triangle(
  canvas: CanvasRenderingContext2D,
  x: number,
  edge: number,
  size: number,
  way: 1 | -1,
): void {
  canvas.moveTo(x, edge - way * size * 0.6)
  canvas.lineTo(x + size * 1.2, edge + way * size * 1.4)
  canvas.lineTo(x - size * 1.2, edge + way * size * 1.4)
}

/** All curves over the times of all. */
function dataOf(curves: readonly PlotCurve[]): uPlot.AlignedData {
  const tables = curves.map(({ values }): uPlot.AlignedData => {
    const { t, v, lo, hi } = lineOf(values)
    return [t, v, lo, hi]
  })
  if (tables.length === 1) return tables[0]!
  // a gap reaches over the times that only other curves have
  const expanded = 2 satisfies uPlot.JoinNullMode
  return uPlot.join(
    tables,
    tables.map((table) => table.map(() => expanded)),
  )
}

const day = 86_400_000

/** Ticks of an hour and less are times of day; where a new day begins its date stands, too. */
function timeTicks(splits: readonly number[], step: number): string[] {
  return splits.map((split, index) => {
    if (step >= day) return date(split).slice(step >= 300 * day ? 0 : 5)
    const isNewDay = index === 0 || date(split) !== date(splits[index - 1]!)
    const text = clock(split, step < 60_000)
    return isNewDay ? `${text}\n${date(split).slice(5)}` : text
  })
}

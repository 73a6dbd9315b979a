// A small plot of one field over time, with the readings that break a rule marked. Plain SVG.
import type { JudgedEvent } from '../../../lib/predicates/trial.ts'

export interface PlotSize {
  width: number
  height: number
}

const namespace = 'http://www.w3.org/2000/svg'
/** room for the scale's texts, px */
const margin = { left: 52, right: 8, top: 6, bottom: 16 }

interface Point {
  x: number
  y: number
  state: 'good' | 'suspect' | 'bad'
  series: string
  judged: JudgedEvent
}

/** The plot; undefined where no event has a number in that field. */
export function plotOf(judged: readonly JudgedEvent[], field: string, size: PlotSize): Element | undefined {
  const points = judged.map((each) => pointOf(each, field)).filter((point) => point !== undefined)
  const [first] = points
  if (!first) return undefined
  const x = scale(
    points.map((point) => point.x),
    margin.left,
    size.width - margin.right,
  )
  const y = scale(
    points.map((point) => point.y),
    size.height - margin.bottom,
    margin.top,
  )
  const svg = made('svg', { width: size.width, height: size.height, class: 'fieldlog-plot', role: 'img' })
  svg.append(axis(x, y, size))
  for (const list of bySeries(points).values()) {
    const path = list.map((point) => `${x.place(point.x)},${y.place(point.y)}`).join(' ')
    svg.append(made('polyline', { points: path, class: 'fieldlog-plot-line' }))
  }
  for (const state of ['good', 'suspect', 'bad'] as const) {
    for (const point of points)
      if (point.state === state) svg.append(dot(point, x.place(point.x), y.place(point.y)))
  }
  return svg
}

function pointOf(judged: JudgedEvent, field: string): Point | undefined {
  const { event, result } = judged
  const value = event.data?.[field]
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  const state = result.verdict === 'bad' ? 'bad' : result.reasons.length > 0 ? 'suspect' : 'good'
  return { x: event.time, y: value, state, series: [event.source, event.type, event.key].join('\n'), judged }
}

interface Scale {
  least: number
  greatest: number
  /** px, to a tenth */
  place(value: number): number
}

function scale(values: readonly number[], from: number, to: number): Scale {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  const span = greatest - least || 1
  const place = (value: number) => Math.round((from + ((value - least) / span) * (to - from)) * 10) / 10
  return { least, greatest, place }
}

function bySeries(points: readonly Point[]): Map<string, Point[]> {
  const series = new Map<string, Point[]>()
  for (const point of points) series.set(point.series, [...(series.get(point.series) ?? []), point])
  return series
}

function dot({ state, judged }: Point, cx: number, cy: number): Element {
  const circle = made('circle', { cx, cy, r: state === 'good' ? 1.5 : 3, class: `fieldlog-plot-${state}` })
  if (state !== 'good') {
    const title = made('title', {})
    title.textContent = judged.result.reasons.join('\n')
    circle.append(title)
  }
  return circle
}

function axis(x: Scale, y: Scale, { width, height }: PlotSize): Element {
  const group = made('g', { class: 'fieldlog-plot-axis' })
  const bottom = height - margin.bottom
  for (const [value, at] of [
    [y.greatest, margin.top + 8],
    [y.least, bottom],
  ] as const) {
    group.append(text(short(value), margin.left - 6, at, 'end'))
  }
  group.append(made('line', { x1: margin.left, x2: margin.left, y1: margin.top, y2: bottom }))
  group.append(made('line', { x1: margin.left, x2: width - margin.right, y1: bottom, y2: bottom }))
  group.append(text(clock(x.least), margin.left, height - 3, 'start'))
  if (x.greatest > x.least) group.append(text(clock(x.greatest), width - margin.right, height - 3, 'end'))
  return group
}

function text(content: string, x: number, y: number, anchor: string): Element {
  const element = made('text', { x, y, 'text-anchor': anchor })
  element.textContent = content
  return element
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)))
}

function clock(time: number): string {
  return new Date(time).toLocaleTimeString()
}

function made(name: string, attributes: Record<string, string | number>): Element {
  const element = document.createElementNS(namespace, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}

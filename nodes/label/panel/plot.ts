// A plot of one field of one type over time: a line for each device, what a rule broke coloured, the value at the
// pointer. Plain SVG.
import type { JudgedEvent } from '../../../lib/predicates/trial.ts'

export interface PlotRequest {
  judged: readonly JudgedEvent[]
  type: string
  field: string
  /** the rule whose faults are coloured; undefined: all rules */
  rule: string | undefined
  width: number
  height: number
  /** the reading at the pointer; undefined: there is none any more */
  pointed(point: PlotPoint | undefined): void
}

export interface PlotPoint {
  judged: JudgedEvent
  value: number
  device: string
}

export interface Plot {
  element: Element
  /** in the order of their colours */
  devices: string[]
}

/** so many devices have a colour of their own; the others share the last one */
export const mostColours = 6

const namespace = 'http://www.w3.org/2000/svg'
/** room for the scale's texts, px */
const margin = { left: 52, right: 8, top: 8, bottom: 16 }

type State = 'good' | 'suspect' | 'bad'

interface Point extends PlotPoint {
  x: number
  y: number
  state: State
}

/** The plot; undefined where no event has a number in that field. */
export function plotOf(request: PlotRequest): Plot | undefined {
  const found = request.judged.map((each) => pointOf(each, request)).filter((point) => point !== undefined)
  if (found.length === 0) return undefined
  const { width, height } = request
  const times = scale(
    found.map(({ judged }) => judged.event.time),
    margin.left,
    width - margin.right,
  )
  const values = scale(
    found.map(({ value }) => value),
    height - margin.bottom,
    margin.top,
  )
  const points = found.map(
    (point): Point => ({
      ...point,
      x: times.place(point.judged.event.time),
      y: values.place(point.value),
    }),
  )
  const svg = made('svg', { width, height, class: 'fieldlog-plot', role: 'img' })
  svg.append(axis(times, values, width, height))
  const byDevice = new Map<string, Point[]>()
  for (const point of points) {
    const list = byDevice.get(point.device)
    if (list) list.push(point)
    else byDevice.set(point.device, [point])
  }
  const devices = [...byDevice.keys()]
  devices.forEach((device, place) => {
    const line = thinned(byDevice.get(device) as Point[])
    const path = line.map(({ x, y }) => `${x},${y}`).join(' ')
    const colour = `fieldlog-plot-device-${Math.min(place, mostColours - 1)}`
    svg.append(made('polyline', { points: path, class: `fieldlog-plot-line ${colour}` }))
    for (const { x, y, state } of line)
      if (state === 'good')
        svg.append(made('circle', { cx: x, cy: y, r: 1.5, class: `fieldlog-plot-good ${colour}` }))
  })
  const marked = new Set<string>()
  for (const state of ['suspect', 'bad'] as const) {
    for (const point of points) if (point.state === state) mark(point)
  }
  svg.append(pointer(points, request, height))
  return { element: svg, devices }

  /** Marks on one place are one. */
  function mark({ x, y, state }: Point): void {
    const place = `${state} ${Math.round(x)} ${Math.round(y)}`
    if (marked.has(place)) return
    marked.add(place)
    svg.append(made('circle', { cx: x, cy: y, r: 3, class: `fieldlog-plot-${state}` }))
  }
}

function pointOf(
  judged: JudgedEvent,
  { type, field, rule }: PlotRequest,
): (PlotPoint & { state: State }) | undefined {
  const { event, result } = judged
  const value = event.data?.[field]
  if (event.type !== type || typeof value !== 'number' || !Number.isFinite(value)) return undefined
  const device = event.device ?? event.source
  return { judged, value, device, state: rule === undefined ? worst(judged) : stateOf(result.flags[rule]) }
}

function worst({ result: { verdict, reasons } }: JudgedEvent): State {
  return verdict === 'bad' ? 'bad' : reasons.length > 0 ? 'suspect' : 'good'
}

function stateOf(flag: number | undefined): State {
  return flag === 4 ? 'bad' : flag === 3 ? 'suspect' : 'good'
}

/** In each column of pixels the least and the greatest value: no more can be seen of a long line. */
function thinned(points: readonly Point[]): Point[] {
  if (points.length < 3_000) return [...points]
  const columns = new Map<number, [least: Point, greatest: Point]>()
  for (const point of points) {
    const column = Math.round(point.x)
    const [least, greatest] = columns.get(column) ?? [point, point]
    columns.set(column, [
      point.value < least.value ? point : least,
      point.value > greatest.value ? point : greatest,
    ])
  }
  return [...columns.values()].flatMap(([least, greatest]) =>
    least === greatest ? [least] : [least, greatest],
  )
}

/** A line at the reading that is nearest to the pointer, and who is told of it. */
function pointer(points: readonly Point[], { width, pointed }: PlotRequest, height: number): Element {
  const group = made('g', { class: 'fieldlog-plot-pointer' })
  const line = made('line', { y1: margin.top, y2: height - margin.bottom, visibility: 'hidden' })
  const ring = made('circle', { r: 4.5, visibility: 'hidden' })
  const plane = made('rect', { x: 0, y: 0, width, height, fill: 'transparent' })
  plane.addEventListener('mousemove', (event) => {
    const box = plane.getBoundingClientRect()
    const { clientX, clientY } = event as MouseEvent
    show(nearest(points, clientX - box.left, clientY - box.top))
  })
  plane.addEventListener('mouseleave', () => show(undefined))
  group.append(line, ring, plane)
  return group

  function show(point: Point | undefined): void {
    for (const each of [line, ring]) each.setAttribute('visibility', point ? 'visible' : 'hidden')
    if (point) {
      for (const end of ['x1', 'x2']) line.setAttribute(end, String(point.x))
      ring.setAttribute('cx', String(point.x))
      ring.setAttribute('cy', String(point.y))
    }
    pointed(point)
  }
}

function nearest(points: readonly Point[], x: number, y: number): Point | undefined {
  let best: Point | undefined
  let least = Number.POSITIVE_INFINITY
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2
    if (distance >= least) continue
    least = distance
    best = point
  }
  return best
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

function axis(x: Scale, y: Scale, width: number, height: number): Element {
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
  const isLong = x.greatest - x.least > 86_400_000
  group.append(text(clock(x.least, isLong), margin.left, height - 3, 'start'))
  if (x.greatest > x.least)
    group.append(text(clock(x.greatest, isLong), width - margin.right, height - 3, 'end'))
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

function clock(time: number, withDay: boolean): string {
  const date = new Date(time)
  return withDay ? date.toLocaleString() : date.toLocaleTimeString()
}

function made(name: string, attributes: Record<string, string | number>): Element {
  const element = document.createElementNS(namespace, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}

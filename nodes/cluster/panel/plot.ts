// Draws points of two fields on a canvas, each with the mark of its cluster.
import { axisOf } from './axis.ts'
import { markPainter } from './marks.ts'

export interface PlotPoint {
  x: number
  y: number
  label: number
}

export interface PlotTitles {
  x: string
  y: string
}

/** room for ticks and titles, px */
const room = { left: 64, right: 10, top: 8, bottom: 40 }
const tickSpace = 6
const markSize = 3.2

/** Fills a canvas that is in the page. The points that come last lie on top. */
export function drawPlot(canvas: HTMLCanvasElement, points: readonly PlotPoint[], titles: PlotTitles): void {
  const { width, height } = canvas.getBoundingClientRect()
  const ratio = globalThis.devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  context.font = `11px ${style.fontFamily}`
  context.fillStyle = style.color
  context.strokeStyle = style.borderColor
  context.lineWidth = 1
  const x = axisOf(points.map((point) => point.x))
  const y = axisOf(points.map((point) => point.y))
  const right = (value: number) => room.left + x.place(value) * (width - room.left - room.right)
  const up = (value: number) => height - room.bottom - y.place(value) * (height - room.top - room.bottom)

  context.textAlign = 'center'
  context.textBaseline = 'top'
  for (const tick of x.ticks) {
    line(context, [right(tick), room.top], [right(tick), height - room.bottom])
    context.fillText(x.text(tick), right(tick), height - room.bottom + tickSpace)
  }
  context.fillText(titles.x, (room.left + width - room.right) / 2, height - 16)
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (const tick of y.ticks) {
    line(context, [room.left, up(tick)], [width - room.right, up(tick)])
    context.fillText(y.text(tick), room.left - tickSpace, up(tick))
  }
  context.save()
  context.translate(8, (room.top + height - room.bottom) / 2)
  context.rotate(-Math.PI / 2)
  context.textAlign = 'center'
  context.fillText(titles.y, 0, 0)
  context.restore()
  const drawMark = markPainter()
  for (const point of points) drawMark(context, point.label, right(point.x), up(point.y), markSize)
}

function line(context: CanvasRenderingContext2D, from: [number, number], to: [number, number]): void {
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
}

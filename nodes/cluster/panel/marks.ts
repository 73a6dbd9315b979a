// How the points of each cluster are drawn: in the series' colours of nodes/shared/series.css; seven clusters on, the shape
// changes.

/** so many clusters have a colour of their own */
const series = 7
const shapes = [circle, square, triangle, diamond]

/** Draws one point of a cluster, or of what belongs to none (−1: a small cross). @param size half the width, px */
export type DrawMark = (
  canvas: CanvasRenderingContext2D,
  label: number,
  x: number,
  y: number,
  size: number,
) => void

/** In the colours that the theme has now: a canvas takes no variables of a style sheet. */
export function markPainter(): DrawMark {
  const colours = Array.from({ length: series }, (_, i) => colourOf(String(i)))
  const noise = colourOf('none')
  return (canvas, label, x, y, size) => {
    canvas.beginPath()
    if (label < 0) {
      cross(canvas, x, y, size)
      canvas.strokeStyle = noise
      canvas.lineWidth = 1.4
      canvas.stroke()
      return
    }
    const shape = shapes[Math.floor(label / series) % shapes.length] ?? circle
    shape(canvas, x, y, size)
    canvas.fillStyle = colours[label % series] as string
    canvas.fill()
  }
}

/** As the browser calculates it. */
function colourOf(name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(--fieldlog-series-${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function circle(canvas: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  canvas.arc(x, y, size, 0, 2 * Math.PI)
}

function square(canvas: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  canvas.rect(x - 0.9 * size, y - 0.9 * size, 1.8 * size, 1.8 * size)
}

function triangle(canvas: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  canvas.moveTo(x, y - 1.2 * size)
  canvas.lineTo(x + 1.2 * size, y + 0.9 * size)
  canvas.lineTo(x - 1.2 * size, y + 0.9 * size)
  canvas.closePath()
}

function diamond(canvas: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  canvas.moveTo(x, y - 1.3 * size)
  canvas.lineTo(x + 1.3 * size, y)
  canvas.lineTo(x, y + 1.3 * size)
  canvas.lineTo(x - 1.3 * size, y)
  canvas.closePath()
}

function cross(canvas: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  canvas.moveTo(x - size, y - size)
  canvas.lineTo(x + size, y + size)
  canvas.moveTo(x - size, y + size)
  canvas.lineTo(x + size, y - size)
}

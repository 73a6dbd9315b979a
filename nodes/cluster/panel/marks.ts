// How the points of each cluster are drawn. Colours by Okabe and Ito, which colour-blind readers can tell apart (without
// their yellow and black, which vanish on one of the editor's two backgrounds); seven clusters on, the shape changes.

const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#7a5cc4']
const noiseColour = '#8c8c8c'
const shapes = [circle, square, triangle, diamond]

/** Draws one point of a cluster, or of what belongs to none (−1: a small cross). @param size half the width, px */
export function drawMark(
  canvas: CanvasRenderingContext2D,
  label: number,
  x: number,
  y: number,
  size: number,
): void {
  canvas.beginPath()
  if (label < 0) {
    cross(canvas, x, y, size)
    canvas.strokeStyle = noiseColour
    canvas.lineWidth = 1.4
    canvas.stroke()
    return
  }
  const shape = shapes[Math.floor(label / colours.length) % shapes.length] ?? circle
  shape(canvas, x, y, size)
  canvas.fillStyle = colours[label % colours.length] as string
  canvas.fill()
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

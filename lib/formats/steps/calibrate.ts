// Calibration: from a sensor's raw number to a physical value by scale and offset, points or a polynomial; and
// rounding.
import type { FieldDefinition } from '../model/definition.ts'
import { toNumber } from './numbers.ts'

type Adjust = (value: number) => number

/** Scale and offset, then points, then the polynomial; undefined where there are none of them. */
export function calibration(field: FieldDefinition): Adjust | undefined {
  const steps = [scaling(field), byPoints(field.points), byPolynomial(field.polynomial)].filter(
    (step) => step !== undefined,
  )
  if (steps.length < 2) return steps[0]
  return (value) => steps.reduce((result, step) => step(result), value)
}

function scaling(field: FieldDefinition): Adjust | undefined {
  const { multiply, divide } = parseScale(field.scale ?? 1) ?? { multiply: 1, divide: 1 }
  const offset = field.offset ?? 0
  if (multiply === 1 && divide === 1 && offset === 0) return undefined
  return (value) => (value * multiply) / divide + offset
}

/** A scale as a fraction: `0.1`, `"0.1"`, `"100/255"`; undefined where it is none, or zero. */
export function parseScale(scale: number | string): { multiply: number; divide: number } | undefined {
  const parts = typeof scale === 'number' ? [scale] : scale.split('/').map((part) => toNumber(part))
  const [multiply, divide = 1] = parts
  if (parts.length > 2 || !multiply || !divide) return undefined
  return Number.isFinite(multiply) && Number.isFinite(divide) ? { multiply, divide } : undefined
}

/** Straight lines between the points, in the order of what was found; the outer two go on beyond them. */
function byPoints(points: ReadonlyArray<readonly [number, number]> | undefined): Adjust | undefined {
  if (points === undefined || points.length < 2) return undefined
  const sorted = points.toSorted(([a], [b]) => a - b)
  return (value) => {
    let i = 1
    while (i < sorted.length - 1 && value > sorted[i]![0]) i++
    const [x0, y0] = sorted[i - 1]!
    const [x1, y1] = sorted[i]!
    return y0 + ((value - x0) * (y1 - y0)) / (x1 - x0)
  }
}

/** By Horner's rule. */
function byPolynomial(coefficients: readonly number[] | undefined): Adjust | undefined {
  if (coefficients === undefined || coefficients.length === 0) return undefined
  const highestFirst = coefficients.toReversed()
  return (value) => highestFirst.reduce((sum, coefficient) => sum * value + coefficient, 0)
}

const powers = Array.from({ length: 16 }, (_, decimals) => 10 ** decimals)

/**
 * The nearest number with so many decimals (0…15), halves away from zero. A value that floating-point arithmetic put
 * a hair under a half counts as the half (1.005 → 1.01), so that 3029 × 0.0005 is 1.5145 and nothing beside it.
 */
export function roundTo(value: number, decimals: number): number {
  const power = powers[decimals] as number
  const size = Math.abs(value) * power
  if (size >= Number.MAX_SAFE_INTEGER) return value
  const rounded = Math.floor(size + 0.5 + size * 4 * Number.EPSILON) / power
  return value < 0 ? -rounded : rounded
}

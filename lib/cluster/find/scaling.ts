// Brings columns with different units to one measure before distances are taken.
import type { Points } from './points.ts'

/** `none`: as measured. `zscore`: mean 0, standard deviation 1. `minmax`: from 0 to 1. */
export type Scaling = 'none' | 'zscore' | 'minmax'

/** How raw points become scaled ones. Plain JSON; every array has one element for each raw column. */
export interface Scale {
  /** numbers of the columns that are used, ascending */
  kept: number[]
  /** columns that hold the same value throughout and are therefore left out; none without scaling */
  constant: number[]
  /** subtracted from a raw value, in its unit */
  offset: number[]
  /** the difference is divided by it, in the same unit */
  divisor: number[]
}

/**
 * A column counts as constant when its standard deviation is at most this part of its mean: dividing by the rounding
 * error of equal values would make noise the strongest column.
 */
const constantPart = 1e-9

/**
 * The scale of these points: means and population standard deviations (divided by n), or minima and ranges.
 * Points without a single one give a scale that leaves every column out, except for `none`.
 */
export function scaleOf(points: Points, scaling: Scaling): Scale {
  const scale: Scale = { kept: [], constant: [], offset: [], divisor: [] }
  for (let j = 0; j < points.width; j++) {
    const { mean, sd, min, max } = columnOf(points, j)
    const isConstant = scaling !== 'none' && !(sd > constantPart * Math.abs(mean))
    if (isConstant) scale.constant.push(j)
    else scale.kept.push(j)
    if (scaling === 'none') addColumn(scale, 0, 1)
    else if (isConstant) addColumn(scale, mean, 1)
    else if (scaling === 'zscore') addColumn(scale, mean, sd)
    else addColumn(scale, min, max - min)
  }
  return scale
}

/** The kept columns of the points, scaled. */
export function scaled({ values, count, width }: Points, { kept, offset, divisor }: Scale): Points {
  const result = new Float64Array(count * kept.length)
  for (let i = 0; i < count; i++) {
    for (const [place, j] of kept.entries()) {
      result[i * kept.length + place] = ((values[i * width + j] as number) - offset[j]!) / divisor[j]!
    }
  }
  return { values: result, count, width: kept.length }
}

/** The raw point that belongs to a scaled one; a column that was left out gets its constant value. */
export function unscaled(row: readonly number[], { kept, offset, divisor }: Scale): number[] {
  const raw = [...offset]
  for (const [place, j] of kept.entries()) raw[j] = row[place]! * divisor[j]! + offset[j]!
  return raw
}

function addColumn(scale: Scale, offset: number, divisor: number): void {
  scale.offset.push(offset)
  scale.divisor.push(divisor)
}

function columnOf({ values, count, width }: Points, j: number) {
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) {
    const value = values[i * width + j] as number
    sum += value
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  const mean = count > 0 ? sum / count : 0
  let squares = 0
  for (let i = 0; i < count; i++) squares += ((values[i * width + j] as number) - mean) ** 2
  return { mean, sd: count > 0 ? Math.sqrt(squares / count) : 0, min, max }
}

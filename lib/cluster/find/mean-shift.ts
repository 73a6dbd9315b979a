// Mean shift with a flat kernel, seeded by a grid: Comaniciu and Meer, "Mean Shift: A Robust Approach Toward Feature
// Space Analysis" (2002), with the order, the seeds and the ends of scikit-learn's MeanShift(bin_seeding=True), so that
// both find the same clusters. It takes no random numbers: the same points give the same centres.
import {
  compareDescending,
  evenlySpaced,
  nearest,
  type Points,
  picked,
  pointsOf,
  rowOf,
  squaredDistance,
} from './points.ts'

/** points that the bandwidth is estimated from, at most */
const bandwidthPoints = 500
/** the bandwidth is the mean distance to the neighbour that has this part of the points nearer */
const quantile = 0.2
/** a seed stands still when it moves by less than this part of the bandwidth */
const still = 0.001
const mostMoves = 300

/**
 * The bandwidth that fits the points, in their unit: the mean over them of the distance to the k-th nearest, where
 * k = max(1, ⌊0.2 n⌋) and a point is its own nearest. Of more than 500 points, 500 evenly spaced ones are taken: give
 * them in the order of their values. 0 where so many are equal, and without points.
 */
export function estimateBandwidth(points: Points): number {
  const some = picked(points, evenlySpaced(points.count, bandwidthPoints))
  if (some.count === 0) return 0
  const rank = Math.max(1, Math.floor(some.count * quantile)) - 1
  const distances = new Float64Array(some.count)
  let sum = 0
  for (let i = 0; i < some.count; i++) {
    for (let k = 0; k < some.count; k++) distances[k] = squaredDistance(some, i, some, k)
    sum += Math.sqrt(distances.sort()[rank] as number)
  }
  return sum / some.count
}

/**
 * The centres of the clusters, those with most points within the bandwidth first.
 * @param points in the order of their values
 * @param bandwidth 0 or more, in the points' unit; with 0 each distinct point is a centre
 */
export function meanShift(points: Points, bandwidth: number): Points {
  const byLead = new Lead(points)
  const found = bandwidth > 0 ? climb(byLead, seedsOf(points, bandwidth), bandwidth) : []
  // the corner of a cell may lie too far from all points: then they are the seeds themselves
  const peaks = found.length > 0 ? found : climb(byLead, points, bandwidth)
  peaks.sort((a, b) => b.within - a.within || compareDescending(a.row, b.row))
  return withoutNear(peaks, bandwidth, points.width)
}

interface Peak {
  row: number[]
  /** points within the bandwidth of it */
  within: number
}

/** Points in the order of the column with the widest range, in which those near to a place lie side by side. */
class Lead {
  readonly points: Points
  readonly #column: number
  readonly #values: Float64Array

  constructor(points: Points) {
    this.#column = widestColumn(points)
    const at = (i: number) => points.values[i * points.width + this.#column] as number
    const order = Uint32Array.from({ length: points.count }, (_, i) => i).sort(
      (a, b) => at(a) - at(b) || a - b,
    )
    this.points = picked(points, order)
    this.#values = Float64Array.from(order, (i) => at(i))
  }

  /** The range of points whose lead column is within the bandwidth; all others are farther away. */
  near(place: Points, bandwidth: number): [from: number, to: number] {
    if (place.width === 0) return [0, this.points.count]
    const centre = place.values[this.#column] as number
    // one part in 10^12 more, as the subtraction rounds
    const reach = bandwidth + 1e-12 * (Math.abs(centre) + bandwidth)
    return [firstAtLeast(this.#values, centre - reach), firstAtLeast(this.#values, centre + reach, true)]
  }
}

/** Where each seed comes to rest; equal places once. */
function climb(lead: Lead, seeds: Points, bandwidth: number): Peak[] {
  const peaks = new Map<string, Peak>()
  for (let i = 0; i < seeds.count; i++) {
    const peak = climbFrom(lead, rowOf(seeds, i), bandwidth)
    if (peak.within > 0) peaks.set(peak.row.join(), peak)
  }
  return [...peaks.values()]
}

function climbFrom(lead: Lead, seed: number[], bandwidth: number): Peak {
  const { points } = lead
  const place = pointsOf([seed])
  const sums = new Float64Array(seed.length)
  let within = 0
  for (let moves = 0; moves <= mostMoves; moves++) {
    sums.fill(0)
    within = 0
    const [from, to] = lead.near(place, bandwidth)
    for (let i = from; i < to; i++) {
      // the same rounding as when points are labelled: by the root, not by squares
      if (Math.sqrt(squaredDistance(points, i, place, 0)) > bandwidth) continue
      within++
      for (let j = 0; j < sums.length; j++) sums[j]! += points.values[i * sums.length + j] as number
    }
    // with no bandwidth the seed is the centre: the mean of equal points may differ from them by its rounding
    if (within === 0 || bandwidth === 0) break
    let moved = 0
    for (let j = 0; j < sums.length; j++) {
      const mean = sums[j]! / within
      moved += (mean - place.values[j]!) ** 2
      place.values[j] = mean
    }
    if (Math.sqrt(moved) < still * bandwidth) break
  }
  return { row: rowOf(place, 0), within }
}

/**
 * The middles of the grid cells, one bandwidth wide, that hold points; the points themselves where no two of them
 * share a cell.
 */
function seedsOf(points: Points, bandwidth: number): Points {
  const cells = new Map<string, number[]>()
  for (let i = 0; i < points.count; i++) {
    const cell = rowOf(points, i).map((value) => roundHalfEven(value / bandwidth))
    cells.set(cell.join(), cell)
  }
  if (cells.size === points.count) return points
  return pointsOf(
    [...cells.values()].map((cell) => cell.map((place) => place * bandwidth)),
    points.width,
  )
}

/** Drops a peak within the bandwidth of an earlier one. */
function withoutNear(peaks: readonly Peak[], bandwidth: number, width: number): Points {
  const kept: Points = { values: new Float64Array(peaks.length * width), count: 0, width }
  for (const { row } of peaks) {
    const place = pointsOf([row], width)
    const near = nearest(place, 0, kept)
    if (near >= 0 && Math.sqrt(squaredDistance(place, 0, kept, near)) <= bandwidth) continue
    kept.values.set(row, kept.count * width)
    kept.count++
  }
  return { ...kept, values: kept.values.slice(0, kept.count * width) }
}

function widestColumn({ values, count, width }: Points): number {
  let widest = 0
  let range = -1
  for (let j = 0; j < width; j++) {
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    for (let i = 0; i < count; i++) {
      const value = values[i * width + j] as number
      min = Math.min(min, value)
      max = Math.max(max, value)
    }
    if (max - min > range) {
      range = max - min
      widest = j
    }
  }
  return widest
}

/** Index of the first value that is at least the bound; with `over`, of the first one above it. */
function firstAtLeast(sorted: Float64Array, bound: number, over = false): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const value = sorted[middle] as number
    if (value < bound || (over && value === bound)) low = middle + 1
    else high = middle
  }
  return low
}

/** The nearest whole number, of two equally near the even one (as IEEE 754 and numpy round). */
function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

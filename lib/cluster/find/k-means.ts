// k-means: Lloyd's rounds from k-means++ seeds (Arthur and Vassilvitskii, 2007). The random numbers come from a fixed
// seed, so the same points give the same centres.
import {
  compareDescending,
  evenlySpaced,
  type Points,
  picked,
  pointsOf,
  rowOf,
  squaredDistance,
} from './points.ts'
import { silhouette } from './silhouette.ts'

const mostRounds = 100
/** the rounds end when at most this part of the points has changed its centre: of fewer than 10,000, none */
const settled = 1e-4
/** points on which the number of clusters and the first centres are chosen, at most */
const samplePoints = 1_000
/** numbers of clusters that are tried where none is given */
const fewestClusters = 2
const mostClusters = 8
/** of so many choices of first centres the best one is taken */
const attempts = 5

/**
 * The centres of the clusters, those with most points first. There are fewer than `k` where there are fewer distinct
 * points.
 * @param points in the order of their values
 * @param k number of clusters, from 1; undefined: of 2 to 8 the one with the best silhouette on 1,000 of the points
 */
export function kMeans(points: Points, k: number | undefined): Points {
  const sample = picked(points, evenlySpaced(points.count, samplePoints))
  const start = k === undefined ? bestByNumber(sample) : bestOf(sample, k)
  const { labels, centres } = lloyd(points, start.centres)
  return byCount(centres, labels)
}

interface Clustered {
  centres: Points
  labels: Int32Array
  /** sum of the squared distances to the nearest centre */
  inertia: number
}

function bestByNumber(sample: Points): Clustered {
  let best = bestOf(sample, 1)
  let bestWidth = Number.NEGATIVE_INFINITY
  for (let k = fewestClusters; k <= mostClusters; k++) {
    const clustered = bestOf(sample, k)
    if (clustered.centres.count < k) break
    const width = silhouette(sample, clustered.labels, k)
    if (width <= bestWidth) continue
    bestWidth = width
    best = clustered
  }
  return best
}

function bestOf(sample: Points, k: number): Clustered {
  const random = seededRandom(k)
  let best = lloyd(sample, seeds(sample, k, random))
  for (let attempt = 1; attempt < attempts; attempt++) {
    const next = lloyd(sample, seeds(sample, k, random))
    if (next.inertia < best.inertia) best = next
  }
  return best
}

/** k-means++: each further seed is drawn with a probability by its squared distance from the nearest one before. */
function seeds(points: Points, k: number, random: () => number): Points {
  if (points.count === 0) return points
  const chosen = [Math.floor(random() * points.count)]
  const distances = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY)
  for (;;) {
    const last = chosen.at(-1)!
    let sum = 0
    for (let i = 0; i < points.count; i++) {
      distances[i] = Math.min(distances[i]!, squaredDistance(points, i, points, last))
      sum += distances[i]!
    }
    if (chosen.length === k || sum === 0) return picked(points, chosen)
    chosen.push(drawn(distances, random() * sum))
  }
}

/** The index at which the running sum passes the mark. */
function drawn(weights: Float64Array, mark: number): number {
  let left = mark
  let last = 0
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue
    last = i
    left -= weights[i]!
    if (left < 0) break
  }
  return last
}

/** Moves each centre to the mean of its points until hardly any point changes its centre, at most 100 times. */
function lloyd(points: Points, start: Points): Clustered {
  const { count, width } = points
  const centres = { ...start, values: start.values.slice() }
  const labels = new Int32Array(count).fill(-1)
  const sizes = new Uint32Array(centres.count)
  const sums = new Float64Array(centres.values.length)
  for (let round = 0; round < mostRounds; round++) {
    if (assign(points, centres, labels) <= settled * count) break
    addUp(points, labels, sizes.fill(0), sums.fill(0))
    for (let c = 0; c < centres.count; c++) {
      // a centre without points stays where it is
      if (sizes[c] === 0) continue
      for (let j = 0; j < width; j++) centres.values[c * width + j] = sums[c * width + j]! / sizes[c]!
    }
  }
  let inertia = 0
  for (let i = 0; i < count; i++) inertia += squaredDistance(points, i, centres, labels[i]!)
  return { centres, labels, inertia }
}

/** Gives each point the label of its nearest centre. Returns how many points have changed theirs. */
function assign({ values, count, width }: Points, centres: Points, labels: Int32Array): number {
  const places = centres.values
  let changed = 0
  // the innermost loop of all: without calls
  for (let i = 0, at = 0; i < count; i++, at += width) {
    let label = -1
    let least = Number.POSITIVE_INFINITY
    for (let c = 0, from = 0; c < centres.count; c++, from += width) {
      let sum = 0
      for (let j = 0; j < width; j++) {
        const difference = (values[at + j] as number) - (places[from + j] as number)
        sum += difference * difference
      }
      if (sum < least) {
        least = sum
        label = c
      }
    }
    if (label !== labels[i]) changed++
    labels[i] = label
  }
  return changed
}

function addUp(
  { values, count, width }: Points,
  labels: Int32Array,
  sizes: Uint32Array,
  sums: Float64Array,
): void {
  for (let i = 0, at = 0; i < count; i++) {
    const label = labels[i]!
    sizes[label]!++
    for (let j = 0; j < width; j++, at++) sums[label * width + j]! += values[at]!
  }
}

/** Those that have points, in the order of their numbers of points. */
function byCount(centres: Points, labels: Int32Array): Points {
  const sizes = new Uint32Array(centres.count)
  for (const label of labels) sizes[label]!++
  const rows = Array.from({ length: centres.count }, (_, c) => ({ row: rowOf(centres, c), size: sizes[c]! }))
  const used = rows.filter(({ size }) => size > 0)
  used.sort((a, b) => b.size - a.size || compareDescending(a.row, b.row))
  return pointsOf(
    used.map(({ row }) => row),
    centres.width,
  )
}

/** Mulberry32 (public domain): numbers from 0 up to, not including, 1. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

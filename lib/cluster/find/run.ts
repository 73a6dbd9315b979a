// One run of clustering, from raw points to numbered clusters. A pure function: it runs in a worker thread.
import { withCode } from '../../kit/errors.ts'
import { kMeans } from './k-means.ts'
import { estimateBandwidth, meanShift } from './mean-shift.ts'
import { type ClusterModel, noise, placeOf } from './model.ts'
import { type Numbered, numbered } from './numbering.ts'
import { evenlySpaced, orderByValue, type Points, picked, pointsOf, rowOf } from './points.ts'
import { type Scaling, scaled, scaleOf, unscaled } from './scaling.ts'

export type Method = 'meanshift' | 'kmeans'

/** Everything that structured cloning can pass to a worker thread. */
export interface ClusterRequest {
  /** raw, in any order, all finite */
  points: Points
  method: Method
  scaling: Scaling
  /** of mean shift, in the scaled points' unit; undefined: estimated */
  bandwidth: number | undefined
  /** number of clusters of k-means; undefined: 2 to 8, chosen by silhouette */
  k: number | undefined
  /** the clusters of the run before, raw, of the same columns */
  earlier: ReadonlyArray<{ label: number; centre: readonly number[] }>
}

/** One cluster, or the noise. */
export interface FoundCluster extends Numbered {
  count: number
  /** means of its points, raw; one for each column */
  averages: number[]
  /** raw; null of the noise */
  centre: number[] | null
}

export interface ClusterOutcome {
  /** what labels further events */
  model: ClusterModel
  /** null of k-means */
  bandwidth: number | null
  /** the noise first where there is any, then by label */
  clusters: FoundCluster[]
  /** some of the points with their labels, for a plot: at least one of each cluster */
  sample: { points: Points; labels: Int32Array<ArrayBuffer> }
}

/** A summary with more clusters would be of no use, and each event is compared with every centre. */
export const mostFound = 256
/** points of the sample */
const sampleSize = 2_000

/**
 * Clusters the points. Throws an Error with the code CLUSTERS_TOO_MANY where more than 256 clusters are found: the
 * bandwidth is too small for the points.
 */
export function clusterPoints(request: ClusterRequest): ClusterOutcome {
  const raw = picked(request.points, orderByValue(request.points))
  const scale = scaleOf(raw, request.scaling)
  const points = scaled(raw, scale)
  const bandwidth = request.method === 'meanshift' ? (request.bandwidth ?? estimateBandwidth(points)) : null
  const centres = bandwidth === null ? kMeans(points, request.k) : meanShift(points, bandwidth)
  if (centres.count > mostFound) {
    throw withCode(
      'CLUSTERS_TOO_MANY',
      new Error(`found ${centres.count} clusters, ${mostFound} at most are of use: raise the bandwidth`),
    )
  }
  const earlier = pointsOf(
    request.earlier.map(({ centre }) => centre),
    raw.width,
  )
  const numbers = numbered(
    centres,
    scaled(earlier, scale),
    request.earlier.map(({ label }) => label),
  )
  const model: ClusterModel = {
    scale,
    reach: bandwidth,
    centres: numbers.map(({ label }, c) => ({ label, at: rowOf(centres, c) })),
  }
  const labels = labelsOf(raw, model)
  const found = numbers.map((each, c) => ({ ...each, centre: unscaled(rowOf(centres, c), scale) }))
  const all = [{ label: noise, previous: null, centre: null }, ...found].map((cluster) => ({
    ...cluster,
    ...membersOf(raw, labels, cluster.label),
  }))
  return {
    model,
    bandwidth,
    clusters: all
      .filter(({ label, count }) => label !== noise || count > 0)
      .sort((a, b) => a.label - b.label),
    sample: sampleOf(raw, labels),
  }
}

function labelsOf(raw: Points, model: ClusterModel): Int32Array<ArrayBuffer> {
  const place = placeOf(model)
  const { width } = raw
  return Int32Array.from(
    { length: raw.count },
    (_, i) => place(raw.values.subarray(i * width, (i + 1) * width)).label,
  )
}

function membersOf({ values, width }: Points, labels: Int32Array, label: number) {
  const sums = new Array<number>(width).fill(0)
  let count = 0
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== label) continue
    count++
    for (let j = 0; j < width; j++) sums[j]! += values[i * width + j]!
  }
  return { count, averages: sums.map((sum) => (count > 0 ? sum / count : 0)) }
}

function sampleOf(raw: Points, labels: Int32Array): ClusterOutcome['sample'] {
  const firsts = [...new Set(labels)].map((label) => labels.indexOf(label))
  const chosen = new Set([...firsts, ...evenlySpaced(raw.count, sampleSize - firsts.length)])
  const indices = Uint32Array.from(chosen).sort()
  return { points: picked(raw, indices), labels: Int32Array.from(indices, (i) => labels[i]!) }
}

import { type Points, squaredDistance } from './points.ts'

/**
 * How well points lie in their clusters, from −1 (badly) to 1: the mean over the points of (b − a) / max(a, b), a the
 * mean distance to the others of its own cluster, b that to the nearest other cluster; 0 for a point alone in its
 * cluster (Rousseeuw, 1987). Takes time by the square of the number of points.
 * @param labels cluster of each point, 0 … k − 1
 */
export function silhouette(points: Points, labels: Int32Array, k: number): number {
  const { count } = points
  const sizes = new Uint32Array(k)
  for (const label of labels) sizes[label]!++
  const sums = new Float64Array(k)
  let total = 0
  for (let i = 0; i < count; i++) {
    const own = labels[i]!
    if (sizes[own]! < 2) continue
    sums.fill(0)
    for (let other = 0; other < count; other++) {
      sums[labels[other]!]! += Math.sqrt(squaredDistance(points, i, points, other))
    }
    const inside = sums[own]! / (sizes[own]! - 1)
    let outside = Number.POSITIVE_INFINITY
    for (let c = 0; c < k; c++)
      if (c !== own && sizes[c]! > 0) outside = Math.min(outside, sums[c]! / sizes[c]!)
    const larger = Math.max(inside, outside)
    if (Number.isFinite(larger) && larger > 0) total += (outside - inside) / larger
  }
  return count > 0 ? total / count : 0
}

// What a run has found, as far as it takes to say of an event which cluster it belongs to. Plain JSON.
import { nearest, type Points, pointsOf, squaredDistance } from './points.ts'
import { type Scale, scaled } from './scaling.ts'

/** Label of the points that are farther than the bandwidth from every centre. */
export const noise = -1

export interface ClusterModel {
  scale: Scale
  /** scaled */
  centres: Array<{ label: number; at: number[] }>
  /** the bandwidth: what is farther from every centre has the label −1; null: every point belongs to a cluster */
  reach: number | null
}

export interface Place {
  /** −1 where every centre is farther away than the bandwidth */
  label: number
  /** from the nearest centre, in scaled units; 0 where there is none */
  distance: number
}

/** A function that says where a raw point belongs: to the nearest centre, of several equally near ones to the first. */
export function placeOf({ scale, centres, reach }: ClusterModel): (raw: ArrayLike<number>) => Place {
  const all = pointsOf(
    centres.map(({ at }) => at),
    scale.kept.length,
  )
  return (raw) => {
    const point: Points = scaled({ values: Float64Array.from(raw), count: 1, width: raw.length }, scale)
    const index = nearest(point, 0, all)
    if (index < 0) return { label: noise, distance: 0 }
    const distance = Math.sqrt(squaredDistance(point, 0, all, index))
    return { label: reach !== null && distance > reach ? noise : centres[index]!.label, distance }
  }
}

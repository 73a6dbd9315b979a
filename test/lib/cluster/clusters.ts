// Made points, and the request of a run over them.

import { pointsOf } from '../../../lib/cluster/find/points.ts'
import type { ClusterRequest } from '../../../lib/cluster/find/run.ts'

export type Row = readonly number[]

export function request(rows: readonly Row[], more: Partial<ClusterRequest> = {}): ClusterRequest {
  return {
    points: pointsOf(rows),
    method: 'meanshift',
    scaling: 'none',
    bandwidth: undefined,
    k: undefined,
    earlier: [],
    ...more,
  }
}

/** Numbers from 0 to 1, the same ones each time. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Points evenly spread over a square around each centre. */
export function blobs(centres: readonly Row[], each: number, size: number, random = numbers(1)): Row[] {
  return centres.flatMap((centre) =>
    Array.from({ length: each }, () => centre.map((value) => value + (random() - 0.5) * size)),
  )
}

/** Two half circles that grip into each other. */
export function moons(each: number, random = numbers(2)): Row[] {
  return Array.from({ length: 2 * each }, (_, i) => {
    const angle = (Math.PI * (i >> 1)) / each
    const wobble = (random() - 0.5) * 0.1
    return i % 2 === 0
      ? [Math.cos(angle) + wobble, Math.sin(angle) + wobble]
      : [1 - Math.cos(angle) + wobble, 0.5 - Math.sin(angle) + wobble]
  })
}

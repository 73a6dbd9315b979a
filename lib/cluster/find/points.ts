// Points as one block of numbers, which a worker thread can be given without a copy.

/** `count` points of `width` coordinates each: coordinate j of point i is `values[i * width + j]`. */
export interface Points {
  values: Float64Array<ArrayBuffer>
  count: number
  width: number
}

/** Points from rows of equal length. Throws a RangeError where the rows differ in length. */
export function pointsOf(rows: ReadonlyArray<readonly number[]>, width = rows[0]?.length ?? 0): Points {
  const values = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) {
    if (row.length !== width) throw new RangeError(`point ${i} has ${row.length} coordinates, not ${width}`)
    values.set(row, i * width)
  }
  return { values, count: rows.length, width }
}

/** One point's coordinates, as a copy. */
export function rowOf({ values, width }: Points, index: number): number[] {
  return Array.from(values.subarray(index * width, (index + 1) * width))
}

/** These points, in this order. */
export function picked({ values, width }: Points, indices: ArrayLike<number>): Points {
  const chosen = new Float64Array(indices.length * width)
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * width
    chosen.set(values.subarray(from, from + width), i * width)
  }
  return { values: chosen, count: indices.length, width }
}

/**
 * The order of the points by value: by the first coordinate, where that is equal by the second, and so on. Sums of
 * floating-point numbers depend on their order; over points in this order they do not depend on the order of arrival.
 */
export function orderByValue({ values, count, width }: Points): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => {
    for (let j = 0; j < width; j++) {
      const difference = (values[a * width + j] as number) - (values[b * width + j] as number)
      if (difference !== 0) return difference
    }
    return a - b
  })
}

/** At most `most` of the numbers 0 … count − 1, evenly spaced; the same ones each time. */
export function evenlySpaced(count: number, most: number): Uint32Array {
  if (count <= most) return Uint32Array.from({ length: count }, (_, i) => i)
  return Uint32Array.from({ length: most }, (_, i) => Math.floor((i * count) / most))
}

/** Square of the Euclidean distance of point `a` of one set from point `b` of another; both have the same width. */
export function squaredDistance(one: Points, a: number, other: Points, b: number): number {
  const { width } = one
  let sum = 0
  for (let j = 0; j < width; j++) {
    const difference = (one.values[a * width + j] as number) - (other.values[b * width + j] as number)
    sum += difference * difference
  }
  return sum
}

/** The centre nearest to a point (of several equally near the first), or −1 where there is no centre. */
export function nearest({ values, width }: Points, index: number, centres: Points): number {
  const others = centres.values
  const at = index * width
  let best = -1
  let least = Number.POSITIVE_INFINITY
  // the innermost loop of k-means: without calls, and no farther than it takes to rule a centre out
  for (let c = 0, from = 0; c < centres.count; c++, from += width) {
    let sum = 0
    for (let j = 0; j < width && sum < least; j++) {
      const difference = (values[at + j] as number) - (others[from + j] as number)
      sum += difference * difference
    }
    if (sum >= least) continue
    least = sum
    best = c
  }
  return best
}

/** Orders rows by their first coordinate that differs, the greater one first. */
export function compareDescending(a: readonly number[], b: readonly number[]): number {
  for (let j = 0; j < a.length; j++) if (a[j] !== b[j]) return b[j]! - a[j]!
  return 0
}

// Largest triangle three buckets: keeps those points of a line that a reader would miss. After S. Steinarsson, "Downsampling
// Time Series for Visual Representation", 2013; the least and the greatest value are kept, too.

/** Points of a line, in the order of `t`. */
export interface Line {
  t: number[]
  v: number[]
}

/** At most so many points (4 or more) of the line: the first, the last, the least, the greatest, and what shows most. */
export function thinned({ t, v }: Line, points: number): Line {
  if (t.length <= points) return { t, v }
  const kept = new Set(largestTriangles({ t, v }, points - 2))
  kept.add(v.indexOf(least(v))).add(v.indexOf(greatest(v)))
  const order = [...kept].sort((a, b) => a - b)
  return { t: order.map((place) => t[place] as number), v: order.map((place) => v[place] as number) }
}

/** The places of the points: one of each of `points - 2` buckets of equal counts, and the two ends. */
function largestTriangles({ t, v }: Line, points: number): number[] {
  const last = t.length - 1
  const size = (last - 1) / (points - 2)
  const kept = [0]
  let before = 0
  for (let bucket = 0; bucket < points - 2; bucket++) {
    const begin = Math.floor(bucket * size) + 1
    const end = Math.floor((bucket + 1) * size) + 1
    const nextEnd = Math.min(Math.floor((bucket + 2) * size) + 1, last)
    const next = meanPoint(t, v, end, Math.max(nextEnd, end + 1))
    before = largestTriangle(t, v, begin, end, before, next)
    kept.push(before)
  }
  kept.push(last)
  return kept
}

/** The mean of the points from `begin` to before `end`. */
function meanPoint(t: number[], v: number[], begin: number, end: number): [number, number] {
  let [sumT, sumV] = [0, 0]
  // relative to the first one, so that no digits of the times are lost
  const base = t[begin] as number
  for (let place = begin; place < end; place++) {
    sumT += (t[place] as number) - base
    sumV += v[place] as number
  }
  const count = end - begin
  return [base + sumT / count, sumV / count]
}

function largestTriangle(
  t: number[],
  v: number[],
  begin: number,
  end: number,
  before: number,
  [nextT, nextV]: [number, number],
): number {
  const [beforeT, beforeV] = [t[before] as number, v[before] as number]
  let [best, largest] = [begin, -1]
  for (let place = begin; place < end; place++) {
    const area = Math.abs(
      (beforeT - nextT) * ((v[place] as number) - beforeV) -
        (beforeT - (t[place] as number)) * (nextV - beforeV),
    )
    if (area > largest) [best, largest] = [place, area]
  }
  return best
}

function least(v: readonly number[]): number {
  let best = v[0] as number
  for (const value of v) if (value < best) best = value
  return best
}

function greatest(v: readonly number[]): number {
  let best = v[0] as number
  for (const value of v) if (value > best) best = value
  return best
}

/** So many of the items at most, from all over the list. */
export function evenly<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items]
  return Array.from(
    { length: most },
    (_, place) => items[Math.floor(((place + 0.5) * items.length) / most)] as Item,
  )
}

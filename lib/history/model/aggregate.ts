// The arithmetic of aggregates. Every result is a function of its values in their order, so that two stores with the same rows have the
// same aggregates, bit for bit.

/** What a bucket says of one field. */
export interface Aggregate {
  /** all values, good and bad ones */
  n: number
  /** of these n */
  good: number
  /** `min` to `m2` are of the good values; where there are none, of all */
  min: number
  max: number
  mean: number
  /** sum of the squared deviations from the mean */
  m2: number
}

/** Of the values of a bucket, in order; undefined where there are none. @param isGood one for each value */
export function aggregateOf(
  values: readonly number[],
  isGood: readonly boolean[],
): Aggregate | undefined {
  const n = values.length
  if (n === 0) return undefined
  let good = 0
  for (const one of isGood) if (one) good++
  let [count, min, max, mean, m2] = [0, 0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    if (good > 0 && !isGood[i]) continue
    const value = values[i]!
    count++
    if (count === 1) {
      ;[min, max, mean] = [value, value, value]
      continue
    }
    if (value < min) min = value
    if (value > max) max = value
    // Welford
    const before = value - mean
    mean = between(mean + before / count, min, max)
    m2 += before * (value - mean)
  }
  return { n, good, min, max, mean, m2: held(m2) }
}

/** Of a bucket, from those of the finer buckets in it, in order; undefined where there are none. */
export function combined(parts: readonly Aggregate[]): Aggregate | undefined {
  if (parts.length === 0) return undefined
  let [n, good] = [0, 0]
  for (const part of parts) {
    n += part.n
    good += part.good
  }
  let [count, min, max, mean, m2] = [0, 0, 0, 0, 0]
  for (const part of parts) {
    const more = good > 0 ? part.good : part.n
    if (more === 0) continue
    if (count === 0) {
      ;({ min, max, mean, m2 } = part)
      count = more
      continue
    }
    // Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979
    const delta = part.mean - mean
    const all = count + more
    min = Math.min(min, part.min)
    max = Math.max(max, part.max)
    mean = between(mean + delta * (more / all), min, max)
    m2 += part.m2 + delta * delta * ((count * more) / all)
    count = all
  }
  return { n, good, min, max, mean, m2: held(m2) }
}

/** The difference of two huge values is infinite, and rounding may leave the range: a mean never does. */
function between(mean: number, min: number, max: number): number {
  if (Number.isNaN(mean)) return min / 2 + max / 2
  return Math.min(max, Math.max(min, mean))
}

/** Squares of huge deviations are infinite, which JSON cannot hold. */
function held(m2: number): number {
  return m2 < Number.MAX_VALUE ? Math.max(0, m2) : Number.MAX_VALUE
}

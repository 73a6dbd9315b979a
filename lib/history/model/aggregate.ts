// The arithmetic of aggregates. Every result is a function of its values in their order, so that two stores with the same rows have the
// same aggregates, bit for bit.

/**
 * What a bucket says of one field, as the last columns of `agg`: the number of all values, good and bad ones; how many of these are
 * good; then of the good values, or of all where none is good: the least, the greatest, the mean, and the sum of the squared deviations
 * from it. A tuple, as it comes from the table and goes there by the hundred thousand.
 */
export type Aggregate = [n: number, good: number, min: number, max: number, mean: number, m2: number]

/** As it is read from the table: followed by where its bucket begins. */
export type StoredAggregate = [...aggregate: Aggregate, t: number]

/** Of the values of a bucket, in order; undefined where there are none. @param isGood one for each value */
export function aggregateOf(values: readonly number[], isGood: readonly boolean[]): Aggregate | undefined {
  const n = values.length
  if (n === 0) return undefined
  let good = 0
  for (const one of isGood) if (one) good++
  let count = 0
  let min = 0
  let max = 0
  let mean = 0
  let m2 = 0
  for (let i = 0; i < n; i++) {
    if (good > 0 && !isGood[i]) continue
    const value = values[i]!
    count++
    if (count === 1) {
      min = value
      max = value
      mean = value
      continue
    }
    if (value < min) min = value
    if (value > max) max = value
    // Welford
    const before = value - mean
    mean = between(mean + before / count, min, max)
    m2 += before * (value - mean)
  }
  return [n, good, min, max, mean, held(m2)]
}

/** Of a bucket, from those of the finer buckets in it, in order; undefined where there are none. */
export function combined(parts: ReadonlyArray<Aggregate | StoredAggregate>): Aggregate | undefined {
  if (parts.length === 0) return undefined
  let n = 0
  let good = 0
  for (const part of parts) {
    n += part[0]
    good += part[1]
  }
  let count = 0
  let min = 0
  let max = 0
  let mean = 0
  let m2 = 0
  for (const part of parts) {
    const more = good > 0 ? part[1] : part[0]
    if (more === 0) continue
    // by their places: taking a tuple apart goes through its iterator, which took a third of a rebuild's arithmetic
    const leastOf = part[2]
    const greatestOf = part[3]
    const meanOf = part[4]
    const m2Of = part[5]
    if (count === 0) {
      min = leastOf
      max = greatestOf
      mean = meanOf
      m2 = m2Of
      count = more
      continue
    }
    // Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979
    const delta = meanOf - mean
    const sum = count + more
    if (leastOf < min) min = leastOf
    if (greatestOf > max) max = greatestOf
    mean = between(mean + delta * (more / sum), min, max)
    m2 += m2Of + delta * delta * ((count * more) / sum)
    count = sum
  }
  return [n, good, min, max, mean, held(m2)]
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

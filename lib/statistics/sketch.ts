// DDSketch: quantiles of a stream with a bounded relative error, in little memory, mergeable. Masson, Rim and Lee,
// "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees" (2019).

/** an estimate is within this part of the true value */
export const relativeError = 0.01
const gamma = (1 + relativeError) / (1 - relativeError)
const logGamma = Math.log(gamma)
/** nearer to zero than this is zero */
const smallest = 1e-12
/** buckets of one sign; those nearest to zero are put together beyond it. Enough for eight powers of ten in full */
export const mostBuckets = 1_024

/** Plain JSON: for each sign the buckets as `[index, count, index, count …]`. */
export interface StoredSketch {
  zero: number
  positive: number[]
  negative: number[]
}

/** Bucket k counts the magnitudes over γ^(k−1) up to γ^k. */
type Buckets = Map<number, number>

export class Sketch {
  #zero = 0
  #count = 0
  readonly #positive: Buckets = new Map()
  readonly #negative: Buckets = new Map()

  get count(): number {
    return this.#count
  }

  /** @param value finite */
  add(value: number): void {
    this.#count++
    const magnitude = Math.abs(value)
    if (magnitude < smallest) this.#zero++
    else addTo(value > 0 ? this.#positive : this.#negative, Math.ceil(Math.log(magnitude) / logGamma), 1)
  }

  /** Adds what another sketch has counted. */
  merge(other: StoredSketch): void {
    this.#zero += other.zero
    this.#count += other.zero
    for (const [buckets, pairs] of [
      [this.#positive, other.positive],
      [this.#negative, other.negative],
    ] as const) {
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        addTo(buckets, pairs[i]!, pairs[i + 1]!)
        this.#count += pairs[i + 1]!
      }
    }
  }

  /**
   * The values with these parts of all values below them: for q, of n values in their order the one at the place
   * ⌊q (n − 1)⌋, counted from 0. An empty list without values.
   * @param parts 0 … 1, ascending
   */
  quantiles(parts: readonly number[]): number[] {
    if (this.#count === 0) return []
    const buckets: Array<[value: number, count: number]> = [
      ...ascending(this.#negative)
        .reverse()
        .map(([index, count]): [number, number] => [-middleOf(index), count]),
      [0, this.#zero],
      ...ascending(this.#positive).map(([index, count]): [number, number] => [middleOf(index), count]),
    ]
    let at = 0
    let below = 0
    return parts.map((q) => {
      const place = Math.floor(q * (this.#count - 1))
      while (below + buckets[at]![1] <= place) {
        below += buckets[at]![1]
        at++
      }
      return buckets[at]![0]
    })
  }

  save(): StoredSketch {
    return { zero: this.#zero, positive: pairsOf(this.#positive), negative: pairsOf(this.#negative) }
  }
}

/** The value that is within the relative error of all in the bucket. */
function middleOf(index: number): number {
  return (2 * gamma ** index) / (1 + gamma)
}

function addTo(buckets: Buckets, index: number, count: number): void {
  buckets.set(index, (buckets.get(index) ?? 0) + count)
  if (buckets.size <= mostBuckets) return
  const lowest = Math.min(...buckets.keys())
  const fewest = buckets.get(lowest)!
  buckets.delete(lowest)
  const next = Math.min(...buckets.keys())
  buckets.set(next, buckets.get(next)! + fewest)
}

function ascending(buckets: Buckets): Array<[number, number]> {
  return [...buckets].sort(([a], [b]) => a - b)
}

function pairsOf(buckets: Buckets): number[] {
  return ascending(buckets).flat()
}

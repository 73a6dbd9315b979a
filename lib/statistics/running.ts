// What can be said of a stream of numbers without keeping them.
import { Sketch, type StoredSketch } from './sketch.ts'

export interface Summary {
  count: number
  mean: number
  /** of the sample, divided by n − 1; 0 of a single value */
  sd: number
  min: number
  max: number
  /** quantiles, within 1 % of the true value and never outside min … max */
  p05: number
  p50: number
  p95: number
  p99: number
}

/** Plain JSON. */
export interface StoredStatistics {
  count: number
  mean: number
  /** sum of the squared deviations from the mean */
  squares: number
  min: number
  max: number
  sketch: StoredSketch
}

export class RunningStatistics {
  #count = 0
  #mean = 0
  #squares = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  readonly #sketch = new Sketch()

  /**
   * Mean and deviation by Welford's method (1962), which does not lose digits where the mean is large.
   * @param value finite, up to 1e100 in magnitude
   */
  add(value: number): void {
    this.#count++
    const difference = value - this.#mean
    this.#mean += difference / this.#count
    this.#squares += difference * (value - this.#mean)
    this.#min = Math.min(this.#min, value)
    this.#max = Math.max(this.#max, value)
    this.#sketch.add(value)
  }

  /** Adds what others have counted (Chan, Golub and LeVeque, 1979). */
  merge({ count, mean, squares, min, max, sketch }: StoredStatistics): void {
    if (count === 0) return
    const all = this.#count + count
    const difference = mean - this.#mean
    this.#squares += squares + (difference * difference * this.#count * count) / all
    this.#mean += (difference * count) / all
    this.#count = all
    this.#min = Math.min(this.#min, min)
    this.#max = Math.max(this.#max, max)
    this.#sketch.merge(sketch)
  }

  /** Undefined without values. */
  summary(): Summary | undefined {
    if (this.#count === 0) return undefined
    const quantiles = this.#sketch.quantiles([0.05, 0.5, 0.95, 0.99])
    const [p05, p50, p95, p99] = quantiles.map((value) =>
      Math.min(this.#max, Math.max(this.#min, value)),
    ) as [number, number, number, number]
    return {
      count: this.#count,
      mean: this.#mean,
      sd: this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0,
      min: this.#min,
      max: this.#max,
      p05,
      p50,
      p95,
      p99,
    }
  }

  /** Not to be stored without values: JSON has no infinity. */
  save(): StoredStatistics {
    return {
      count: this.#count,
      mean: this.#mean,
      squares: this.#squares,
      min: this.#min,
      max: this.#max,
      sketch: this.#sketch.save(),
    }
  }
}

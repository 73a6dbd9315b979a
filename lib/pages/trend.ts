// How fast something that only counts up, or that drifts, has changed lately: a few samples, bounded in number and in age.
import type { Clock } from '../kit/clock.ts'

interface Sample {
  /** of the monotonic clock */
  at: number
  value: number
}

export interface TrendOptions {
  /** ms: how far back it looks */
  span: number
  /** ms between two samples at least */
  step: number
  clock: Pick<Clock, 'monotonic'>
}

export class Trend {
  readonly #options: TrendOptions
  readonly #samples: Sample[] = []
  #newest: Sample | undefined

  constructor(options: TrendOptions) {
    this.#options = options
  }

  /** @param isCounter it never goes down: where it does, it was begun anew, and counts on from what it was */
  add(value: number, isCounter = true): void {
    const { span, step, clock } = this.#options
    const at = clock.monotonic()
    if (isCounter && this.#newest && value < this.#newest.value) this.#shift(value - this.#newest.value)
    this.#newest = { at, value }
    const last = this.#samples.at(-1)
    if (!last || at - last.at >= step) this.#samples.push(this.#newest)
    // the one that is just older than the span is the beginning of it
    while (this.#samples.length > 1 && at - this.#samples[1]!.at >= span) this.#samples.shift()
  }

  /** By how much it has changed in the span, or since the first sample. */
  get change(): number {
    return this.#newest ? this.#newest.value - this.#samples[0]!.value : 0
  }

  /** ms between the first sample and the newest. */
  get covers(): number {
    return this.#newest ? this.#newest.at - this.#samples[0]!.at : 0
  }

  /** Change in so many ms at the present rate; undefined before there are two samples. */
  per(ms: number): number | undefined {
    return this.covers > 0 ? (this.change * ms) / this.covers : undefined
  }

  /** As if it had always counted from where it counts now. */
  #shift(by: number): void {
    for (const sample of this.#samples) sample.value += by
  }
}

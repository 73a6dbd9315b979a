// The last points, in memory of a bounded size.
import type { Points } from './find/points.ts'

/** room at the beginning, in points */
const firstRoom = 1_024

export class PointWindow {
  readonly #width: number
  #limit: number
  /** a ring once it has reached its limit */
  #values: Float64Array
  #count = 0
  /** place of the oldest point */
  #first = 0

  /** @param width coordinates of a point @param limit points that are kept: the last ones */
  constructor(width: number, limit: number) {
    this.#width = width
    this.#limit = limit
    this.#values = new Float64Array(Math.min(firstRoom, limit) * width)
  }

  get count(): number {
    return this.#count
  }

  add(point: readonly number[]): void {
    if (this.#count === this.#limit) {
      this.#values.set(point, this.#first * this.#width)
      this.#first = (this.#first + 1) % this.#limit
      return
    }
    if (this.#count * this.#width === this.#values.length) this.#grow()
    this.#values.set(point, this.#count * this.#width)
    this.#count++
  }

  /** A copy of the points, the oldest first. */
  points(): Points {
    const width = this.#width
    const values = new Float64Array(this.#count * width)
    const split = this.#first * width
    const older = this.#values.subarray(split, this.#count * width)
    values.set(older)
    values.set(this.#values.subarray(0, split), older.length)
    return { values, count: this.#count, width }
  }

  /** From now on so many points are kept; of those that are there, the last ones. */
  resize(limit: number): void {
    if (limit === this.#limit) return
    const { values } = this.points()
    const kept = Math.min(this.#count, limit)
    this.#values = values.slice((this.#count - kept) * this.#width)
    this.#count = kept
    this.#first = 0
    this.#limit = limit
  }

  #grow(): void {
    const room = Math.min(Math.max(2 * this.#count, firstRoom), this.#limit)
    const values = new Float64Array(room * this.#width)
    values.set(this.#values)
    this.#values = values
  }
}

/** A set of seqs, kept as ranges: completions come nearly in order, so there are few. */
export class SeqRanges {
  /** [from, to] pairs in ascending order, neither touching nor overlapping */
  #ranges: Array<[number, number]> = []

  has(seq: number): boolean {
    const range = this.#ranges[this.#after(seq) - 1]
    return range !== undefined && seq <= range[1]
  }

  add(seq: number): void {
    this.addRange(seq, seq)
  }

  /** Adds all from `from` to `to`; nothing where `to` < `from`. */
  addRange(from: number, to: number): void {
    if (to < from) return
    // the first range that ends at from - 1 or later, and the first that begins beyond to + 1
    let first = this.#after(from)
    if (first > 0 && this.#ranges[first - 1]![1] >= from - 1) first--
    const last = this.#after(to + 1)
    const low = first < last ? Math.min(from, this.#ranges[first]![0]) : from
    const high = first < last ? Math.max(to, this.#ranges[last - 1]![1]) : to
    this.#ranges.splice(first, last - first, [low, high])
  }

  remove(seq: number): void {
    this.removeRange(seq, seq)
  }

  /** Removes all from `from` to `to`; nothing where `to` < `from`. */
  removeRange(from: number, to: number): void {
    if (to < from) return
    let first = this.#after(from)
    if (first > 0 && this.#ranges[first - 1]![1] >= from) first--
    const last = this.#after(to)
    if (first >= last) return
    const [low] = this.#ranges[first]!
    const [, high] = this.#ranges[last - 1]!
    const rest: Array<[number, number]> = []
    if (low < from) rest.push([low, from - 1])
    if (high > to) rest.push([to + 1, high])
    this.#ranges.splice(first, last - first, ...rest)
  }

  /** Forgets the seqs above `seq` that follow it without a gap, and all below; returns the last of them. */
  advance(seq: number): number {
    let end = seq
    while (this.#ranges.length > 0 && this.#ranges[0]![0] <= end + 1)
      end = Math.max(end, this.#ranges.shift()![1])
    return end
  }

  /** Removes all up to `seq`; returns how many those were. */
  takeUpTo(seq: number): number {
    let taken = 0
    for (const [from, to] of this.#ranges) {
      if (from > seq) break
      taken += Math.min(to, seq) - from + 1
    }
    this.removeRange(0, seq)
    return taken
  }

  /** The lowest seq at or above `seq`; undefined where there is none. */
  next(seq: number): number | undefined {
    if (this.has(seq)) return seq
    return this.#ranges[this.#after(seq)]?.[0]
  }

  /** How many seqs above `seq` it holds. */
  countAbove(seq: number): number {
    let count = 0
    for (let i = this.#ranges.length - 1; i >= 0; i--) {
      const [from, to] = this.#ranges[i]!
      if (to <= seq) break
      count += to - Math.max(from, seq + 1) + 1
    }
    return count
  }

  /** How many ranges are held. */
  get size(): number {
    return this.#ranges.length
  }

  /** [from, to] pairs in ascending order. */
  [Symbol.iterator](): IterableIterator<readonly [number, number]> {
    return this.#ranges.values()
  }

  clear(): void {
    this.#ranges = []
  }

  /** Index of the first range that begins beyond `seq`. */
  #after(seq: number): number {
    let low = 0
    let high = this.#ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ranges[middle]![0] > seq) high = middle
      else low = middle + 1
    }
    return low
  }
}

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

  /** Forgets the seqs above `seq` that follow it without a gap, and all below; returns the last of them. */
  advance(seq: number): number {
    let end = seq
    while (this.#ranges.length > 0 && this.#ranges[0]![0] <= end + 1)
      end = Math.max(end, this.#ranges.shift()![1])
    return end
  }

  /** How many ranges are held. */
  get size(): number {
    return this.#ranges.length
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

// Packets that were logged when they were received, so that the collector's copy of them is left out.

/** A packet and its copy may be this far apart, ms: both times are right to a second. */
const tolerance = 2_000
/** So many packets that are the same, at the same distance, tell when a page was; fewer do where no other distance fits. */
const fewestEqual = 3
/** Packets kept at most; the oldest go beyond that, and may then be logged twice. */
const most = 300_000

export interface Timed {
  packet: string
  /** ms since 1970 */
  time: number
}

/**
 * Nearly all packets are only kept, and looked for by nobody: so they stand in a list, and the index by packet is made when
 * a page is compared with them for the first time. Keeping the index up for each line cost 1.5 µs of the line's 50.
 */
export class HeardPackets {
  /** times of each packet, as they came; undefined where none was looked for yet */
  #index: Map<string, number[]> | undefined
  /** as they came; those that cancelled a copy stay in it until it is their turn to be forgotten */
  #order: Timed[] = []

  /** How many are kept, those with them that cancelled a copy and wait to be forgotten. */
  get size(): number {
    return this.#order.length
  }

  /** @param limit how many are kept */
  add(heard: Timed, limit = most): void {
    if (this.#order.length >= limit) this.#forgetTenth()
    this.#order.push(heard)
    if (this.#index) addTo(this.#index, heard)
  }

  copy(): HeardPackets {
    const copy = new HeardPackets()
    if (this.#index) copy.#index = new Map([...this.#index].map(([packet, times]) => [packet, [...times]]))
    copy.#order = [...this.#order]
    return copy
  }

  forgetBefore(time: number): void {
    this.#order = this.#order.filter((one) => one.time >= time)
    for (const [packet, times] of this.#index ?? []) {
      const left = times.filter((one) => one >= time)
      if (left.length === 0) this.#index!.delete(packet)
      else this.#index!.set(packet, left)
    }
  }

  /**
   * The packets of a page that were not heard, in order. Each one heard cancels one copy; where several fit, those that
   * are closest in time belong together.
   */
  unheard<T extends Timed>(page: readonly T[]): T[] {
    const times = this.#times
    const pairs = page.flatMap((copy) =>
      (times.get(copy.packet) ?? [])
        .map((time) => ({ copy, time, apart: Math.abs(time - copy.time) }))
        .filter(({ apart }) => apart <= tolerance),
    )
    pairs.sort((a, b) => a.apart - b.apart)
    const cancelled = new Set<T>()
    for (const { copy, time } of pairs) {
      if (!cancelled.has(copy) && this.#take(copy.packet, time)) cancelled.add(copy)
    }
    return page.filter((copy) => !cancelled.has(copy))
  }

  /**
   * How far the collector's clock is from ours, told by packets that were heard: wall ms minus the collector's ms. Undefined
   * where too few are the same, or none.
   */
  offsetOf(page: ReadonlyArray<{ packet: string; second: number }>): number | undefined {
    const times = this.#times
    const offsets = page
      .flatMap(({ packet, second }) => (times.get(packet) ?? []).map((time) => time - second * 1000))
      .sort((a, b) => a - b)
    let best: number[] = []
    for (let from = 0, to = 0; from < offsets.length; from++) {
      while (to < offsets.length && offsets[to]! - offsets[from]! <= tolerance) to++
      if (to - from > best.length) best = offsets.slice(from, to)
    }
    // one packet alone tells it only where it is the only one of its kind
    if (best.length === 0 || (best.length < fewestEqual && offsets.length > best.length ** 2))
      return undefined
    return best[best.length >> 1]
  }

  get #times(): Map<string, number[]> {
    if (this.#index) return this.#index
    const index = new Map<string, number[]>()
    for (const heard of this.#order) addTo(index, heard)
    this.#index = index
    return index
  }

  #take(packet: string, time: number): boolean {
    const times = this.#index?.get(packet)
    const place = times?.indexOf(time) ?? -1
    if (place === -1) return false
    times!.splice(place, 1)
    if (times!.length === 0) this.#index!.delete(packet)
    return true
  }

  /** Those that came first, a tenth at a time, as the others move up in the list. Looks at no other: lines wait for it. */
  #forgetTenth(): void {
    const oldest = this.#order.splice(0, Math.ceil(this.#order.length / 10))
    if (this.#index) for (const { packet, time } of oldest) this.#take(packet, time)
  }
}

function addTo(index: Map<string, number[]>, { packet, time }: Timed): void {
  const times = index.get(packet)
  if (times) times.push(time)
  else index.set(packet, [time])
}

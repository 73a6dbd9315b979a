// One answer of the collector: the pages that it sends, their packets with wall times, what was logged before left out.
import { type BootClock, largestDrift, middle, type NamedPage, shortestSpan } from './clocks.ts'
import { type CollectorLine, everything, isBehind, type Marker } from './jeelink-line.ts'
import type { CollectorMemory } from './memory.ts'

/** A packet of the flash, as it is logged. */
export interface RecoveredPacket {
  packet: string
  /** when it was on the air, ms since 1970 */
  time: number
}

/** A page that is done with: its packets are logged in front of its last line. */
export interface ReplayedPage<T> {
  marker: Marker
  /** its `DF R` */
  line: T
  packets: RecoveredPacket[]
  duplicates: number
  isEstimated: boolean
}

interface RawPage<T> {
  page: NamedPage
  line: T
  packets: Array<{ packet: string; second: number }>
}

/** A page has room for fewer packets: 248 bytes, of which each takes three and its own. */
const mostPackets = 83
/** Pages that wait for their clock; no chip has more. */
const mostWaiting = 8_192

/** Bounds of times that are a guess. */
export interface Bounds {
  notBefore: number | undefined
  notAfter: number
}

/**
 * The pages come out in order. One that was cut does not: whether it was shows only in the line behind it. One whose clock
 * has no pair waits until the answer ends, as then the collector says what time it is.
 *
 * @typeParam T what the caller keeps of a line
 */
export class Replay<T> {
  /** the page that it starts behind, and the last one */
  readonly from: number
  readonly last: number
  /** what is estimated lies between them */
  bounds: Bounds | undefined
  readonly #memory: CollectorMemory
  /** pages that are not behind this one are had already */
  readonly #after: Marker
  /** packets since the last end of a page */
  #packets: Array<{ packet: string; second: number; seq: number }> = []
  /** it came last, and may have been cut */
  #doubtful: RawPage<T> | undefined
  #waiting: Array<RawPage<T>> = []
  #isGarbled = false
  #confirmedPages = 0
  #lastCame = false
  /** the last moment that is known in order */
  #known: number | undefined

  /**
   * @param after pages that are not behind this one are had already, and are left out
   */
  constructor(range: Extract<CollectorLine, { kind: 'range' }>, memory: CollectorMemory, after: Marker) {
    this.from = range.from
    this.last = range.last
    this.#memory = memory
    this.#after = after
    // when the page before was saved
    this.#known = memory.page(after)?.wall
    this.#lastCame = range.from === range.last
  }

  /** Everything that it was to send has come. */
  get isWhole(): boolean {
    return this.#lastCame && !this.#isGarbled
  }

  /** Pages that came whole, whether they are out or wait. */
  get confirmed(): number {
    return this.#confirmedPages
  }

  /** A line that should have been a packet and is none: its page must be asked for again. */
  garbled(): void {
    this.#isGarbled = true
  }

  stored({ seq, time, packet }: Extract<CollectorLine, { kind: 'stored' }>): Array<ReplayedPage<T>> {
    if (this.#packets.length >= mostPackets) this.garbled()
    else this.#packets.push({ packet, second: time, seq })
    return this.#confirmed()
  }

  /** The end of a page. Gives the pages before it that are done with. */
  ended(page: NamedPage, line: T): Array<ReplayedPage<T>> {
    const done = this.#confirmed()
    const packets = this.#packets
    this.#packets = []
    // a page's time is that of its first packet: what differs was damaged on its way
    if (packets[0]?.second !== page.time || packets.some(({ seq }) => seq !== page.seq)) this.garbled()
    if (this.#waiting.length >= mostWaiting) this.garbled()
    // behind a damaged line nothing is taken: it will all come again
    if (this.#isGarbled) return done
    if (this.#isWanted(page)) this.#doubtful = { page, line, packets }
    if (page.page === this.last) {
      this.#lastCame = true
      done.push(...this.#confirmed())
    }
    return done
  }

  /** In place of a page's end: it holds nothing that can be read. */
  unreadable(page: number): Array<ReplayedPage<T>> {
    const done = this.#confirmed()
    this.#packets = []
    if (page === this.last) this.#lastCame = true
    return done
  }

  /** The collector has said that the answer is over; its clock has a pair now. @param now ms since 1970 */
  finish(now: number): Array<ReplayedPage<T>> {
    this.#estimate(now)
    return this.#flush()
  }

  /** The answer ended too early: gives the lines that ended the pages which are not out. */
  abandon(): T[] {
    const pages = this.#doubtful ? [...this.#waiting, this.#doubtful] : this.#waiting
    this.#waiting = []
    this.#doubtful = undefined
    return pages.map(({ line }) => line)
  }

  #isWanted(page: Marker): boolean {
    return this.#after.seq === everything.seq || isBehind(page, this.#after)
  }

  /** The page that came last was whole, as something else follows. */
  #confirmed(): Array<ReplayedPage<T>> {
    if (!this.#doubtful) return []
    this.#recognize(this.#doubtful)
    this.#waiting.push(this.#doubtful)
    this.#confirmedPages++
    this.#doubtful = undefined
    return this.#flush()
  }

  /** A clock without a pair, or with none near, may be told by packets that were heard. */
  #recognize({ page, packets }: RawPage<T>): void {
    const clock = page.clock.itself
    const second = page.time + page.carry
    const distance = clock.distanceTo(second)
    if (distance < shortestSpan) return
    const offset = this.#memory.heard.offsetOf(packets)
    if (offset === undefined) return
    const wall = offset + page.time * 1000
    const most = 2_000 + largestDrift * distance * 1000
    if (!clock.hasPair || Math.abs(wall - clock.wallOf(second)) <= most) clock.add(second + middle, wall)
  }

  /** What waits, up to the first page without a clock. */
  #flush(): Array<ReplayedPage<T>> {
    const count = this.#waiting.findIndex(({ page }) => !page.clock.itself.hasPair)
    return this.#waiting.splice(0, count === -1 ? this.#waiting.length : count).map((raw) => this.#timed(raw))
  }

  #timed({ page, line, packets }: RawPage<T>): ReplayedPage<T> {
    const clock = page.clock.itself
    const all = packets.map(({ packet, second }) => ({ packet, time: clock.wallOf(second + page.carry) }))
    const { page: number, seq, time } = page
    const marker = { page: number, seq, time }
    this.#known = all.at(-1)?.time ?? this.#known
    const isEstimated = clock.isEstimated
    // a time that is a guess says nothing about what was heard
    const left = this.#unlogged(isEstimated ? all : this.#memory.heard.unheard(all))
    return { marker, line, packets: left, duplicates: all.length - left.length, isEstimated }
  }

  /** Without those that were logged before an answer was broken off in the middle of this page: the first that comes. */
  #unlogged(packets: RecoveredPacket[]): RecoveredPacket[] {
    const { unfinished } = this.#memory
    this.#memory.unfinished = []
    return packets.filter(({ packet }) => {
      const place = unfinished.indexOf(packet)
      if (place !== -1) unfinished.splice(place, 1)
      return place === -1
    })
  }

  /**
   * Each clock without a pair is put so that its last packet was on the air when its page was saved, where that was seen,
   * or else when the next clock started.
   */
  #estimate(now: number): void {
    const unknown = new Map<BootClock, { second: number; saved: number | undefined }>()
    for (const { page, packets } of this.#waiting) {
      const second = (packets.at(-1)?.second ?? page.time) + page.carry
      if (!page.clock.itself.hasPair) unknown.set(page.clock.itself, { second, saved: page.wall })
    }
    if (unknown.size === 0) return
    const { current } = this.#memory.clocks
    const end = current?.hasPair && !unknown.has(current) ? (current.start ?? current.wallOf(0)) : now
    this.bounds = { notBefore: this.#known, notAfter: end }
    let start = end
    for (const [clock, { second, saved }] of [...unknown].reverse()) {
      clock.estimate(second, saved ?? start)
      start = clock.wallOf(0)
    }
  }
}

// The collector's clock against ours. It counts seconds since the collector's last reset, so each boot is a clock of its
// own; what ties it to wall time are pairs of both times, seen live.
import type { Marker } from './jeelink-line.ts'

/** One moment on both clocks. */
interface Pair {
  /** seconds on the collector's clock */
  device: number
  /** ms since 1970 */
  wall: number
  /** 1 of a pair that is right to a second; more of a better one */
  weight: number
}

/** The straight line through a clock's pairs: seconds, ms, and how much faster (or slower) wall time goes. */
interface Line {
  meanDevice: number
  meanOffset: number
  drift: number
}

/** Pairs that span less (s) say nothing about how fast the collector's clock goes: it is taken for right. */
export const shortestSpan = 6 * 3600
/** No quartz is off by more. */
export const largestDrift = 100e-6
/** Its counter of milliseconds has 32 bits, so its seconds begin anew after this. */
const counterSpan = 2 ** 32 / 1000
/** Pairs of one clock agree to this, ms: a line may come late. */
const pairTolerance = 5_000
/** A whole second is taken for its middle. */
export const middle = 0.5
/** After a reset `DF I` comes this much later, s. */
const bootDelay = 0.3
/** Of a pair to the millisecond. */
const exactWeight = 20
/** Pairs kept a clock; every second one goes beyond that. */
const mostPairs = 250
/** Seqs whose clock is remembered. Each boot, each replay and each end of the log has one. */
const mostSeqs = 1_000
/** Within this (s) after a start some packet comes, so that the first page is not younger. */
const longestSilence = 3600
/** Starts that are remembered: the log may have begun anew since one of them. */
const mostBoots = 20

/** The clock of one boot. */
export class BootClock {
  /** of the collector's start, ms since 1970, where that was seen */
  readonly start: number | undefined
  #pairs: Pair[] = []
  #isEstimated = false
  /** through all pairs; undefined where one has been added since */
  #fitted: Line | undefined
  /** the clock that this one has turned out to be */
  #same: BootClock | undefined

  constructor(start?: number) {
    this.start = start
    if (start !== undefined) this.#pairs.push({ device: 0, wall: start, weight: 1 })
  }

  /** This clock, or the one that it has turned out to be. */
  get itself(): BootClock {
    return this.#same?.itself ?? this
  }

  get hasPair(): boolean {
    return this.#pairs.length > 0
  }

  /** Its own second of the newest pair; 0 without one. */
  get newestSecond(): number {
    return Math.floor(this.#pairs.at(-1)?.device ?? 0)
  }

  /** How many pairs it has. */
  get size(): number {
    return this.#pairs.length
  }

  /** The wall time of the newest pair. */
  get newest(): number | undefined {
    return this.#pairs.at(-1)?.wall
  }

  /** Whether a pair agrees with those that are there. */
  mayBe(device: number, wall: number): boolean {
    if (!this.hasPair) return true
    const most = pairTolerance + largestDrift * this.distanceTo(device) * 1000
    return Math.abs(this.wallOf(device - middle) - wall) <= most
  }

  /** How far (s) a second of it is from the nearest pair. */
  distanceTo(second: number): number {
    return this.#pairs.reduce(
      (least, { device }) => Math.min(least, Math.abs(device - second)),
      Number.POSITIVE_INFINITY,
    )
  }

  /** Its only pair is a guess. */
  get isEstimated(): boolean {
    return this.#isEstimated
  }

  /** Says when a second of it may have been, as nothing is known. */
  estimate(second: number, wall: number): void {
    this.#isEstimated = true
    this.add(second + middle, wall)
  }

  /** It is the same clock as another one, whose seconds are as many more. */
  isSame(clock: BootClock): void {
    this.#same = clock
    clock.#pairs = thinned([...this.#pairs, ...clock.#pairs])
    clock.#fitted = undefined
    this.#pairs = []
  }

  /** @param device seconds with their fraction */
  add(device: number, wall: number, weight = 1): void {
    this.#pairs.push({ device, wall, weight })
    this.#pairs = thinned(this.#pairs)
    this.#fitted = undefined
  }

  /** The wall time (ms) of a whole second of this clock: on the straight line that fits the pairs best. */
  wallOf(second: number): number {
    const device = second + middle
    const { meanDevice, meanOffset, drift } = this.#line()
    return Math.round(device * 1000 + meanOffset + drift * (device - meanDevice) * 1000)
  }

  #line(): Line {
    this.#fitted ??= this.#fit()
    return this.#fitted
  }

  #fit(): Line {
    const total = this.#sum(() => 1)
    const offset = ({ device, wall }: Pair) => wall - device * 1000
    const meanDevice = this.#sum(({ device }) => device) / total
    const meanOffset = this.#sum(offset) / total
    const devices = this.#pairs.map(({ device }) => device)
    if (Math.max(...devices) - Math.min(...devices) < shortestSpan)
      return { meanDevice, meanOffset, drift: 0 }
    const spread = this.#sum(({ device }) => (device - meanDevice) ** 2)
    const slope =
      this.#sum((pair) => (pair.device - meanDevice) * (offset(pair) - meanOffset)) / spread / 1000
    return { meanDevice, meanOffset, drift: Math.min(largestDrift, Math.max(-largestDrift, slope)) }
  }

  #sum(of: (pair: Pair) => number): number {
    return this.#pairs.reduce((sum, pair) => sum + pair.weight * of(pair), 0)
  }
}

/** Every second pair, and the newest, where there are too many. */
function thinned(pairs: Pair[]): Pair[] {
  if (pairs.length <= mostPairs) return pairs
  return thinned(pairs.filter((_, index, { length }) => index % 2 === 0 || index === length - 1))
}

/** Two clocks that have turned out to be one; where both have pairs, the second one is believed. */
function merged(before: BootClock, known: BootClock): BootClock {
  if (before === known) return known
  if (known.hasPair || !before.hasPair) {
    if (!before.hasPair) before.isSame(known)
    return known
  }
  known.isSame(before)
  return before
}

/** A page's place on the collector's clocks. */
export interface Placed {
  clock: BootClock
  /** seconds to add to the collector's: its counter began anew since the boot */
  carry: number
}

/** A page that was named, live or in a replay. */
export interface NamedPage extends Marker, Placed {
  /** ms since 1970: when its line came, where that was live */
  wall: number | undefined
}

/** Follows the collector through boots, replays and the end of its log, and tells which clock a page's times are of. */
export class Clocks {
  /** the newest page, saved live or replayed */
  #last: NamedPage | undefined
  /** it is the page that its number says */
  #isCertain = true
  #current: BootClock | undefined
  /** the seq in use, where no page has been saved with it yet */
  #unusedSeq: number | undefined
  /** the last starts that were seen, the newest at the end: where the log stood then */
  #boots: Array<{ page: number; seq: number; clock: BootClock }> = []
  /** the clock that uses a seq, and its second from which on it does */
  readonly #seqs = new Map<number, { clock: BootClock; since: number }>()

  /** The clock that runs now; undefined where it was started unseen. */
  get current(): BootClock | undefined {
    return this.#current?.itself
  }

  /** How many seqs are remembered with their clocks. */
  get size(): number {
    return this.#seqs.size
  }

  /** The collector has started, and will use this seq. @param lastPage the page that it saved last */
  boot(lastPage: number, seq: number, wall: number): void {
    this.#current = new BootClock(wall - bootDelay * 1000)
    this.#boots.push({ page: lastPage, seq, clock: this.#current })
    if (this.#boots.length > mostBoots) this.#boots.shift()
    // seqs beyond it were raised by replays, and no page has got one
    for (const later of this.#seqs.keys()) if (later > seq) this.#seqs.delete(later)
    this.#use(seq, this.#current, 0)
    this.#unusedSeq = seq
  }

  /** A page was saved. The next one begins with the packet that was received right now. */
  saved(marker: Marker, wall: number): NamedPage {
    const page = this.#next(marker, wall, wall)
    this.#current = page.clock
    this.#unusedSeq = undefined
    return page
  }

  /**
   * A page of a replay: the one behind the page before. Its clock may have no pair (yet).
   *
   * @param wall when it was saved, where that was seen
   * @param now ms since 1970
   */
  replayed(marker: Marker, wall: number | undefined, now: number): NamedPage {
    return this.#next(marker, wall, now)
  }

  /**
   * A replay has begun: its end, which may not be seen, raises the seq. A reset would not raise a seq that no page has, so
   * the next one is of the clock that runs now.
   */
  begun(): void {
    const clock = this.current
    if (clock && this.#unusedSeq !== undefined)
      this.#use(this.#unusedSeq + 1, clock, clock.newestSecond % counterSpan)
    this.#unusedSeq = undefined
  }

  /** A replay has ended: the clock goes on with another seq, and says what time it is. */
  ended(lastPage: number, seq: number, milliseconds: number, wall: number): void {
    const clock = this.#current?.itself ?? new BootClock()
    this.#current = clock
    const seconds = milliseconds / 1000
    this.#use(seq, clock, Math.floor(seconds))
    this.#unusedSeq = seq
    const last = this.#last
    const carry = last?.clock.itself === clock ? carryOf(last, seconds) : 0
    this.#tie(clock, seconds + carry, wall, exactWeight)
    // the next page is the one behind the newest
    if (last?.page !== lastPage) this.#last = undefined
  }

  /**
   * A replay begins behind this page.
   *
   * @param isCertain it is known to be that page, and not only to have its number: it may have been overwritten
   */
  rewind(page: NamedPage | undefined, isCertain: boolean): void {
    this.#last = page
    this.#isCertain = isCertain
  }

  /** The one whose last use is the longest ago is forgotten where there are too many. */
  #use(seq: number, clock: BootClock, since: number): void {
    this.#seqs.delete(seq)
    this.#seqs.set(seq, { clock, since })
    if (this.#seqs.size > mostSeqs) this.#seqs.delete(this.#seqs.keys().next().value!)
  }

  #next(marker: Marker, wall: number | undefined, now: number): NamedPage {
    const before = this.#last
    const placed = this.#place(marker, now)
    // it began with the packet that saved the page before
    if (before?.wall !== undefined && before.clock.itself === placed.clock && follows(before, marker))
      placed.clock = this.#tie(placed.clock, marker.time + placed.carry + middle, before.wall)
    this.#last = { ...marker, ...placed, wall }
    this.#isCertain = true
    return this.#last
  }

  /**
   * Adds a pair. Where it contradicts those before, the collector was reset unseen before it had saved a page, and has taken
   * up the same seq once more: then it is another clock that goes by that seq.
   */
  #tie(clock: BootClock, device: number, wall: number, weight?: number): BootClock {
    const real = clock.mayBe(device, wall) ? clock : new BootClock()
    if (real !== clock) {
      for (const use of this.#seqs.values()) if (use.clock.itself === clock) use.clock = real
      if (this.#last?.clock.itself === clock) this.#last.clock = real
      if (this.#current?.itself === clock) this.#current = real
      for (const boot of this.#boots) if (boot.clock.itself === clock) boot.clock = real
    }
    real.add(device, wall, weight)
    return real
  }

  /** The clock that uses a page's seq; not one that had passed the page's time before: then there was a reset, unseen. */
  #useOf({ seq, time }: Marker): { clock: BootClock; since: number } | undefined {
    const use = this.#seqs.get(seq)
    return use && (this.#last?.seq === seq || time >= use.since) ? use : undefined
  }

  /**
   * The clock of a start whose seq is one less, where the log has begun anew since. The very first page of an empty chip is
   * such a one.
   */
  #wrappedSinceBoot(marker: Marker): BootClock | undefined {
    return this.#boots.findLast((boot) => wraps(boot, marker))?.clock.itself
  }

  /** The clock of the page behind the last one: a new one where the collector must have been reset between them. */
  #place(marker: Marker, now: number): Placed {
    const last = this.#last
    const use = this.#useOf(marker)
    const known = use?.clock.itself ?? this.#wrappedSinceBoot(marker)
    const goesOn =
      last !== undefined && (last.seq === marker.seq || (this.#isCertain && isSameBoot(last, marker, now)))
    const before = last?.clock.itself
    const clock =
      known && goesOn && before ? merged(before, known) : (known ?? (goesOn ? before! : new BootClock()))
    this.#use(marker.seq, clock, use?.since ?? 0)
    return { clock, carry: goesOn ? carryOf(last, marker.time) : 0 }
  }
}

/** Whether the log began anew between two pages, which raises the seq by one without a reset. */
function wraps(first: Pick<Marker, 'page' | 'seq'>, second: Pick<Marker, 'page' | 'seq'>): boolean {
  return second.page < first.page && second.seq === first.seq + 1
}

/**
 * Whether the collector was not reset between two pages although its seq rose, as it does after a replay, too, whose end may
 * not have been seen. After a reset its seconds begin anew, so they fall, unless it had not run for long before.
 */
function isSameBoot(first: NamedPage, second: Marker, now: number): boolean {
  if (second.time < first.time) return false
  if (wraps(first, second)) return true
  const isNext = second.page === first.page + 1
  // a start raises it by one
  if (isNext && (first.time > longestSilence || second.seq > first.seq + 1)) return true
  return !mayBeLater(second, first.clock.itself, now)
}

/** Whether a start after a clock was last seen can have counted up to a page's time by now. */
function mayBeLater({ time }: Marker, { newest }: BootClock, now: number): boolean {
  return newest === undefined || newest + time * 1000 * (1 - largestDrift) <= now + pairTolerance
}

/** Whether the second page begins with the packet that saved the first one: neither a reset nor a replay came between. */
function follows(first: Marker, second: Marker): boolean {
  return second.page === first.page + 1 && second.seq === first.seq
}

/** How much to add to a time of the same boot that was read later. */
function carryOf(last: NamedPage, seconds: number): number {
  return last.carry + (seconds < last.time ? counterSpan : 0)
}
